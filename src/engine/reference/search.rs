//! Greedy and beam search as `transformers` 4.44 does it (`generation/utils.py` `_sample` and `_beam_search`,
//! `generation/beam_search.py`).

use tch::{Kind, Tensor};

use super::{options::Plan, scores::Rules};
use crate::{
    domain::EarlyStopping,
    engine::{EngineError, Wanted},
};

/// What the search asks of a network.
pub(super) trait Scorer {
    /// The scores of the next token of every row, given the token that each row was extended by: `[rows, vocabulary]`.
    fn logits(&mut self, tokens: &[i64]) -> Tensor;

    /// Makes row `i` the continuation of what was row `rows[i]`.
    fn reorder(&mut self, rows: &[i64]);
}

/// Extends each source's output by its likeliest token until it ends.
///
/// # Errors
/// [`EngineError::Failed`] when the scores are not numbers, [`EngineError::Unwanted`].
pub(super) fn greedy(
    scorer: &mut impl Scorer,
    sources: usize,
    plan: &Plan,
    wanted: Wanted<'_>,
) -> Result<Vec<Vec<i64>>, EngineError> {
    let mut rows = vec![vec![plan.start]; sources];
    let mut done = vec![false; sources];
    let rules = Rules::new(plan);
    while done.iter().any(|done| !done) && rows.iter().any(|row| row.len() < plan.max_length) {
        check(wanted)?;
        let logits = scorer.logits(&last_tokens(&rows));
        let scores = rules.apply(&rows, logits);
        let (highest, best) = scores.max_dim(-1, false);
        check_numbers(&to_floats(&highest)?)?;
        let best = to_integers(&best)?;
        for ((row, done), token) in rows.iter_mut().zip(&mut done).zip(best) {
            if *done {
                row.push(plan.pad);
            } else {
                row.push(token);
                *done = plan.ends.contains(&token);
            }
        }
    }
    Ok(rows.into_iter().map(|row| until_end(row, plan)).collect())
}

fn check(wanted: Wanted<'_>) -> Result<(), EngineError> {
    if wanted() { Ok(()) } else { Err(EngineError::Unwanted) }
}

/// Damaged weights give scores that are no numbers, of which any token may come out as the best.
fn check_numbers(scores: &[f32]) -> Result<(), EngineError> {
    if scores.iter().any(|score| score.is_nan()) {
        return Err(EngineError::Failed("the scores are not numbers".to_owned()));
    }
    Ok(())
}

fn until_end(mut row: Vec<i64>, plan: &Plan) -> Vec<i64> {
    if let Some(end) = row.iter().skip(1).position(|token| plan.ends.contains(token)) {
        row.truncate(end + 2);
    }
    row
}

fn last_tokens(rows: &[Vec<i64>]) -> Vec<i64> {
    rows.iter().filter_map(|row| row.last().copied()).collect()
}

fn to_integers(tensor: &Tensor) -> Result<Vec<i64>, EngineError> {
    Vec::try_from(tensor.reshape(-1)).map_err(|error: tch::TchError| EngineError::Failed(error.to_string()))
}

fn to_floats(tensor: &Tensor) -> Result<Vec<f32>, EngineError> {
    Vec::try_from(tensor.reshape(-1)).map_err(|error: tch::TchError| EngineError::Failed(error.to_string()))
}

/// Keeps `plan.beams` hypotheses of each source, and gives the best that ended. The scorer has `plan.beams` rows for
/// each source.
///
/// # Errors
/// [`EngineError::Failed`] when the scores are not numbers, [`EngineError::Unwanted`].
pub(super) fn beam(
    scorer: &mut impl Scorer,
    sources: usize,
    plan: &Plan,
    wanted: Wanted<'_>,
) -> Result<Vec<Vec<i64>>, EngineError> {
    let mut beams: Vec<Beams> = (0..sources).map(|_| Beams::new(plan)).collect();
    let rules = Rules::new(plan);
    loop {
        let rows: Vec<Vec<i64>> =
            beams.iter().flat_map(|beams| beams.rows.iter().map(|row| row.tokens.clone())).collect();
        let length = rows[0].len();
        if length >= plan.max_length || beams.iter().all(|beams| beams.done) {
            break;
        }
        check(wanted)?;
        let logits = scorer.logits(&last_tokens(&rows));
        let vocabulary = *logits.size().last().unwrap_or(&0);
        let scores = rules.apply(&rows, logits.log_softmax(-1, Kind::Float));
        let so_far: Vec<f32> = beams.iter().flat_map(|beams| beams.rows.iter().map(|row| row.score)).collect();
        let scores = scores + Tensor::from_slice(&so_far).unsqueeze(1);
        let keep = plan.beams * (1 + plan.ends.len()).max(2);
        let scores = scores.view([count(sources), -1]);
        let (best, at) = scores.topk(count(keep).min(scores.size()[1]), 1, true, true);
        let (best, at) = (to_floats(&best)?, to_integers(&at)?);
        check_numbers(&best)?;
        let mut moves = Vec::with_capacity(rows.len());
        for (index, beams) in beams.iter_mut().enumerate() {
            let range = index * best.len() / sources..(index + 1) * best.len() / sources;
            let candidates = best[range.clone()].iter().zip(&at[range]).map(|(score, at)| Candidate {
                score: *score,
                row: usize::try_from(at / vocabulary).unwrap_or(0),
                token: at % vocabulary,
            });
            let from = beams.advance(candidates, plan)?;
            moves.extend(from.into_iter().map(|row| count(index * plan.beams + row)));
        }
        scorer.reorder(&moves);
    }
    beams.into_iter().map(|beams| beams.finish(plan)).collect()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// One row extended by one token.
struct Candidate {
    score: f32,
    row: usize,
    token: i64,
}

/// An output that may be extended.
#[derive(Clone)]
struct Row {
    tokens: Vec<i64>,
    score: f32,
}

/// The hypotheses of one source.
struct Beams {
    rows: Vec<Row>,
    /// Ended outputs without their end token, and their scores.
    ended: Vec<(f64, Vec<i64>)>,
    done: bool,
}

impl Beams {
    fn new(plan: &Plan) -> Self {
        let row = Row { tokens: vec![plan.start], score: 0.0 };
        // All rows are equal at first: only one may be extended.
        let others = std::iter::repeat_n(Row { score: -1e9, ..row.clone() }, plan.beams - 1);
        Self { rows: std::iter::once(row).chain(others).collect(), ended: Vec::new(), done: false }
    }

    /// Takes the best candidates, best first; the row that each new row continues.
    fn advance(&mut self, candidates: impl Iterator<Item = Candidate>, plan: &Plan) -> Result<Vec<usize>, EngineError> {
        if self.done {
            self.rows.iter_mut().for_each(|row| row.tokens.push(plan.pad));
            return Ok((0..self.rows.len()).collect());
        }
        let length = self.rows[0].tokens.len();
        let (mut rows, mut from, mut best) = (Vec::with_capacity(plan.beams), Vec::with_capacity(plan.beams), None);
        for (rank, candidate) in candidates.enumerate() {
            best.get_or_insert(candidate.score);
            if rows.len() == plan.beams {
                break;
            }
            let tokens = &self.rows[candidate.row].tokens;
            if plan.ends.contains(&candidate.token) {
                if rank < plan.beams {
                    let tokens = tokens.clone();
                    self.end(f64::from(candidate.score), tokens, length, plan);
                }
                continue;
            }
            let tokens = tokens.iter().copied().chain([candidate.token]).collect();
            rows.push(Row { tokens, score: candidate.score });
            from.push(candidate.row);
        }
        if rows.len() < plan.beams {
            return Err(EngineError::Failed(
                "no token may follow: the generation settings rule all of them out".to_owned(),
            ));
        }
        self.rows = rows;
        self.done = self.is_done(f64::from(best.unwrap_or(f32::MIN)), length, plan);
        Ok(from)
    }

    /// Keeps an ended output if it is among the best. `length` counts its tokens without the start, with the end.
    fn end(&mut self, score: f64, tokens: Vec<i64>, length: usize, plan: &Plan) {
        let score = score / (length as f64).powf(plan.length_penalty);
        if self.ended.len() >= plan.beams && score <= self.worst() {
            return;
        }
        self.ended.push((score, tokens));
        if self.ended.len() > plan.beams {
            let worst = self.worst();
            if let Some(index) = self.ended.iter().position(|(score, _)| *score == worst) {
                self.ended.remove(index);
            }
        }
    }

    fn worst(&self) -> f64 {
        self.ended.iter().map(|(score, _)| *score).fold(f64::INFINITY, f64::min)
    }

    fn is_done(&self, best: f64, length: usize, plan: &Plan) -> bool {
        let attainable = |length: usize| best / (length as f64).powf(plan.length_penalty);
        match plan.early_stopping {
            _ if self.ended.len() < plan.beams => false,
            EarlyStopping::WhenFull => true,
            EarlyStopping::Never if plan.length_penalty > 0.0 => self.worst() >= attainable(plan.max_length - 1),
            EarlyStopping::Heuristic | EarlyStopping::Never => self.worst() >= attainable(length),
        }
    }

    fn finish(mut self, plan: &Plan) -> Result<Vec<i64>, EngineError> {
        if !self.done {
            for row in std::mem::take(&mut self.rows) {
                let length = row.tokens.len() - 1;
                self.end(f64::from(row.score), row.tokens, length, plan);
            }
        }
        let best = self.ended.into_iter().reduce(|best, next| if next.0 >= best.0 { next } else { best });
        let (_, mut tokens) = best.ok_or_else(|| EngineError::Failed("the scores are not numbers".to_owned()))?;
        if tokens.len() < plan.max_length {
            tokens.extend(plan.ends.first());
        }
        Ok(tokens)
    }
}
