/// An output that came to its end, with its start token and without its end token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Output {
    /// Sum of log-probabilities over length^length_penalty.
    pub(super) score: f64,
    pub(super) tokens: Vec<i64>,
    /// What each token after the start attended to, its end token included; empty where the network does not say.
    pub(super) alignment: Vec<u32>,
}

/// The best outputs that have ended (`BeamHypotheses` of `transformers`, `generation/beam_search.py`).
#[derive(Debug)]
pub(super) struct Ended {
    outputs: Vec<Output>,
    /// As many decide when the search ends.
    wanted: usize,
    limit: usize,
}

impl Ended {
    /// Wants `wanted` and keeps at most as many more as `spare`.
    pub(super) fn new(wanted: usize, spare: usize) -> Self {
        let limit = wanted + spare;
        Self { outputs: Vec::with_capacity(limit + 1), wanted, limit }
    }

    /// Whether there are as many as are wanted.
    pub(super) fn is_full(&self) -> bool {
        self.outputs.len() >= self.wanted
    }

    /// Keeps it if it is among the best.
    pub(super) fn add(&mut self, output: Output) {
        if self.outputs.len() == self.limit && output.score <= self.lowest() {
            return;
        }
        self.outputs.push(output);
        if self.outputs.len() > self.limit {
            let lowest = self.lowest();
            if let Some(index) = self.outputs.iter().position(|output| output.score == lowest) {
                self.outputs.remove(index);
            }
        }
    }

    /// The worst score of those that are wanted; infinity where there are none.
    pub(super) fn worst(&self) -> f64 {
        if self.outputs.len() <= self.wanted {
            return self.lowest();
        }
        let mut scores: Vec<f64> = self.outputs.iter().map(|output| output.score).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        scores.get(self.wanted.saturating_sub(1)).copied().unwrap_or(f64::INFINITY)
    }

    fn lowest(&self) -> f64 {
        self.outputs.iter().map(|output| output.score).fold(f64::INFINITY, f64::min)
    }

    /// The best; of equal ones the last, as `transformers` has it.
    pub(super) fn best(&self) -> Option<&Output> {
        self.outputs.iter().reduce(|best, next| if next.score >= best.score { next } else { best })
    }

    /// All, best first; of equal ones the last first.
    pub(super) fn into_best_first(mut self) -> Vec<Output> {
        self.outputs.sort_by(|a, b| a.score.total_cmp(&b.score));
        self.outputs.reverse();
        self.outputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(wanted: usize, spare: usize) -> Ended {
        let mut ended = Ended::new(wanted, spare);
        for (score, token) in [(-1.0, 1), (-3.0, 2), (-3.0, 3), (-2.0, 4), (-1.0, 5)] {
            ended.add(Output { score, tokens: vec![token], alignment: Vec::new() });
        }
        ended
    }

    #[test]
    fn the_worst_makes_room_for_a_better_one() {
        let ended = ended(2, 0);
        assert_eq!(ended.worst(), -1.0);
        assert_eq!(ended.best().map(|output| output.tokens[0]), Some(5));
        let tokens: Vec<i64> = ended.into_best_first().iter().map(|output| output.tokens[0]).collect();
        assert_eq!(tokens, [5, 1]);
    }

    #[test]
    fn what_is_kept_to_spare_decides_nothing() {
        for (wanted, worst) in [(1, -1.0), (2, -1.0), (3, -2.0)] {
            assert_eq!((ended(wanted, 0).worst(), ended(wanted, 2).worst()), (worst, worst));
        }
        assert_eq!(ended(1, 2).into_best_first().len(), 3);
    }
}
