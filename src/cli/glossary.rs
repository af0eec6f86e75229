use std::collections::BTreeMap;

use crate::domain::{Glossary, InputError, Language};

/// Terms of the translations, besides those of the settings.
#[derive(Debug, clap::Args)]
pub(super) struct GlossaryArgs {
    /// A term that is never translated; may be given several times.
    #[arg(long = "protect", value_name = "TERM")]
    protected: Vec<String>,
    /// A term and what it is always translated to; may be given several times.
    #[arg(long = "term", value_name = "SOURCE=TARGET", value_parser = pair)]
    terms: Vec<(String, String)>,
}

impl GlossaryArgs {
    /// The glossary for translations into `targets`.
    pub(super) fn glossary(self, targets: &[Language]) -> Result<Glossary, InputError> {
        let terms: BTreeMap<String, String> = self.terms.into_iter().collect();
        let by_language = targets.iter().map(|target| (target.code().to_owned(), terms.clone()));
        Glossary::new(self.protected, by_language.collect())
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (source, target) = text.split_once('=').ok_or("must be SOURCE=TARGET")?;
    Ok((source.to_owned(), target.to_owned()))
}
