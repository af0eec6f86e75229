use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Settings of text generation, with the names and meanings of `transformers`' `GenerationConfig`.
///
/// `None` leaves a setting to the next layer: request, catalog, the model's `generation_config.json`,
/// the engine's default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerationOptions {
    /// Hypotheses kept at each step; 1 is greedy search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_beams: Option<usize>,
    /// Longest output in tokens, the decoder's start token included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Longest output in tokens, the start token not included; wins over `max_length`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_new_tokens: Option<usize>,
    /// Shortest output in tokens, the decoder's start token included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Exponent of the length by which a hypothesis' score is divided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_penalty: Option<f64>,
    /// When beam search may end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_stopping: Option<EarlyStopping>,
    /// No n-gram of this size occurs twice in the output; 0 allows all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_repeat_ngram_size: Option<usize>,
    /// Divides the score of tokens already produced; 1 changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repetition_penalty: Option<f64>,
    /// Token sequences that never occur in the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bad_words_ids: Option<Vec<Vec<i64>>>,
    /// The first token produced, such as a target language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced_bos_token_id: Option<i64>,
    /// The token produced when `max_length` is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced_eos_token_id: Option<i64>,
    /// Tokens that never occur in the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppress_tokens: Option<Vec<i64>>,
    /// Hypotheses returned for each source, best first; at most `num_beams`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_return_sequences: Option<usize>,
}

/// When beam search may end, as `transformers` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "EarlyStoppingText", into = "EarlyStoppingText")]
pub enum EarlyStopping {
    /// As soon as `num_beams` hypotheses are finished (`true`).
    WhenFull,
    /// When better ones are unlikely (`false`).
    Heuristic,
    /// When better ones are impossible (`"never"`).
    Never,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum EarlyStoppingText {
    Flag(bool),
    Word(NeverWord),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NeverWord {
    Never,
}

impl From<EarlyStoppingText> for EarlyStopping {
    fn from(text: EarlyStoppingText) -> Self {
        match text {
            EarlyStoppingText::Flag(true) => Self::WhenFull,
            EarlyStoppingText::Flag(false) => Self::Heuristic,
            EarlyStoppingText::Word(NeverWord::Never) => Self::Never,
        }
    }
}

impl From<EarlyStopping> for EarlyStoppingText {
    fn from(value: EarlyStopping) -> Self {
        match value {
            EarlyStopping::WhenFull => Self::Flag(true),
            EarlyStopping::Heuristic => Self::Flag(false),
            EarlyStopping::Never => Self::Word(NeverWord::Never),
        }
    }
}

impl GenerationOptions {
    /// These settings, with what they leave open taken from `fallback`.
    #[must_use]
    pub fn or(self, fallback: &Self) -> Self {
        let length = self.max_length.is_some() || self.max_new_tokens.is_some();
        Self {
            num_beams: self.num_beams.or(fallback.num_beams),
            max_length: self.max_length.or(fallback.max_length),
            // A length set here in either form hides both forms below.
            max_new_tokens: if length { self.max_new_tokens } else { fallback.max_new_tokens },
            min_length: self.min_length.or(fallback.min_length),
            length_penalty: self.length_penalty.or(fallback.length_penalty),
            early_stopping: self.early_stopping.or(fallback.early_stopping),
            no_repeat_ngram_size: self.no_repeat_ngram_size.or(fallback.no_repeat_ngram_size),
            repetition_penalty: self.repetition_penalty.or(fallback.repetition_penalty),
            bad_words_ids: self.bad_words_ids.or_else(|| fallback.bad_words_ids.clone()),
            forced_bos_token_id: self.forced_bos_token_id.or(fallback.forced_bos_token_id),
            forced_eos_token_id: self.forced_eos_token_id.or(fallback.forced_eos_token_id),
            suppress_tokens: self.suppress_tokens.or_else(|| fallback.suppress_tokens.clone()),
            num_return_sequences: self.num_return_sequences.or(fallback.num_return_sequences),
        }
    }
}

impl GenerationOptions {
    /// These settings, with no `max_length` beyond the positions that a model has: a default must suit every model
    /// of its family.
    #[must_use]
    pub fn within(self, positions: usize) -> Self {
        Self { max_length: self.max_length.map(|length| length.min(positions)), ..self }
    }

    /// The settings among the members of a `generation_config.json`; all others are left aside.
    ///
    /// # Errors
    /// A setting of a wrong type.
    pub fn among(members: &Map<String, Value>) -> Result<Self, serde_json::Error> {
        const NAMES: [&str; 13] = [
            "num_beams",
            "max_length",
            "max_new_tokens",
            "min_length",
            "length_penalty",
            "early_stopping",
            "no_repeat_ngram_size",
            "repetition_penalty",
            "bad_words_ids",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "suppress_tokens",
            "num_return_sequences",
        ];
        let known = NAMES.iter().filter_map(|&name| Some((name.to_owned(), members.get(name)?.clone())));
        serde_json::from_value(Value::Object(known.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_stopping_reads_as_transformers_writes_it() {
        for (json, value) in [
            ("true", EarlyStopping::WhenFull),
            ("false", EarlyStopping::Heuristic),
            ("\"never\"", EarlyStopping::Never),
        ] {
            assert_eq!(serde_json::from_str::<EarlyStopping>(json).unwrap(), value);
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
    }

    #[test]
    fn every_setting_is_taken_from_a_generation_config() {
        let config = serde_json::json!({
            "num_beams": 4, "max_length": 30, "max_new_tokens": null, "min_length": 5, "length_penalty": 2.0,
            "early_stopping": "never", "no_repeat_ngram_size": 3, "repetition_penalty": 1.2,
            "bad_words_ids": [[7]], "forced_bos_token_id": 0, "forced_eos_token_id": 2, "suppress_tokens": [8, 9],
            "num_return_sequences": 2, "transformers_version": "4.44.2"
        });
        let options = GenerationOptions::among(config.as_object().unwrap()).unwrap();
        assert_eq!((options.suppress_tokens.as_deref(), options.num_return_sequences), (Some(&[8, 9][..]), Some(2)));
        let written = serde_json::to_value(options.or(&GenerationOptions::default())).unwrap();
        assert_eq!(written.as_object().unwrap().len(), 12, "all but the one that is null: {written}");
    }

    #[test]
    fn a_request_wins_over_the_catalog() {
        let catalog = GenerationOptions {
            num_beams: Some(4),
            max_new_tokens: Some(60),
            min_length: Some(5),
            ..Default::default()
        };
        let request = GenerationOptions { max_length: Some(20), ..Default::default() };
        let merged = request.or(&catalog);
        assert_eq!(
            (merged.num_beams, merged.max_length, merged.max_new_tokens, merged.min_length),
            (Some(4), Some(20), None, Some(5))
        );
    }
}
