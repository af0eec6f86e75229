//! Generation settings, merged and checked.

use super::config::Settings;
use crate::{
    domain::{EarlyStopping, GenerationOptions},
    engine::EngineError,
};

/// The longest output of `transformers` where nothing else is said, in tokens.
const MAX_LENGTH: usize = 20;
/// More beams than anyone searches with; each one costs the memory of a row.
const MOST_BEAMS: usize = 64;

/// What the search does: every setting present and possible.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) start: i64,
    pub(super) ends: Vec<i64>,
    pub(super) pad: i64,
    pub(super) beams: usize,
    /// Longest output in tokens with its start and end.
    pub(super) max_length: usize,
    pub(super) min_length: usize,
    pub(super) length_penalty: f64,
    pub(super) early_stopping: EarlyStopping,
    /// 0 allows repetition.
    pub(super) no_repeat_ngram_size: usize,
    pub(super) repetition_penalty: f64,
    pub(super) bad_words: Vec<Vec<i64>>,
    pub(super) forced_first: Option<i64>,
    pub(super) forced_end: Option<i64>,
    pub(super) renormalize: bool,
}

impl Plan {
    /// `options`, then the model's own defaults, then those of `transformers`.
    ///
    /// # Errors
    /// [`EngineError::Option`] naming a setting that is impossible, or impossible with this model.
    pub(super) fn new(options: &GenerationOptions, settings: &Settings) -> Result<Self, EngineError> {
        let options = options.clone().or(&settings.defaults);
        let max_length = match options.max_new_tokens {
            Some(tokens) => tokens.saturating_add(1),
            None => options.max_length.unwrap_or(MAX_LENGTH),
        };
        let plan = Self {
            start: settings.start,
            ends: settings.ends.clone(),
            pad: settings.pad,
            beams: options.num_beams.unwrap_or(1),
            max_length,
            min_length: options.min_length.unwrap_or(0),
            length_penalty: options.length_penalty.unwrap_or(1.0),
            early_stopping: options.early_stopping.unwrap_or(EarlyStopping::Heuristic),
            no_repeat_ngram_size: options.no_repeat_ngram_size.unwrap_or(0),
            repetition_penalty: options.repetition_penalty.unwrap_or(1.0),
            bad_words: options.bad_words_ids.unwrap_or_default(),
            forced_first: options.forced_bos_token_id,
            forced_end: options.forced_eos_token_id,
            renormalize: settings.renormalize,
        };
        plan.check_numbers(settings)?;
        plan.check_tokens(settings)?;
        Ok(plan)
    }

    fn check_numbers(&self, settings: &Settings) -> Result<(), EngineError> {
        require((1..=MOST_BEAMS).contains(&self.beams), "num_beams", || format!("must be 1 to {MOST_BEAMS}"))?;
        require(self.max_length >= 2, "max_length", || "must leave room for a token after the start".to_owned())?;
        let positions = settings.positions.unwrap_or(usize::MAX);
        require(self.max_length <= positions, "max_length", || format!("the model has {positions} positions"))?;
        require(self.length_penalty.is_finite(), "length_penalty", || "must be a number".to_owned())?;
        let penalty = self.repetition_penalty;
        require(penalty.is_finite() && penalty > 0.0, "repetition_penalty", || "must be above 0".to_owned())
    }

    fn check_tokens(&self, settings: &Settings) -> Result<(), EngineError> {
        let known = |id: &i64| (0..settings.vocabulary).contains(id);
        let unknown = || format!("the model has the tokens 0 to {}", settings.vocabulary - 1);
        require(self.forced_first.as_ref().is_none_or(known), "forced_bos_token_id", unknown)?;
        require(self.forced_end.as_ref().is_none_or(known), "forced_eos_token_id", unknown)?;
        require(self.bad_words.iter().flatten().all(known), "bad_words_ids", unknown)?;
        let empty = self.bad_words.iter().any(Vec::is_empty);
        require(!empty, "bad_words_ids", || "an empty sequence of tokens cannot be ruled out".to_owned())
    }
}

fn require(holds: bool, name: &'static str, reason: impl FnOnce() -> String) -> Result<(), EngineError> {
    if holds { Ok(()) } else { Err(EngineError::Option { name, reason: reason() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            vocabulary: 10,
            ends: vec![2],
            pad: 1,
            start: 2,
            positions: Some(50),
            context_tokens: 50,
            defaults: GenerationOptions { num_beams: Some(4), max_length: Some(30), ..Default::default() },
            renormalize: false,
        }
    }

    fn plan(options: GenerationOptions) -> Result<Plan, EngineError> {
        Plan::new(&options, &settings())
    }

    #[test]
    fn what_is_asked_wins_over_the_model_and_the_model_over_transformers() {
        let plan = plan(GenerationOptions { max_new_tokens: Some(7), ..Default::default() }).unwrap();
        assert_eq!((plan.max_length, plan.min_length, plan.beams, plan.length_penalty), (8, 0, 4, 1.0));
    }

    #[test]
    fn impossible_settings_are_named() {
        let none = GenerationOptions::default;
        for (name, options) in [
            ("num_beams", GenerationOptions { num_beams: Some(0), ..none() }),
            ("num_beams", GenerationOptions { num_beams: Some(1 << 40), ..none() }),
            ("max_length", GenerationOptions { max_length: Some(1), ..none() }),
            ("max_length", GenerationOptions { max_length: Some(51), ..none() }),
            ("max_length", GenerationOptions { max_new_tokens: Some(usize::MAX), ..none() }),
            ("length_penalty", GenerationOptions { length_penalty: Some(f64::NAN), ..none() }),
            ("repetition_penalty", GenerationOptions { repetition_penalty: Some(0.0), ..none() }),
            ("forced_bos_token_id", GenerationOptions { forced_bos_token_id: Some(10), ..none() }),
            ("forced_eos_token_id", GenerationOptions { forced_eos_token_id: Some(-1), ..none() }),
            ("bad_words_ids", GenerationOptions { bad_words_ids: Some(vec![vec![]]), ..none() }),
            ("bad_words_ids", GenerationOptions { bad_words_ids: Some(vec![vec![99]]), ..none() }),
        ] {
            match plan(options.clone()) {
                Err(EngineError::Option { name: named, .. }) => assert_eq!(named, name, "{options:?}"),
                other => panic!("{options:?}: {other:?}"),
            }
        }
    }
}
