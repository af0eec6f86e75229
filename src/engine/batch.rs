//! Sources in batches of similar length, so that little is spent on padding and memory is bounded.

use super::EngineError;

/// Source tokens, padding included, that one batch may hold: enough to fill the cores, little enough to stay in cache.
const BATCH_TOKENS: usize = 2048;

/// Calls `generate` on batches of `sources`, and puts the outputs in the order of the sources.
///
/// # Errors
/// The first that `generate` returns.
pub(super) fn in_batches(
    sources: &[Vec<i64>],
    mut generate: impl FnMut(&[&[i64]]) -> Result<Vec<Vec<i64>>, EngineError>,
) -> Result<Vec<Vec<i64>>, EngineError> {
    let mut outputs = vec![Vec::new(); sources.len()];
    for batch in batches(sources) {
        let rows: Vec<&[i64]> = batch.iter().map(|&index| sources[index].as_slice()).collect();
        for (&index, tokens) in batch.iter().zip(generate(&rows)?) {
            outputs[index] = tokens;
        }
    }
    Ok(outputs)
}

/// The indices of the sources, shortest first, cut where a batch is full.
fn batches(sources: &[Vec<i64>]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|&index| sources[index].len());
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for index in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * sources[index].len() <= BATCH_TOKENS => batch.push(index),
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
        let outputs = in_batches(&sources, |batch| {
            sizes.push(batch.len() * batch.last().map_or(0, |longest| longest.len()));
            Ok(batch.iter().map(|source| vec![source[0]]).collect())
        });
        assert_eq!(outputs.unwrap().concat(), [900, 3, 1500, 40, 7, 2500]);
        assert_eq!(sizes, [3 * 40, 2 * 900 - 900, 1500, 2500], "padded tokens of each batch");
    }
}
