//! Which files each architecture has, by the names that the hub's repositories give them.

use crate::domain::{Architecture, ModelFile};

/// Alternatives for the weights, best first: the first that a repository has is fetched, the others are not.
pub(super) const WEIGHTS: [&str; 3] = ["model.safetensors", "pytorch_model.bin", "rust_model.ot"];

/// The files that a model of `architecture` has, weights last.
pub(super) fn files(architecture: Architecture) -> Vec<ModelFile> {
    let file = |optional| move |&name: &&str| ModelFile { name: name.to_owned(), optional };
    let mut files: Vec<_> = required(architecture).iter().map(file(false)).collect();
    if is_from_hub(architecture) {
        files.extend(["generation_config.json", "tokenizer_config.json"].iter().map(file(true)));
        files.extend(extras(architecture).iter().map(file(true)));
        files.extend(WEIGHTS.iter().map(file(true)));
    }
    files
}

fn is_from_hub(architecture: Architecture) -> bool {
    !matches!(architecture, Architecture::Extractive | Architecture::MarianSsru)
}

fn required(architecture: Architecture) -> &'static [&'static str] {
    match architecture {
        Architecture::Extractive => &[],
        Architecture::MarianSsru => &["config.json", "vocab.spm", "allowed.json", "best.safetensors"],
        Architecture::Bart => &["config.json", "vocab.json", "merges.txt"],
        Architecture::Marian => &["config.json", "vocab.json", "source.spm", "target.spm"],
        Architecture::Pegasus | Architecture::T5 => &["config.json", "spiece.model"],
        Architecture::M2m100 => &["config.json", "vocab.json", "sentencepiece.bpe.model"],
        Architecture::Nllb => &["config.json", "sentencepiece.bpe.model", "tokenizer.json", "special_tokens_map.json"],
        Architecture::Mbart50 => &["config.json", "sentencepiece.bpe.model"],
    }
}

fn extras(architecture: Architecture) -> &'static [&'static str] {
    match architecture {
        Architecture::Nllb => &[],
        Architecture::T5 => &["special_tokens_map.json", "added_tokens.json"],
        _ => &["special_tokens_map.json"],
    }
}

/// Whether `name` is one of the alternatives for the weights.
pub(super) fn is_weights(name: &str) -> bool {
    WEIGHTS.contains(&name)
}
