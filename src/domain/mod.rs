//! The words of the trade, as types that cannot hold bad values. Depends on nothing else of ours.

mod article;
mod checks;
mod error;
mod generation;
mod glossary;
mod language;
mod model;
mod network;
mod options;
mod panic_message;
mod receipt;
mod runtime;
mod span;
mod summary;

pub use article::Article;
pub use checks::{CheckReport, Fact, FactKind, FactStatus, Fault, Means, OfSentence, Repair};
pub use error::InputError;
pub use generation::{EarlyStopping, GenerationOptions};
pub use glossary::{Entry, Glossary, TERM_CHARACTERS, TERMS, TermCounts};
pub use language::{Language, LanguagePair};
pub use model::{Architecture, Languages, ModelCard, ModelFile, ModelId, ModelOrigin, ModelState, Task};
pub use network::Network;
pub use options::{Format, Length, Mode, SummaryOptions};
pub use panic_message::panic_message;
pub use receipt::{CheckCounts, Outcome, Receipt, Recipe, TextDigest, UsedModel};
pub use runtime::{Precision, Runtime};
pub use span::{OffsetUnit, Span};
pub use summary::{Coverage, DetectedSource, Evidence, ModelName, Sentence, StageTimings, Summary, Usage};
