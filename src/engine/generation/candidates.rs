/// A live hypothesis extended by one token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// The hypothesis' score with the token.
    pub(super) score: f32,
    /// The hypothesis' place among the live ones.
    pub(super) parent: usize,
    /// The token.
    pub(super) token: i64,
}

/// The best candidates of one step, best first; of equal ones the first offered.
#[derive(Debug)]
pub(super) struct Candidates {
    kept: Vec<Candidate>,
    limit: usize,
}

impl Candidates {
    /// Keeps at most `limit`.
    pub(super) fn new(limit: usize) -> Self {
        Self { kept: Vec::with_capacity(limit + 1), limit }
    }

    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }

    pub(super) fn as_slice(&self) -> &[Candidate] {
        &self.kept
    }

    /// Whether one of this score would be kept. A score of minus infinity is that of a token that may not follow.
    pub(super) fn admit(&self, score: f32) -> bool {
        let worst = if self.kept.len() < self.limit { None } else { self.kept.last() };
        score > worst.map_or(f32::NEG_INFINITY, |worst| worst.score)
    }

    /// Keeps it if it is among the best.
    pub(super) fn offer(&mut self, candidate: Candidate) {
        if !self.admit(candidate.score) {
            return;
        }
        let place = self.kept.partition_point(|kept| kept.score >= candidate.score);
        self.kept.insert(place, candidate);
        self.kept.truncate(self.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_in_order_and_the_first_of_equals_wins() {
        let mut candidates = Candidates::new(3);
        for (token, score) in [-3.0, -1.0, f32::NEG_INFINITY, -2.0, -1.0, -2.0, f32::NAN].into_iter().enumerate() {
            candidates.offer(Candidate { score, parent: 0, token: token as i64 });
        }
        let tokens: Vec<i64> = candidates.as_slice().iter().map(|kept| kept.token).collect();
        assert_eq!(tokens, [1, 4, 3]);
        assert!(!candidates.admit(-2.0) && candidates.admit(-1.5));
    }
}
