use proptest::prelude::*;

use super::*;

struct Owned {
    weights: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
    inputs: usize,
}

impl Owned {
    fn new(rows: &[f32], inputs: usize, team: &Team) -> Self {
        let outputs = rows.len() / inputs;
        let mut packed = Self {
            weights: vec![0; packed_bytes(inputs, outputs)],
            scales: vec![0.0; outputs],
            sums: vec![0; outputs],
            inputs,
        };
        pack(rows, inputs, &mut packed.weights, &mut packed.scales, &mut packed.sums, team);
        packed
    }

    fn matrix(&self) -> Int8Matrix<'_> {
        let Self { weights, scales, sums, inputs } = self;
        Int8Matrix { weights, scales, sums, inputs: *inputs, outputs: scales.len() }
    }

    fn product(&self, isa: Isa, values: &[f32], bias: &[f32], team: &Team) -> Vec<f32> {
        let mut rows = Quantized::default();
        rows.fill(isa, values, self.inputs, team);
        let mut out = vec![0.0; rows.scales.len() * self.scales.len()];
        product(isa, &rows, self.matrix(), Some(bias), Activation::Identity, &mut out, team);
        out
    }
}

fn numbers(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-3.0_f32..3.0, count)
}

proptest! {
    #[test]
    fn products_are_close_to_those_of_floats_and_the_same_everywhere(
        (inputs, outputs, weights, values, bias) in (1..70_usize, 1..150_usize, 1..9_usize)
            .prop_flat_map(|(inputs, outputs, count)| (
                Just(inputs), Just(outputs),
                numbers(inputs * outputs), numbers(count * inputs), numbers(outputs),
            )),
    ) {
        let team = Team::new(2);
        let packed = Owned::new(&weights, inputs, &team);
        let all = packed.product(Isa::Portable, &values, &bias, &team);
        for (row, got) in all.chunks(outputs).enumerate() {
            let values = &values[row * inputs..][..inputs];
            for isa in Isa::available() {
                prop_assert_eq!(packed.product(isa, values, &bias, &team), got, "{:?}, row {} alone", isa, row);
            }
            for (column, got) in got.iter().enumerate() {
                let products = values.iter().zip(&weights[column * inputs..]).map(|(a, b)| a * b);
                let expected = products.sum::<f32>() + bias[column];
                // Half a step of 3/127 on either side, for each product.
                prop_assert!((got - expected).abs() < 0.08 * inputs as f32, "{got} {expected}");
            }
        }
    }
}

#[test]
fn extreme_values_do_not_overflow() {
    let (inputs, team) = (4096, Team::new(1));
    let packed = Owned::new(&vec![-1.0; inputs], inputs, &team);
    for isa in Isa::available() {
        for sign in [1.0, -1.0] {
            let got = packed.product(isa, &vec![sign; inputs], &[0.0], &team);
            assert!((got[0] + sign * 4096.0).abs() < 0.01, "{isa:?} {got:?}");
        }
    }
}

#[test]
fn a_row_that_is_no_number_gives_none() {
    let team = Team::new(1);
    let packed = Owned::new(&[1.0, 2.0], 2, &team);
    assert!(packed.product(Isa::best(), &[f32::NAN, 1.0], &[0.0], &team)[0].is_nan());
}
