//! Packing sentences into the pieces that a model can read at once.

use std::ops::Range;

/// Packs whole sentences, in order, into as few pieces of at most `max_tokens` tokens as possible, of about equal
/// size, so that the last is not a scrap. A sentence of more tokens than that is a piece by itself.
pub fn chunk(token_counts: &[usize], max_tokens: usize) -> Vec<Range<usize>> {
    let needed = pieces_needed(token_counts, max_tokens);
    let mut remaining: usize = token_counts.iter().sum();
    let mut pieces = Vec::with_capacity(needed[0]);
    let mut start = 0;
    while start < token_counts.len() {
        let left = needed[0] - pieces.len();
        let end = balanced_end(token_counts, max_tokens, start, remaining / left, |end| needed[end] < left);
        remaining -= token_counts[start..end].iter().sum::<usize>();
        pieces.push(start..end);
        start = end;
    }
    pieces
}

/// For each sentence, and one past the last, the fewest pieces that hold it and all that follow.
fn pieces_needed(counts: &[usize], max_tokens: usize) -> Vec<usize> {
    let mut needed = vec![0; counts.len() + 1];
    let (mut end, mut tokens) = (counts.len(), 0);
    for start in (0..counts.len()).rev() {
        tokens += counts[start];
        while tokens > max_tokens && end > start + 1 {
            end -= 1;
            tokens -= counts[end];
        }
        needed[start] = needed[end] + 1;
    }
    needed
}

/// Where the piece from `start` ends so that it is nearest to `ideal` tokens, fits, and leaves no more than `fits`
/// allows.
fn balanced_end(
    counts: &[usize],
    max_tokens: usize,
    start: usize,
    ideal: usize,
    fits: impl Fn(usize) -> bool,
) -> usize {
    let mut best = None;
    let mut tokens = 0;
    for end in start + 1..=counts.len() {
        tokens += counts[end - 1];
        if tokens > max_tokens && end > start + 1 {
            break;
        }
        let distance = tokens.abs_diff(ideal);
        if fits(end) && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, end));
        }
    }
    best.map_or(start + 1, |(_, end)| end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn packs_evenly() {
        for (counts, max_tokens, expected) in [
            (vec![], 10, vec![]),
            (vec![5, 6], 10, vec![0..1, 1..2]),
            (vec![10; 11], 100, vec![0..5, 5..11]),
            (vec![50, 50, 50, 50, 1], 100, vec![0..1, 1..3, 3..5]),
            (vec![5, 200, 5], 100, vec![0..1, 1..2, 2..3]),
            (vec![1, 1], 0, vec![0..1, 1..2]),
            (vec![0, 0, 1], 0, vec![0..2, 2..3]),
        ] {
            assert_eq!(chunk(&counts, max_tokens), expected, "{counts:?} into {max_tokens}");
        }
    }

    proptest! {
        #[test]
        fn pieces_hold_everything_in_order_and_fit(
            counts in prop::collection::vec(0_usize..300, 0..200),
            max_tokens in 0_usize..1000,
        ) {
            let pieces = chunk(&counts, max_tokens);
            let joined: Vec<usize> = pieces.iter().cloned().flatten().collect();
            prop_assert_eq!(joined, (0..counts.len()).collect::<Vec<_>>());
            for piece in &pieces {
                let tokens: usize = counts[piece.clone()].iter().sum();
                prop_assert!(tokens <= max_tokens || piece.len() == 1, "{:?} has {}", piece, tokens);
            }
        }

        #[test]
        fn the_last_piece_is_no_scrap(count in 1_usize..500, max_tokens in 20_usize..100) {
            let pieces = chunk(&vec![10; count], max_tokens);
            let sizes: Vec<usize> = pieces.iter().map(ExactSizeIterator::len).collect();
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{:?}", sizes);
        }
    }
}
