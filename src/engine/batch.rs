//! Sources in batches of similar length, so that little is spent on padding and memory is bounded.

use super::EngineError;

/// Source tokens, padding included, that one batch may hold: enough to fill the cores, little enough to stay in cache.
const BATCH_TOKENS: usize = 2048;

/// Scores that one step may make for a batch, a score for each row and token of the vocabulary: 64 MiB of them.
const BATCH_SCORES: usize = 1 << 24;

/// How large a batch may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchLimits {
    sources: usize,
}

impl BatchLimits {
    /// For a search with so many beams a source, over so many tokens.
    pub(super) fn new(beams: usize, vocabulary: usize) -> Self {
        Self { sources: (BATCH_SCORES / beams.saturating_mul(vocabulary).max(1)).max(1) }
    }

    /// Whether `sources` sources, the longest of `longest` tokens, fit.
    fn hold(self, sources: usize, longest: usize) -> bool {
        sources <= self.sources && sources * longest <= BATCH_TOKENS
    }
}

/// Calls `generate` on batches of `sources`, and puts the outputs in the order of the sources.
///
/// # Errors
/// The first that `generate` returns.
pub(super) fn in_batches(
    sources: &[Vec<i64>],
    limits: BatchLimits,
    mut generate: impl FnMut(&[&[i64]]) -> Result<Vec<Vec<i64>>, EngineError>,
) -> Result<Vec<Vec<i64>>, EngineError> {
    let mut outputs = vec![Vec::new(); sources.len()];
    for batch in batches(sources, limits) {
        let rows: Vec<&[i64]> = batch.iter().map(|&index| sources[index].as_slice()).collect();
        for (&index, tokens) in batch.iter().zip(generate(&rows)?) {
            outputs[index] = tokens;
        }
    }
    Ok(outputs)
}

/// The indices of the sources, shortest first, cut where a batch is full.
fn batches(sources: &[Vec<i64>], limits: BatchLimits) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|&index| sources[index].len());
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for index in order {
        match batches.last_mut() {
            Some(batch) if limits.hold(batch.len() + 1, sources[index].len()) => batch.push(index),
            _ => batches.push(vec![index]),
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_come_back_in_the_order_of_their_sources() {
        let sources: Vec<Vec<i64>> = [900, 3, 1500, 40, 7, 2500].map(|length| vec![length; length as usize]).into();
        let mut sizes = Vec::new();
        let outputs = in_batches(&sources, BatchLimits::new(1, 10), |batch| {
            sizes.push(batch.len() * batch.last().map_or(0, |longest| longest.len()));
            Ok(batch.iter().map(|source| vec![source[0]]).collect())
        });
        assert_eq!(outputs.unwrap().concat(), [900, 3, 1500, 40, 7, 2500]);
        assert_eq!(sizes, [3 * 40, 2 * 900 - 900, 1500, 2500], "padded tokens of each batch");
    }

    #[test]
    fn many_short_sources_do_not_make_one_huge_step() {
        let sources = vec![vec![1, 0]; 700];
        let (beams, vocabulary) = (4, 65_001);
        let mut most = 0;
        let answer = in_batches(&sources, BatchLimits::new(beams, vocabulary), |batch| {
            most = most.max(batch.len());
            Ok(vec![Vec::new(); batch.len()])
        });
        assert_eq!(answer.unwrap().len(), 700);
        assert!(most > 1 && most * beams * vocabulary <= 1 << 24, "{most} sources at once");
        assert_eq!(BatchLimits::new(64, usize::MAX).sources, 1);
    }
}
