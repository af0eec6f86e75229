//! The search for one source (`generation/utils.py` `_sample` and `_beam_search`, `generation/beam_search.py` of
//! `transformers` 4.44).

#[cfg(test)]
mod tests;

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
    /// What each token after the start attended to; empty where the network does not say.
    alignment: Vec<u32>,
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
            Stopping::Transformers(_) => Ended::new(plan.beams, 0),
            Stopping::Marian => Ended::new(plan.outputs, plan.spare),
        };
        Self {
            live: vec![Live { tokens: vec![plan.start], alignment: Vec::new(), score: 0.0 }],
            extensions: vec![Extension { parent: 0, token: plan.start }],
            ended,
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
        live.alignment.extend(rows.attended.first());
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
        self.choose(rows.attended);
        if self.live.is_empty() && self.ended.best().is_none() { Err(nothing_may_follow()) } else { Ok(()) }
    }

    fn choose(&mut self, attended: &[u32]) {
        // Without the start, with the token to come.
        let length = self.live.first().map_or(0, |live| live.tokens.len());
        let best = self.candidates.as_slice().first().map_or(f32::NEG_INFINITY, |best| best.score);
        let mut live = Vec::with_capacity(self.plan.beams);
        self.extensions.clear();
        for (rank, candidate) in self.candidates.as_slice().iter().enumerate() {
            if live.len() == self.plan.beams {
                break;
            }
            let Live { tokens, alignment, .. } = &self.live[candidate.parent];
            let alignment = alignment.iter().chain(attended.get(candidate.parent)).copied().collect();
            if !self.plan.ends.contains(&candidate.token) {
                let tokens = tokens.iter().copied().chain([candidate.token]).collect();
                live.push(Live { tokens, alignment, score: candidate.score });
                self.extensions.push(Extension { parent: candidate.parent, token: candidate.token });
            } else if self.plan.stopping == Stopping::Marian || rank < self.plan.beams {
                let score = self.plan.normalized(candidate.score, length);
                self.ended.add(Output { score, tokens: tokens.clone(), alignment });
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
        let visible = |Output { score, tokens, alignment }: Output| {
            let tokens = tokens[unseen..].to_vec();
            Hypothesis { tokens, score, alignment }
        };
        Ok((outputs.into_iter().map(visible).collect(), rest))
    }

    fn followed(&mut self) -> Vec<Output> {
        self.live.drain(..).map(|live| live.output(f64::from)).collect()
    }

    fn best_outputs(&mut self) -> Vec<Output> {
        let unfinished = self.unfinished();
        if !self.decided && self.plan.stopping != Stopping::Marian {
            unfinished.iter().cloned().for_each(|output| self.ended.add(output));
        }
        let mut outputs = std::mem::replace(&mut self.ended, Ended::new(0, 0)).into_best_first();
        if self.plan.stopping == Stopping::Marian {
            outputs.extend(unfinished);
        }
        outputs.truncate(self.plan.outputs + self.plan.spare);
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
        let unfinished = live.into_iter().filter(|live| live.tokens.len() >= self.plan.max_length);
        let output = |live: Live| {
            let length = live.tokens.len() - 1;
            live.output(|score| self.plan.normalized(score, length))
        };
        unfinished.map(output).collect()
    }
}

impl Live {
    fn output(self, score: impl FnOnce(f32) -> f64) -> Output {
        Output { score: score(self.score), tokens: self.tokens, alignment: self.alignment }
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
