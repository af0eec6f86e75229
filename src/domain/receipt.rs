//! What it takes to make a summary again, and how to tell that it is the same.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Article, CheckReport, FactStatus, Format, Language, ModelName, Precision, Runtime};

/// The form of receipts that this version writes and reads.
const VERSION: u32 = 1;

/// Proof of how a summary was made. Holds no text of the article and none of the summary. The same article, models and
/// settings give the same receipt, byte for byte, however busy the machine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    version: u32,
    /// SHA-256 of the recipe's lines (its [`Display`](fmt::Display)). Requests with one key have one answer.
    pub key: String,
    /// What the summary was made of.
    pub recipe: Recipe,
    /// What came of it.
    pub result: Outcome,
}

/// Everything that a summary depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The program and its version.
    pub program: String,
    /// The article.
    pub text: TextDigest,
    /// Its language.
    pub language: Language,
    /// The languages of the summary, in the order asked for.
    pub targets: Vec<Language>,
    /// The sentences asked for.
    pub sentences: usize,
    /// How they are put together.
    pub format: Format,
    /// Whether sentences were checked, and mended where they could be.
    pub checks: bool,
    /// Whether what the article does not say gave way to its own sentences.
    pub strict: bool,
    /// What ran the models.
    pub runtime: Runtime,
    /// The summariser, and the one that was at hand for what it does badly.
    pub summarizers: Vec<UsedModel>,
    /// For each language translated into the translator, and the one that was at hand for what it does badly.
    pub translators: BTreeMap<Language, Vec<UsedModel>>,
    /// The glossary's hash; none where there was no glossary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glossary: Option<String>,
}

/// A text without the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextDigest {
    /// Of its UTF-8 bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// Its length in Unicode scalar values.
    pub characters: usize,
}

/// A model and the numbers that it computed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsedModel {
    /// The model at its revision.
    pub name: ModelName,
    /// Never [`Precision::Auto`].
    pub precision: Precision,
}

/// What came of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// SHA-256 of each language's summary.
    pub summaries: BTreeMap<Language, String>,
    /// What the checks found; none where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<CheckCounts>,
}

/// How often the checks found what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckCounts {
    /// Facts as the article writes them.
    pub kept: usize,
    /// Facts written in another way.
    pub reformatted: usize,
    /// Facts that are not in all of the summary's languages.
    pub missing: usize,
    /// Facts that the article does not hold.
    pub invented: usize,
    /// Faults that were mended.
    pub repaired: usize,
    /// Faults that are left.
    pub faults: usize,
    /// Sentences without a translation of their own.
    pub dropped: usize,
    /// Repairs that were not tried, since a model had no time or no room. Where there are any, the same request may give
    /// a better answer another time.
    pub untried: usize,
}

impl Receipt {
    /// The receipt of what came of `recipe`.
    pub fn new(recipe: Recipe, summaries: &BTreeMap<Language, String>, checks: Option<&CheckReport>) -> Self {
        let summaries = summaries.iter().map(|(language, text)| (*language, sha256(text))).collect();
        let result = Outcome { summaries, checks: checks.map(CheckCounts::of) };
        Self { version: VERSION, key: recipe.key(), recipe, result }
    }

    /// What is wrong with a receipt that was read: of another version, or not as it was written.
    pub fn fault(&self) -> Option<String> {
        if self.version != VERSION {
            return Some(format!("is of version {}, this program reads version {VERSION}", self.version));
        }
        (self.key != self.recipe.key()).then(|| "was changed: its key does not belong to its recipe".to_owned())
    }

    /// In what `other`, made anew of the same article, differs: a line for each difference.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let (was, is) = (self.recipe.to_string(), other.recipe.to_string());
        let lines = was.lines().zip(is.lines()).filter(|(was, is)| was != is);
        let mut found: Vec<String> = lines.map(|(was, is)| format!("{was} is {is}")).collect();
        if was.lines().count() != is.lines().count() {
            found.push("other models".to_owned());
        }
        for (language, digest) in &self.result.summaries {
            if other.result.summaries.get(language) != Some(digest) {
                found.push(format!("the summary in {}", language.name()));
            }
        }
        if self.result.checks != other.result.checks {
            found.push("what the checks found".to_owned());
        }
        found
    }
}

impl Recipe {
    /// SHA-256 of its lines, in hexadecimal: what requests with one answer have in common.
    pub fn key(&self) -> String {
        sha256(&self.to_string())
    }

    /// The models of each task, in the order in which they are used.
    fn models(&self) -> impl Iterator<Item = (String, &Vec<UsedModel>)> {
        let name = |target| format!("translators {}-{target}", self.language);
        let translators = self.translators.iter().map(move |(target, models)| (name(target), models));
        std::iter::once(("summarizers".to_owned(), &self.summarizers)).chain(translators)
    }
}

impl fmt::Display for Recipe {
    /// A line for each part: its name, `: ` and its value; the first names this form. None of the values can hold a line
    /// end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, text, language, sentences, format, checks, strict, runtime, .. } = self;
        let targets: Vec<&str> = self.targets.iter().map(|target| target.code()).collect();
        writeln!(
            f,
            "receipt: {VERSION}\nprogram: {}\ntext: {}",
            program.escape_default(),
            text.sha256.escape_default()
        )?;
        writeln!(f, "language: {language}\ntargets: {}\nsentences: {sentences}", targets.join(" "))?;
        writeln!(f, "format: {format:?}\nchecks: {checks}\nstrict: {strict}\nruntime: {runtime:?}")?;
        for (name, models) in self.models() {
            let models: Vec<String> = models.iter().map(ToString::to_string).collect();
            writeln!(f, "{name}: {}", models.join(", ").escape_default())?;
        }
        writeln!(f, "glossary: {}", self.glossary.as_deref().unwrap_or("none").escape_default())
    }
}

impl TextDigest {
    /// That of an article as it was sent.
    pub fn of(article: &Article) -> Self {
        Self { sha256: sha256(article.text()), characters: article.characters() }
    }
}

impl fmt::Display for UsedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.name, self.precision)
    }
}

impl CheckCounts {
    fn of(report: &CheckReport) -> Self {
        let facts = |status| report.facts.iter().filter(|fact| fact.status == status).count();
        Self {
            kept: facts(FactStatus::Kept),
            reformatted: facts(FactStatus::Reformatted),
            missing: facts(FactStatus::Missing),
            invented: facts(FactStatus::Invented),
            repaired: report.repairs.len(),
            faults: report.faults.len(),
            dropped: report.dropped,
            untried: report.untried,
        }
    }
}

/// Of `text`'s UTF-8 bytes, in lower-case hexadecimal.
pub(super) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        let article = Article::parse("text", "Works begin in May.", 100).unwrap();
        let model = |name: &str| UsedModel { name: name.parse().unwrap(), precision: Precision::Int8 };
        Recipe {
            program: "breve 0.1.0".into(),
            text: TextDigest::of(&article),
            language: Language::ENGLISH,
            targets: vec![Language::ENGLISH, Language::SPANISH],
            sentences: 3,
            format: Format::Paragraph,
            checks: true,
            strict: false,
            runtime: Runtime::Auto,
            summarizers: vec![model("extractive@0.1.0")],
            translators: BTreeMap::from([(Language::SPANISH, vec![model("en-es-tiny@abc")])]),
            glossary: None,
        }
    }

    fn receipt(recipe: Recipe, es: &str) -> Receipt {
        Receipt::new(recipe, &BTreeMap::from([(Language::SPANISH, es.to_owned())]), Some(&CheckReport::default()))
    }

    #[test]
    fn the_key_depends_on_every_part_of_the_recipe() {
        let changes: [fn(&mut Recipe); 10] = [
            |recipe| recipe.program = "breve 0.2.0".into(),
            |recipe| recipe.text.sha256 = sha256("another"),
            |recipe| recipe.language = Language::SPANISH,
            |recipe| recipe.targets.reverse(),
            |recipe| recipe.sentences = 4,
            |recipe| recipe.format = Format::Bullets,
            |recipe| recipe.strict = true,
            |recipe| recipe.summarizers[0].precision = Precision::F32,
            |recipe| recipe.translators.clear(),
            |recipe| recipe.glossary = Some("abc".into()),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut changed = recipe();
            change(&mut changed);
            assert_ne!(changed.key(), recipe().key(), "change {index}");
        }
    }

    #[test]
    fn a_receipt_comes_back_from_json_as_it_was() {
        let receipt = receipt(recipe(), "Las obras comienzan en mayo.");
        let json = serde_json::to_string(&receipt).unwrap();
        assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
        assert!(!json.contains("Works") && !json.contains("obras"), "no text: {json}");
        assert_eq!(receipt.fault(), None);
    }

    #[test]
    fn a_changed_recipe_is_noticed() {
        let mut receipt = receipt(recipe(), "x");
        receipt.recipe.strict = true;
        assert!(receipt.fault().is_some_and(|fault| fault.contains("was changed")));
    }

    #[test]
    fn differences_are_named() {
        let (one, same) = (receipt(recipe(), "Hola."), receipt(recipe(), "Hola."));
        assert_eq!(one.differences(&same), Vec::<String>::new());
        let other = receipt(Recipe { program: "breve 0.2.0".into(), ..recipe() }, "Adiós.");
        let expected = ["program: breve 0.1.0 is program: breve 0.2.0", "the summary in Spanish"];
        assert_eq!(one.differences(&other), expected);
    }
}
