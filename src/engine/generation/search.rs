//! The search for one source (`generation/utils.py` `_sample` and `_beam_search`, `generation/beam_search.py` of
//! `transformers` 4.44).

use super::{
    Extension,
    candidates::Candidates,
    ended::{Ended, Output},
    plan::{Plan, Stopping},
    row::{Change, Meaning, Rows},
};
use crate::{
    domain::EarlyStopping,
    engine::{EngineError, Hypothesis},
};

/// An output that may be extended.
#[derive(Debug, Clone)]
struct Live {
    /// With the start token.
    tokens: Vec<i64>,
    /// The sum of log-probabilities.
    score: f32,
}

/// The hypotheses of one source.
#[derive(Debug)]
pub(super) struct Search {
    plan: Plan,
    live: Vec<Live>,
    /// How the live hypotheses came from those before them.
    extensions: Vec<Extension>,
    ended: Ended,
    /// Nothing that is live can change the outcome any more.
    decided: bool,
    candidates: Candidates,
    changes: Vec<Change>,
    /// Tokens handed out, the start included.
    handed: usize,
}

impl Search {
    /// Begins with nothing but the start token.
    ///
    /// `transformers` begins with `beams` equal hypotheses, all but one with a score of -1e9. They never matter, unless
    /// the settings leave fewer tokens than there are beams; here there are fewer hypotheses then.
    pub(super) fn new(plan: Plan) -> Self {
        // As many as may be ended without leaving too few to go on with.
        let candidates = match plan.beams {
            1 => 1,
            beams => beams * (1 + plan.ends.len()).max(2),
        };
        let ended = match plan.stopping {
            Stopping::Transformers(_) => plan.beams,
            Stopping::Marian => plan.outputs,
        };
        Self {
            live: vec![Live { tokens: vec![plan.start], score: 0.0 }],
            extensions: vec![Extension { parent: 0, token: plan.start }],
            ended: Ended::new(ended),
            decided: false,
            candidates: Candidates::new(candidates),
            changes: Vec::new(),
            handed: 1,
            plan,
        }
    }

    /// What the network is to score next: a row for each.
    pub(super) fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// The most hypotheses that it has at once.
    pub(super) fn beams(&self) -> usize {
        self.plan.beams
    }

    /// Takes the scores of what may follow each live hypothesis.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when they are not numbers, or when nothing may follow and nothing has ended.
    pub(super) fn advance(&mut self, rows: Rows<'_>) -> Result<(), EngineError> {
        if self.plan.beams == 1 { self.follow(rows) } else { self.branch(rows) }
    }

    /// Whether it has come to its end.
    pub(super) fn is_over(&self) -> bool {
        self.decided || self.live.is_empty() || self.live[0].tokens.len() >= self.plan.max_length
    }

    /// Greedy search: the likeliest token.
    fn follow(&mut self, mut rows: Rows<'_>) -> Result<(), EngineError> {
        let Some(live) = self.live.first_mut() else { return Ok(()) };
        let mut row = rows.row(0, Meaning::Logits, &mut self.changes);
        require_numbers(row.holds_numbers())?;
        let token = match self.plan.forced(live.tokens.len()) {
            Some(token) => token,
            None => {
                self.plan.apply(&live.tokens, &mut row);
                self.candidates.clear();
                row.offer(&mut self.candidates, 0, 0.0);
                let best = *self.candidates.as_slice().first().ok_or_else(nothing_may_follow)?;
                live.score += row.log_probability(best.token);
                best.token
            }
        };
        live.tokens.push(token);
        self.extensions = vec![Extension { parent: 0, token }];
        self.decided = self.plan.ends.contains(&token);
        Ok(())
    }

    /// Beam search: the likeliest of all hypotheses with one more token.
    fn branch(&mut self, mut rows: Rows<'_>) -> Result<(), EngineError> {
        self.candidates.clear();
        for (parent, live) in self.live.iter().enumerate() {
            let mut row = rows.row(parent, Meaning::LogProbabilities, &mut self.changes);
            require_numbers(row.holds_numbers())?;
            if let Some(token) = self.plan.forced(live.tokens.len()) {
                self.candidates.offer(super::candidates::Candidate { score: live.score, parent, token });
            } else {
                self.plan.apply(&live.tokens, &mut row);
                row.offer(&mut self.candidates, parent, live.score);
            }
        }
        self.choose();
        if self.live.is_empty() && self.ended.best().is_none() { Err(nothing_may_follow()) } else { Ok(()) }
    }

    fn choose(&mut self) {
        // Without the start, with the token to come.
        let length = self.live.first().map_or(0, |live| live.tokens.len());
        let best = self.candidates.as_slice().first().map_or(f32::NEG_INFINITY, |best| best.score);
        let mut live = Vec::with_capacity(self.plan.beams);
        self.extensions.clear();
        for (rank, candidate) in self.candidates.as_slice().iter().enumerate() {
            if live.len() == self.plan.beams {
                break;
            }
            let tokens = &self.live[candidate.parent].tokens;
            if !self.plan.ends.contains(&candidate.token) {
                let tokens = tokens.iter().copied().chain([candidate.token]).collect();
                live.push(Live { tokens, score: candidate.score });
                self.extensions.push(Extension { parent: candidate.parent, token: candidate.token });
            } else if self.plan.stopping == Stopping::Marian || rank < self.plan.beams {
                self.ended.add(self.plan.normalized(candidate.score, length), tokens);
            }
        }
        self.live = live;
        self.decided = self.is_decided(best, length);
    }

    /// `best` is the score of the best candidate of the step that made the hypotheses `length` tokens long.
    fn is_decided(&self, best: f32, length: usize) -> bool {
        let attainable = |score: f32, length: usize| self.plan.normalized(score, length);
        if !self.ended.is_full() {
            return false;
        }
        match self.plan.stopping {
            Stopping::Transformers(EarlyStopping::WhenFull) => true,
            Stopping::Transformers(EarlyStopping::Never) if self.plan.length_penalty > 0.0 => {
                self.ended.worst() >= attainable(best, self.plan.max_length - 1)
            }
            Stopping::Transformers(_) => self.ended.worst() >= attainable(best, length),
            Stopping::Marian => {
                self.live.first().is_none_or(|live| attainable(live.score, length + 1) < self.ended.worst())
            }
        }
    }

    /// Tokens of the best hypothesis that are certain now and were not before: what every live hypothesis and the best
    /// ended one have in common. The other ended ones are out of the running, since their scores stay as they are.
    pub(super) fn certain(&mut self) -> &[i64] {
        let Some((first, others)) = self.live.split_first() else { return &[] };
        let ended = self.ended.best().map(|ended| &ended.tokens);
        let others = others.iter().map(|live| &live.tokens).chain(ended);
        let known = self.handed;
        let agreed = others.fold(first.tokens.len(), |end, other| {
            let end = end.min(other.len());
            let same = first.tokens[known..end].iter().zip(&other[known..end]).take_while(|(a, b)| a == b);
            known + same.count()
        });
        self.handed = agreed;
        &first.tokens[known..agreed]
    }

    /// What came of it, best first, and the tokens of the best that were not handed out yet.
    ///
    /// # Errors
    /// [`EngineError::Failed`] when nothing came of it.
    pub(super) fn finish(mut self) -> Result<(Vec<Hypothesis>, Vec<i64>), EngineError> {
        let handed = self.handed;
        let outputs = if self.plan.beams == 1 { self.followed() } else { self.best_outputs() };
        let best = outputs.first().ok_or_else(nothing_may_follow)?;
        let rest = best.tokens.get(handed..).unwrap_or_default().to_vec();
        let unseen = usize::from(self.plan.start < 0);
        let visible = |output: Output| Hypothesis { tokens: output.tokens[unseen..].to_vec(), score: output.score };
        Ok((outputs.into_iter().map(visible).collect(), rest))
    }

    fn followed(&mut self) -> Vec<Output> {
        let live = self.live.drain(..);
        live.map(|live| Output { score: f64::from(live.score), tokens: live.tokens }).collect()
    }

    fn best_outputs(&mut self) -> Vec<Output> {
        let unfinished = self.unfinished();
        if !self.decided && self.plan.stopping != Stopping::Marian {
            unfinished.iter().for_each(|output| self.ended.add(output.score, &output.tokens));
        }
        let mut outputs = std::mem::replace(&mut self.ended, Ended::new(0)).into_best_first();
        if self.plan.stopping == Stopping::Marian {
            outputs.extend(unfinished);
        }
        outputs.truncate(self.plan.outputs);
        for output in &mut outputs {
            if output.tokens.len() < self.plan.max_length {
                output.tokens.extend(self.plan.ends.first());
            }
        }
        outputs
    }

    /// The hypotheses that reached the length limit without an end, best first.
    fn unfinished(&mut self) -> Vec<Output> {
        let live = std::mem::take(&mut self.live);
        let score = |live: &Live| self.plan.normalized(live.score, live.tokens.len() - 1);
        let limit = self.plan.max_length;
        let unfinished = live.into_iter().filter(|live| live.tokens.len() >= limit);
        unfinished.map(|live| Output { score: score(&live), tokens: live.tokens }).collect()
    }
}

impl Plan {
    fn normalized(&self, score: f32, length: usize) -> f64 {
        f64::from(score) / (length as f64).powf(self.length_penalty)
    }
}

fn require_numbers(are: bool) -> Result<(), EngineError> {
    // Damaged weights give scores that are none, of which any token may come out as the best.
    if are { Ok(()) } else { Err(EngineError::Failed("the scores are not numbers".to_owned())) }
}

fn nothing_may_follow() -> EngineError {
    EngineError::Failed("no token may follow: the generation settings rule all of them out".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::GenerationOptions,
        engine::{
            generation::{
                SearchSettings, SearchStyle,
                scores::{Columns, Measures},
            },
            kernels::team::Team,
        },
    };

    const END: i64 = 0;
    const TOKENS: usize = 10;

    /// A search of the built-in model's kind.
    fn marian(beams: usize, outputs: usize, max_steps: usize) -> Search {
        let settings = SearchSettings {
            vocabulary: TOKENS as i64,
            ends: vec![END],
            start: None,
            positions: None,
            defaults: GenerationOptions::default(),
            renormalize: false,
            style: SearchStyle::Marian { max_length_factor: 10.0 },
        };
        let options = GenerationOptions {
            num_beams: Some(beams),
            num_return_sequences: Some(outputs),
            max_new_tokens: Some(max_steps),
            ..Default::default()
        };
        Search::new(Plan::new(&options, &settings, 10).unwrap())
    }

    /// All tokens but the end, alike.
    const ANY: &[(i64, f32)] =
        &[(1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0), (5, 1.0), (6, 1.0), (7, 1.0), (8, 1.0), (9, 1.0)];

    /// Gives each hypothesis, by their shares, the tokens that may follow it; whether that ended the search.
    fn advance(search: &mut Search, rows: &[&[(i64, f32)]]) -> bool {
        assert_eq!(rows.len(), search.extensions().len(), "a row for each hypothesis");
        let columns = Columns::new(TOKENS, None);
        let mut values = vec![f32::NEG_INFINITY; rows.len() * TOKENS];
        for (row, tokens) in values.chunks_mut(TOKENS).zip(rows) {
            for (token, share) in *tokens {
                row[*token as usize] = share.ln();
            }
        }
        let mut measures = Measures::default();
        measures.take(&values, TOKENS, &Team::new(1));
        let Measures { norms, bounds } = &measures;
        search.advance(Rows { values: &mut values, bounds, norms, columns: &columns }).unwrap();
        search.is_over()
    }

    fn outputs(search: Search) -> Vec<Vec<i64>> {
        search.finish().unwrap().0.into_iter().map(|output| output.tokens).collect()
    }

    fn live(search: &Search) -> Vec<&[i64]> {
        search.live.iter().map(|live| &live.tokens[1..]).collect()
    }

    #[test]
    fn greedy_search_ends_with_the_end_token() {
        let mut search = marian(1, 1, 10);
        assert!(!advance(&mut search, &[&[(7, 90.0)]]));
        assert!(advance(&mut search, &[&[(END, 80.0)]]));
        assert_eq!(outputs(search), [[7, END]]);
    }

    #[test]
    fn a_hypothesis_is_never_longer_than_its_bound() {
        for beams in [1, 2] {
            let mut search = marian(beams, 1, 2);
            assert!(!advance(&mut search, &[&[(7, 90.0), (6, 10.0)]]));
            let rows: &[&[(i64, f32)]] = &[&[(8, 80.0), (9, 20.0)], &[(8, 80.0)]];
            assert!(advance(&mut search, &rows[..beams]));
            assert_eq!(outputs(search), [[7, 8]], "{beams} beams");
        }
    }

    #[test]
    fn beams_follow_their_parents() {
        let mut search = marian(2, 1, 10);
        advance(&mut search, &[&[(5, 45.0), (6, 40.0), (7, 15.0)]]);
        advance(&mut search, &[&[(1, 30.0), (2, 30.0), (4, 40.0)], &[(3, 60.0), (4, 40.0)]]);
        assert_eq!(search.extensions(), [Extension { parent: 1, token: 3 }, Extension { parent: 0, token: 4 }]);
        assert_eq!(live(&search), [[6, 3], [5, 4]]);
    }

    #[test]
    fn a_longer_hypothesis_wins_by_its_mean() {
        let mut search = marian(2, 1, 10);
        advance(&mut search, &[&[(END, 14.0), (5, 45.0), (6, 41.0)]]);
        assert_eq!(live(&search), [[5], [6]], "an end token takes no beam");
        assert!(!advance(&mut search, &[&[(END, 51.0), (5, 49.0)], ANY]));
        assert!(advance(&mut search, &[&[(END, 90.0), (8, 10.0)], ANY]));
        // ln(0.45 * 0.49 * 0.9) / 3 is above ln(0.45 * 0.51) / 2.
        assert_eq!(outputs(search), [[5, 5, END]]);
    }

    #[test]
    fn every_end_counts_that_comes_before_enough_are_kept() {
        // In transformers the second end, third of all candidates, would not count: it is not among the first two.
        let mut search = marian(2, 2, 2);
        advance(&mut search, &[&[(5, 50.0), (6, 50.0)]]);
        assert!(advance(&mut search, &[&[(END, 90.0), (1, 10.0)], &[(3, 55.0), (END, 45.0)]]));
        assert_eq!(outputs(search), [[5, END], [6, END]]);
        let mut search = marian(2, 2, 1);
        assert!(advance(&mut search, &[&[(5, 40.0), (END, 35.0), (6, 25.0)]]));
        assert_eq!(outputs(search), [vec![END], vec![5]], "unfinished ones come after those that ended");
    }

    #[test]
    fn the_search_ends_when_nothing_live_can_win() {
        let mut search = marian(2, 1, 10);
        assert!(!advance(&mut search, &[&[(END, 30.0), (5, 40.0), (6, 30.0)]]), "5 could still win");
        let mut search = marian(2, 1, 10);
        assert!(advance(&mut search, &[&[(END, 90.0), (5, 5.0), (6, 5.0)]]), "none could");
        let mut search = marian(2, 2, 10);
        assert!(!advance(&mut search, &[&[(END, 90.0), (5, 5.0), (6, 5.0)]]), "a second is wanted");
    }

    #[test]
    fn what_all_hypotheses_share_is_certain() {
        let mut search = marian(2, 1, 10);
        advance(&mut search, &[&[(5, 60.0), (6, 40.0)]]);
        assert!(search.certain().is_empty(), "5 or 6");
        advance(&mut search, &[&[(7, 55.0), (8, 45.0)], ANY]);
        assert_eq!(search.certain(), [5]);
        assert!(search.certain().is_empty(), "handed out once");
        advance(&mut search, &[&[(END, 40.0), (1, 30.0), (2, 30.0)], ANY]);
        assert_eq!(live(&search), [[5, 7, 1], [5, 7, 2]]);
        assert_eq!(search.certain(), [7], "the one that ended shares it, and nothing after");
        let (best, rest) = search.finish().unwrap();
        assert_eq!((best[0].tokens.as_slice(), rest.as_slice()), (&[5, 7, END][..], &[END][..]));
    }
}
