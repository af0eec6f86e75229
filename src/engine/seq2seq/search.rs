//! Beam search over one source's hypotheses, in plain numbers: no tensors, so that it can be tested by hand.

/// One live hypothesis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hypothesis {
    /// The tokens so far, without the end token.
    pub(super) tokens: Vec<i64>,
    /// The sum of their log-probabilities.
    pub(super) score: f64,
}

/// A continuation of a live hypothesis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// The beam that it continues.
    pub(super) beam: usize,
    /// The token.
    pub(super) token: i64,
    /// The hypothesis' score with the token.
    pub(super) score: f64,
}

/// How a search runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SearchSettings {
    /// Hypotheses kept.
    pub(super) beams: usize,
    /// A finished hypothesis' score is divided by its length, the end token included, to this power.
    pub(super) length_penalty: f64,
    /// The end token.
    pub(super) eos_id: i64,
}

/// The search for one source.
#[derive(Debug)]
pub(super) struct Search {
    settings: SearchSettings,
    live: Vec<Hypothesis>,
    best: Option<(f64, Vec<i64>)>,
    steps: usize,
    max_steps: usize,
}

impl Search {
    /// Begins with one empty hypothesis; ends after `max_steps` tokens at the latest.
    pub(super) fn new(settings: SearchSettings, max_steps: usize) -> Self {
        let live = vec![Hypothesis { tokens: Vec::new(), score: 0.0 }];
        Self { settings, live, best: None, steps: 0, max_steps }
    }

    pub(super) fn live(&self) -> &[Hypothesis] {
        &self.live
    }

    /// Takes the best continuations of every live hypothesis, in any order. Returns for each new live hypothesis
    /// the beam it continues; none when the search has ended.
    pub(super) fn advance(&mut self, mut candidates: Vec<Candidate>) -> Vec<usize> {
        let order = |a: &Candidate, b: &Candidate| b.score.total_cmp(&a.score).then(a.beam.cmp(&b.beam));
        candidates.sort_by(order);
        self.steps += 1;
        let mut kept = Vec::with_capacity(self.settings.beams);
        for candidate in candidates {
            if kept.len() == self.settings.beams {
                break;
            }
            if candidate.token == self.settings.eos_id {
                self.finish(&candidate);
                if self.settings.beams == 1 {
                    break;
                }
            } else {
                kept.push(candidate);
            }
        }
        let parents = kept.iter().map(|candidate| candidate.beam).collect();
        let extended = kept.iter().map(|candidate| self.extend(candidate)).collect();
        if self.ended(&kept) {
            // What is live now is the answer only if nothing was finished.
            self.keep_unfinished(extended);
            return Vec::new();
        }
        self.live = extended;
        parents
    }

    /// The best finished hypothesis with its end token; else the best unfinished one.
    pub(super) fn into_tokens(self) -> Vec<i64> {
        match self.best {
            Some((_, mut tokens)) => {
                tokens.push(self.settings.eos_id);
                tokens
            }
            None => self.live.into_iter().next().map(|hypothesis| hypothesis.tokens).unwrap_or_default(),
        }
    }

    fn finish(&mut self, candidate: &Candidate) {
        let score = self.normalised(candidate.score, self.steps);
        if self.best.as_ref().is_none_or(|(best, _)| score > *best) {
            self.best = Some((score, self.live[candidate.beam].tokens.clone()));
        }
    }

    fn extend(&self, candidate: &Candidate) -> Hypothesis {
        let mut tokens = self.live[candidate.beam].tokens.clone();
        tokens.push(candidate.token);
        Hypothesis { tokens, score: candidate.score }
    }

    fn keep_unfinished(&mut self, extended: Vec<Hypothesis>) {
        if !extended.is_empty() {
            self.live = extended;
        }
    }

    /// Whether nothing live could still beat the best finished hypothesis, even if it ended at the next step.
    fn ended(&self, kept: &[Candidate]) -> bool {
        let Some(top) = kept.first() else { return true };
        let beaten = self.best.as_ref().is_some_and(|(best, _)| self.normalised(top.score, self.steps + 1) < *best);
        beaten || self.steps >= self.max_steps
    }

    fn normalised(&self, score: f64, length: usize) -> f64 {
        score / (length as f64).powf(self.settings.length_penalty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EOS: i64 = 0;

    fn search(beams: usize, max_steps: usize) -> Search {
        Search::new(SearchSettings { beams, length_penalty: 1.0, eos_id: EOS }, max_steps)
    }

    fn candidate(beam: usize, token: i64, score: f64) -> Candidate {
        Candidate { beam, token, score }
    }

    #[test]
    fn greedy_search_ends_with_the_end_token() {
        let mut search = search(1, 10);
        assert_eq!(search.advance(vec![candidate(0, 7, -0.1)]), [0]);
        assert!(search.advance(vec![candidate(0, EOS, -0.2)]).is_empty());
        assert_eq!(search.into_tokens(), [7, EOS]);
    }

    #[test]
    fn a_hypothesis_is_never_longer_than_its_bound() {
        let mut search = search(1, 2);
        assert_eq!(search.advance(vec![candidate(0, 7, -0.1)]), [0]);
        assert!(search.advance(vec![candidate(0, 8, -0.2)]).is_empty());
        assert_eq!(search.into_tokens(), [7, 8]);
    }

    #[test]
    fn beams_follow_their_parents() {
        let mut search = search(2, 10);
        search.advance(vec![candidate(0, 5, -1.0), candidate(0, 6, -2.0), candidate(0, 7, -3.0)]);
        let parents = search.advance(vec![
            candidate(0, 1, -4.0),
            candidate(0, 2, -5.0),
            candidate(1, 3, -2.5),
            candidate(1, 4, -3.0),
        ]);
        assert_eq!(parents, [1, 1]);
        assert_eq!(search.live()[0].tokens, [6, 3]);
    }

    #[test]
    fn a_longer_hypothesis_wins_by_its_mean() {
        let mut search = search(2, 10);
        search.advance(vec![candidate(0, EOS, -2.0), candidate(0, 5, -0.5), candidate(0, 6, -0.6)]);
        search.advance(vec![candidate(0, 5, -0.6), candidate(0, EOS, -0.7), candidate(1, 7, -5.0)]);
        let parents = search.advance(vec![candidate(0, EOS, -0.9), candidate(0, 8, -9.0), candidate(1, 8, -9.5)]);
        assert!(parents.is_empty());
        assert_eq!(search.into_tokens(), [5, 5, EOS], "-0.9 / 3 beats -0.7 / 2");
    }

    #[test]
    fn the_search_goes_on_while_a_live_hypothesis_could_win() {
        let mut search = search(2, 10);
        let parents = search.advance(vec![candidate(0, EOS, -2.0), candidate(0, 5, -0.5), candidate(0, 6, -0.6)]);
        assert_eq!(parents, [0, 0]);
    }
}
