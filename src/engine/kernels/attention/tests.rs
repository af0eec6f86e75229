use super::*;
use crate::engine::kernels::{Isa, team::Team};

const HEADS: Heads = Heads { count: 3, size: 20, scale: 0.3 };

fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|index| (((index + seed) * 7919) % 101) as f32 / 50.0 - 1.0).collect()
}

/// One row and head, in 64 bits.
fn expected(query: &[f32], keys: &[&[f32]], values: &[&[f32]]) -> Vec<f64> {
    let dot = |key: &&[f32]| query.iter().zip(*key).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let weights: Vec<f64> = keys.iter().map(|key| (dot(key) * f64::from(HEADS.scale)).exp()).collect();
    let total: f64 = weights.iter().sum();
    let mixed = |column: usize| {
        weights.iter().zip(values).map(|(weight, value)| weight * f64::from(value[column])).sum::<f64>() / total
    };
    (0..HEADS.size).map(mixed).collect()
}

#[test]
fn encoders_decoders_and_cross_attention_compute_the_same_thing() {
    let (width, team) = (HEADS.width(), Team::new(2));
    for isa in Isa::available() {
        for length in [1, 5, 64, 150] {
            let projected = numbers(length * 3 * width, length);
            let part = |row: usize, which: usize| &projected[(row * 3 + which) * width..][..width];
            let mut encoded = vec![0.0; length * width];
            encode(isa, &projected, &[(0..length, length)], HEADS, None, &mut encoded, &team);
            let strided = |which: usize| Strided { values: &projected[which * width..], stride: 3 * width };
            let projected_source = Projected { keys: strided(1), values: strided(2), length };
            let packed = &Packed::all(&[projected_source], HEADS, &team)[0];
            let queries: Vec<f32> = (0..length).flat_map(|row| part(row, 0).to_vec()).collect();
            let mut looked = vec![0.0; length * width];
            look(isa, &queries, &[Looking { source: packed, rows: 0..length }], HEADS, &mut looked, &team);
            assert_eq!(looked, encoded, "{isa:?} {length}");
            let mut history = History::default();
            (0..length).for_each(|row| history.push(part(row, 1), part(row, 2)));
            let path: Vec<u32> = (0..length as u32).collect();
            let rows: Vec<_> = (0..length).map(|_| Recalling { history: &history, path: &path }).collect();
            let mut recalled = vec![0.0; length * width];
            recall(isa, strided(0), &rows, HEADS, None, &mut recalled, &team);
            for (row, head) in [(0, 0), (length - 1, 2), (length / 2, 1)] {
                let columns = HEADS.columns(head);
                let of = |which: usize| (0..length).map(|row| &part(row, which)[columns.clone()]).collect::<Vec<_>>();
                let expected = expected(&part(row, 0)[columns.clone()], &of(1), &of(2));
                for (index, expected) in expected.iter().enumerate() {
                    let at = row * width + columns.start + index;
                    assert!((f64::from(encoded[at]) - expected).abs() < 1e-5, "{isa:?} {length} {row} {index}");
                    assert!((f64::from(recalled[at]) - expected).abs() < 1e-5, "{isa:?} {length} {row} {index}");
                }
            }
        }
    }
}
