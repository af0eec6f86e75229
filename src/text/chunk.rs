//! Packing sentences into the pieces that a model can read at once.

use std::ops::Range;

/// A piece's end is moved to the end of a paragraph by up to this part of the limit.
const PARAGRAPH_SHARE: usize = 8;

/// Packs whole sentences, in order, into as few pieces of at most `max_tokens` tokens as possible, of about equal
/// size, so that the last is not a scrap; they end with paragraphs where that moves their end by little. A sentence of
/// more tokens than that is a piece by itself.
///
/// `begins_paragraph` says whether a new paragraph begins with a sentence; it is not asked about the first.
pub fn chunk(token_counts: &[usize], max_tokens: usize, begins_paragraph: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let price = |end: usize| match end < token_counts.len() && !begins_paragraph(end) {
        true => max_tokens / PARAGRAPH_SHARE,
        false => 0,
    };
    let needed = pieces_needed(token_counts, max_tokens);
    let mut remaining: usize = token_counts.iter().sum();
    let mut pieces = Vec::with_capacity(needed[0]);
    let mut start = 0;
    while start < token_counts.len() {
        let left = needed[0] - pieces.len();
        let fits = |end: usize| needed[end] < left;
        let end = balanced_end(token_counts, max_tokens, start, |end, tokens| {
            fits(end).then(|| tokens.abs_diff(remaining / left) + price(end))
        });
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

/// Where the piece from `start` ends so that it fits and `cost` is least, which is told the end and the tokens up to it
/// and allows the end or not.
fn balanced_end(
    counts: &[usize],
    max_tokens: usize,
    start: usize,
    cost: impl Fn(usize, usize) -> Option<usize>,
) -> usize {
    let mut best = None;
    let mut tokens = 0;
    for end in start + 1..=counts.len() {
        tokens += counts[end - 1];
        if tokens > max_tokens && end > start + 1 {
            break;
        }
        if let Some(cost) = cost(end, tokens).filter(|cost| best.is_none_or(|(least, _)| *cost < least)) {
            best = Some((cost, end));
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
            assert_eq!(chunk(&counts, max_tokens, |_| false), expected, "{counts:?} into {max_tokens}");
        }
    }

    #[test]
    fn ends_with_a_paragraph_that_ends_nearby() {
        for (paragraph, expected) in [(5, vec![0..5, 5..12]), (7, vec![0..7, 7..12]), (3, vec![0..6, 6..12])] {
            assert_eq!(chunk(&[10; 12], 100, |sentence| sentence == paragraph), expected, "{paragraph}");
        }
    }

    proptest! {
        #[test]
        fn pieces_hold_everything_in_order_and_fit(
            counts in prop::collection::vec(0_usize..300, 0..200),
            max_tokens in 0_usize..1000,
            paragraph in 1_usize..30,
        ) {
            let pieces = chunk(&counts, max_tokens, |sentence| sentence % paragraph == 0);
            prop_assert_eq!(pieces.len(), chunk(&counts, max_tokens, |_| false).len());
            let joined: Vec<usize> = pieces.iter().cloned().flatten().collect();
            prop_assert_eq!(joined, (0..counts.len()).collect::<Vec<_>>());
            for piece in &pieces {
                let tokens: usize = counts[piece.clone()].iter().sum();
                prop_assert!(tokens <= max_tokens || piece.len() == 1, "{:?} has {}", piece, tokens);
            }
        }

        #[test]
        fn the_last_piece_is_no_scrap(count in 1_usize..500, max_tokens in 20_usize..100) {
            let pieces = chunk(&vec![10; count], max_tokens, |_| false);
            let sizes: Vec<usize> = pieces.iter().map(ExactSizeIterator::len).collect();
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{:?}", sizes);
        }
    }
}
