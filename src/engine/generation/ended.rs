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
    limit: usize,
}

impl Ended {
    /// Keeps at most `limit`.
    pub(super) fn new(limit: usize) -> Self {
        Self { outputs: Vec::with_capacity(limit + 1), limit }
    }

    pub(super) fn is_full(&self) -> bool {
        self.outputs.len() >= self.limit
    }

    /// Keeps it if it is among the best.
    pub(super) fn add(&mut self, output: Output) {
        if self.is_full() && output.score <= self.worst() {
            return;
        }
        self.outputs.push(output);
        if self.outputs.len() > self.limit {
            let worst = self.worst();
            if let Some(index) = self.outputs.iter().position(|output| output.score == worst) {
                self.outputs.remove(index);
            }
        }
    }

    /// The worst score kept; infinity where nothing is.
    pub(super) fn worst(&self) -> f64 {
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

    #[test]
    fn the_worst_makes_room_for_a_better_one() {
        let mut ended = Ended::new(2);
        for (score, token) in [(-1.0, 1), (-3.0, 2), (-3.0, 3), (-2.0, 4), (-1.0, 5)] {
            ended.add(Output { score, tokens: vec![token], alignment: Vec::new() });
        }
        assert_eq!(ended.worst(), -1.0);
        assert_eq!(ended.best().map(|output| output.tokens[0]), Some(5));
        let tokens: Vec<i64> = ended.into_best_first().iter().map(|output| output.tokens[0]).collect();
        assert_eq!(tokens, [5, 1]);
    }
}
