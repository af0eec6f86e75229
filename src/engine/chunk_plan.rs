use std::ops::Range;

/// How an article will be read, known before any work starts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChunkPlan {
    /// The article's sentences in each chunk, in order. Neighbours share a sentence that is too long for one chunk.
    pub chunks: Vec<Range<usize>>,
    /// The tokens of each chunk as the model reads it; 0 where no model does.
    pub tokens: Vec<usize>,
}

impl ChunkPlan {
    /// One chunk that no model reads.
    pub(super) fn whole(sentences: usize) -> Self {
        Self { chunks: std::iter::once(0..sentences).collect(), tokens: vec![0] }
    }

    /// How many of the article's sentences lie in its chunks, each counted once.
    pub fn sentences(&self) -> usize {
        let mut end = 0;
        let new = |chunk: &Range<usize>| {
            let new = chunk.end.saturating_sub(chunk.start.max(end));
            end = end.max(chunk.end);
            new
        };
        self.chunks.iter().map(new).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_in_two_chunks_counts_once_and_one_in_none_does_not() {
        let plan = ChunkPlan { chunks: vec![0..3, 2..3, 2..5, 7..8], tokens: vec![1; 4] };
        assert_eq!(plan.sentences(), 6);
        assert_eq!(ChunkPlan::whole(4).sentences(), 4);
    }
}
