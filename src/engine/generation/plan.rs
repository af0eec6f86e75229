//! Generation settings, merged and checked.

use crate::{
    domain::{EarlyStopping, GenerationOptions},
    engine::EngineError,
};

/// The longest output of `transformers` where nothing else is said, in tokens.
const MAX_LENGTH: usize = 20;
/// More beams than anyone searches with; each one costs the memory of a row.
const MOST_BEAMS: usize = 64;
/// Tokens that an output of Marian may have beyond its multiple of the source's tokens, for very short sources.
const MARIAN_EXTRA_TOKENS: usize = 4;

/// What a search needs to know of a model.
#[derive(Debug, Clone)]
pub(in crate::engine) struct SearchSettings {
    /// The number of ids.
    pub(in crate::engine) vocabulary: i64,
    /// The tokens that end an output; the first is written where one is to be added.
    pub(in crate::engine) ends: Vec<i64>,
    /// What every output starts with; `None` where the decoder starts with a zero embedding, which is no part of outputs.
    pub(in crate::engine) start: Option<i64>,
    /// The positions that the decoder has; `None` where it has no such limit.
    pub(in crate::engine) positions: Option<usize>,
    /// The model's own defaults.
    pub(in crate::engine) defaults: GenerationOptions,
    /// Whether scores are normalised again after tokens were ruled out.
    pub(in crate::engine) renormalize: bool,
    /// Whose search it is.
    pub(in crate::engine) style: SearchStyle,
}

/// Whose search a model's outputs come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::engine) enum SearchStyle {
    /// That of `transformers`.
    Transformers,
    /// That of Marian's decoder (Junczys-Dowmunt et al. 2018), which the built-in models were made for.
    Marian {
        /// Longest output, as a multiple of the source's tokens.
        max_length_factor: f64,
    },
}

/// When beam search ends, and which hypotheses count then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopping {
    /// As `transformers`: an end token counts among the first `beams` candidates only, unfinished hypotheses count at
    /// the length limit.
    Transformers(EarlyStopping),
    /// As Marian: every end token counts that comes before `beams` hypotheses are kept; it stops when the best live one,
    /// were it to end at the next step, is below those that are wanted; unfinished ones count only where ended ones lack.
    Marian,
}

/// What the search for one source does: every setting present and possible.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Negative where the decoder has none.
    pub(super) start: i64,
    pub(super) ends: Vec<i64>,
    pub(super) beams: usize,
    /// Hypotheses to return.
    pub(super) outputs: usize,
    /// Further ones to return, as far as the search has come upon them by its end.
    pub(super) spare: usize,
    /// Longest output in tokens with its start and end.
    pub(super) max_length: usize,
    pub(super) min_length: usize,
    pub(super) length_penalty: f64,
    pub(super) stopping: Stopping,
    /// 0 allows repetition.
    pub(super) no_repeat_ngram_size: usize,
    pub(super) repetition_penalty: f32,
    pub(super) bad_words: Vec<Vec<i64>>,
    pub(super) suppressed: Vec<i64>,
    pub(super) forced_first: Option<i64>,
    pub(super) forced_end: Option<i64>,
    pub(super) renormalize: bool,
    /// Whether hypotheses say what each token was written from.
    pub(super) aligned: bool,
}

impl Default for Plan {
    /// Greedy search that nothing ends before the longest output of `transformers`.
    fn default() -> Self {
        Self {
            start: 0,
            ends: Vec::new(),
            beams: 1,
            outputs: 1,
            spare: 0,
            max_length: MAX_LENGTH,
            min_length: 0,
            length_penalty: 1.0,
            stopping: Stopping::Transformers(EarlyStopping::Heuristic),
            no_repeat_ngram_size: 0,
            repetition_penalty: 1.0,
            bad_words: Vec::new(),
            suppressed: Vec::new(),
            forced_first: None,
            forced_end: None,
            renormalize: false,
            aligned: false,
        }
    }
}

impl Plan {
    /// `options`, then the model's own defaults, then those of `transformers`, for a source of so many tokens.
    ///
    /// # Errors
    /// [`EngineError::Option`] naming a setting that is impossible, or impossible with this model.
    pub(in crate::engine) fn new(
        options: &GenerationOptions,
        settings: &SearchSettings,
        source_tokens: usize,
    ) -> Result<Self, EngineError> {
        let options = options.clone().or(&settings.defaults);
        // Where there is no start token, lengths do not count it; here they always do.
        let unseen = usize::from(settings.start.is_none());
        let early_stopping = options.early_stopping.unwrap_or(EarlyStopping::Heuristic);
        let plan = Self {
            start: settings.start.unwrap_or(-1),
            ends: settings.ends.clone(),
            beams: options.num_beams.unwrap_or(1),
            outputs: options.num_return_sequences.unwrap_or(1),
            spare: 0,
            max_length: max_length(&options, settings, source_tokens),
            min_length: options
                .min_length
                .filter(|length| *length > 0)
                .map_or(0, |length| length.saturating_add(unseen)),
            length_penalty: options.length_penalty.unwrap_or(1.0),
            stopping: match settings.style {
                SearchStyle::Transformers => Stopping::Transformers(early_stopping),
                SearchStyle::Marian { .. } => Stopping::Marian,
            },
            no_repeat_ngram_size: options.no_repeat_ngram_size.unwrap_or(0),
            repetition_penalty: options.repetition_penalty.unwrap_or(1.0) as f32,
            bad_words: options.bad_words_ids.unwrap_or_default(),
            suppressed: options.suppress_tokens.unwrap_or_default(),
            forced_first: options.forced_bos_token_id,
            forced_end: options.forced_eos_token_id,
            renormalize: settings.renormalize,
            aligned: false,
        };
        plan.check_numbers(settings)?;
        plan.check_tokens(settings)?;
        Ok(plan)
    }

    /// The most hypotheses that the search has at once.
    pub(in crate::engine) fn beams(&self) -> usize {
        self.beams
    }

    /// With so many hypotheses to return, or as many as there are beams where these are fewer.
    pub(in crate::engine) fn returning(self, outputs: usize) -> Self {
        Self { outputs: outputs.clamp(1, self.beams), spare: 0, ..self }
    }

    /// With up to so many hypotheses more, if the search comes upon them: it goes on no longer for them.
    pub(in crate::engine) fn sparing(self, spare: usize) -> Self {
        Self { spare: spare.min(self.beams - self.outputs), ..self }
    }

    /// With hypotheses that say what each token was written from, where the network can tell.
    pub(in crate::engine) fn aligned(self) -> Self {
        Self { aligned: true, ..self }
    }

    /// The most steps that it takes.
    pub(in crate::engine) fn max_steps(&self) -> usize {
        self.max_length - 1
    }

    fn check_numbers(&self, settings: &SearchSettings) -> Result<(), EngineError> {
        require((1..=MOST_BEAMS).contains(&self.beams), "num_beams", || format!("must be 1 to {MOST_BEAMS}"))?;
        let outputs = (1..=self.beams).contains(&self.outputs);
        require(outputs, "num_return_sequences", || format!("must be 1 to num_beams, which is {}", self.beams))?;
        require(self.max_length >= 2, "max_length", || "must leave room for a token after the start".to_owned())?;
        let positions = settings.positions.unwrap_or(usize::MAX);
        require(self.max_length <= positions, "max_length", || format!("the model has {positions} positions"))?;
        require(self.length_penalty.is_finite(), "length_penalty", || "must be a number".to_owned())?;
        let penalty = self.repetition_penalty;
        require(penalty.is_finite() && penalty > 0.0, "repetition_penalty", || "must be above 0".to_owned())
    }

    fn check_tokens(&self, settings: &SearchSettings) -> Result<(), EngineError> {
        let known = |id: &i64| (0..settings.vocabulary).contains(id);
        let unknown = || format!("the model has the tokens 0 to {}", settings.vocabulary - 1);
        for (name, forced) in [("forced_bos_token_id", self.forced_first), ("forced_eos_token_id", self.forced_end)] {
            require(forced.as_ref().is_none_or(known), name, unknown)?;
            let suppressed = forced.is_some_and(|token| self.suppressed.contains(&token));
            require(!suppressed, name, || "it is among suppress_tokens".to_owned())?;
        }
        require(self.suppressed.iter().all(known), "suppress_tokens", unknown)?;
        require(self.bad_words.iter().flatten().all(known), "bad_words_ids", unknown)?;
        let empty = self.bad_words.iter().any(Vec::is_empty);
        require(!empty, "bad_words_ids", || "an empty sequence of tokens cannot be ruled out".to_owned())
    }
}

/// The longest output with its start.
fn max_length(options: &GenerationOptions, settings: &SearchSettings, source_tokens: usize) -> usize {
    let after_start = |length: usize| length.saturating_add(1);
    match settings.style {
        SearchStyle::Transformers => match options.max_new_tokens {
            Some(tokens) => after_start(tokens),
            None => options.max_length.unwrap_or(MAX_LENGTH).saturating_add(usize::from(settings.start.is_none())),
        },
        SearchStyle::Marian { max_length_factor } => {
            let bound = (source_tokens as f64 * max_length_factor) as usize + MARIAN_EXTRA_TOKENS;
            after_start(options.max_new_tokens.or(options.max_length).map_or(bound, |asked| asked.min(bound)))
        }
    }
}

fn require(holds: bool, name: &'static str, reason: impl FnOnce() -> String) -> Result<(), EngineError> {
    if holds { Ok(()) } else { Err(EngineError::Option { name, reason: reason() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SearchSettings {
        SearchSettings {
            vocabulary: 10,
            ends: vec![2],
            start: Some(2),
            positions: Some(50),
            defaults: GenerationOptions { num_beams: Some(4), max_length: Some(30), ..Default::default() },
            renormalize: false,
            style: SearchStyle::Transformers,
        }
    }

    fn plan(options: GenerationOptions) -> Result<Plan, EngineError> {
        Plan::new(&options, &settings(), 5)
    }

    #[test]
    fn what_is_asked_wins_over_the_model_and_the_model_over_transformers() {
        let plan = plan(GenerationOptions { max_new_tokens: Some(7), ..Default::default() }).unwrap();
        assert_eq!((plan.max_length, plan.min_length, plan.beams, plan.length_penalty), (8, 0, 4, 1.0));
    }

    #[test]
    fn lengths_of_marian_outputs_follow_the_source_and_have_no_start() {
        let style = SearchStyle::Marian { max_length_factor: 1.5 };
        let settings = SearchSettings { start: None, positions: None, style, ..settings() };
        for (asked, steps) in [(None, 19), (Some(12), 12), (Some(500), 19)] {
            let settings = SearchSettings { defaults: GenerationOptions::default(), ..settings.clone() };
            let options = GenerationOptions { max_length: asked, min_length: Some(3), ..Default::default() };
            let plan = Plan::new(&options, &settings, 10).unwrap();
            assert_eq!((plan.max_steps(), plan.min_length), (steps, 4), "{asked:?}");
        }
    }

    #[test]
    fn impossible_settings_are_named() {
        let none = GenerationOptions::default;
        for (name, options) in [
            ("num_beams", GenerationOptions { num_beams: Some(0), ..none() }),
            ("num_beams", GenerationOptions { num_beams: Some(1 << 40), ..none() }),
            ("num_return_sequences", GenerationOptions { num_return_sequences: Some(0), ..none() }),
            ("num_return_sequences", GenerationOptions { num_return_sequences: Some(5), ..none() }),
            ("max_length", GenerationOptions { max_length: Some(1), ..none() }),
            ("max_length", GenerationOptions { max_length: Some(51), ..none() }),
            ("max_length", GenerationOptions { max_new_tokens: Some(usize::MAX), ..none() }),
            ("length_penalty", GenerationOptions { length_penalty: Some(f64::NAN), ..none() }),
            ("repetition_penalty", GenerationOptions { repetition_penalty: Some(0.0), ..none() }),
            ("forced_bos_token_id", GenerationOptions { forced_bos_token_id: Some(10), ..none() }),
            ("forced_eos_token_id", GenerationOptions { forced_eos_token_id: Some(-1), ..none() }),
            (
                "forced_eos_token_id",
                GenerationOptions { forced_eos_token_id: Some(2), suppress_tokens: Some(vec![2]), ..none() },
            ),
            ("suppress_tokens", GenerationOptions { suppress_tokens: Some(vec![3, 10]), ..none() }),
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
