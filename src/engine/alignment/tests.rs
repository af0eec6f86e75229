use std::{path::Path, sync::Arc};

use proptest::prelude::*;

use super::{
    super::{
        Alternatives, EngineError, Local, OpenOptions, Source, TranslateOutput, TranslateRequest, Translator, fake,
        open_local, translation::SentenceTranslator,
    },
    *,
};
use crate::domain::{GenerationOptions, Language, Precision};

/// Sentences, and names in them that are the same in Spanish.
const SENTENCES: [(&str, &[&str]); 30] = [
    ("President Andrés Molina met Laura Bennett in Ottawa on Tuesday.", &["Andrés Molina", "Laura Bennett", "Ottawa"]),
    ("Sarah Connor flew from Chicago to Madrid last week.", &["Sarah Connor", "Chicago", "Madrid"]),
    ("The mayor of Boston, Peter Walsh, resigned on Monday.", &["Boston", "Peter Walsh"]),
    ("Toyota will build a new factory near Austin, Texas.", &["Toyota", "Austin", "Texas"]),
    (
        "According to Reuters, Angela Merkel spoke with Emmanuel Macron.",
        &["Reuters", "Angela Merkel", "Emmanuel Macron"],
    ),
    ("Google and Microsoft announced the agreement in Seattle.", &["Google", "Microsoft", "Seattle"]),
    ("Maria Lopez, a teacher from Denver, won the prize.", &["Denver"]),
    ("The storm reached Miami before it moved to Orlando.", &["Miami", "Orlando"]),
    ("Police in Manchester arrested David Thompson.", &["Manchester", "David Thompson"]),
    ("Carlos Ortega said that Nokia would not leave Finland.", &["Carlos Ortega", "Nokia"]),
    ("The company hired Julia Roberts and Robert Stone.", &["Julia Roberts", "Robert Stone"]),
    ("On Friday, Netflix sued Amazon in California.", &["Netflix", "Amazon", "California"]),
    ("Barack Obama visited Havana in March.", &["Barack Obama"]),
    ("Doctors at Stanford tested the drug made by Pfizer.", &["Stanford", "Pfizer"]),
    ("The train between Toronto and Montreal was late.", &["Toronto"]),
    ("Michael Jordan played for the team in Chicago.", &["Michael Jordan", "Chicago"]),
    ("Scientists from Oxford found water near Nairobi.", &["Oxford", "Nairobi"]),
    ("Elena Garcia was born in Lima and studied in Bogota.", &["Lima"]),
    ("The court in Houston fined Samsung two million dollars.", &["Houston", "Samsung"]),
    ("Daniel Craig will not return, said Barbara Broccoli.", &["Daniel Craig", "Barbara Broccoli"]),
    ("Volkswagen opened an office in Detroit in 2010.", &["Volkswagen", "Detroit"]),
    ("The writer Paul Auster lived in Brooklyn for years.", &["Paul Auster", "Brooklyn"]),
    ("In Sydney, Kevin Rudd defended the new law.", &["Kevin Rudd"]),
    ("Intel and Apple share a laboratory in Portland.", &["Intel", "Apple", "Portland"]),
    ("Thousands marched in Caracas against Hugo Chavez.", &["Caracas"]),
    ("Hillary Clinton thanked the people of Iowa.", &["Hillary Clinton", "Iowa"]),
    ("The bank lent money to Boeing and to Airbus.", &["Boeing", "Airbus"]),
    ("Dubai bought paintings from Pablo Picasso's family.", &["Dubai", "Pablo Picasso"]),
    ("A fire destroyed the museum in Buenos Aires.", &["Buenos Aires"]),
    ("George Clooney sold his house in Los Angeles to Brad Pitt.", &["George Clooney", "Los Angeles", "Brad Pitt"]),
];

fn model(precision: Precision) -> Local {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/en-es-tiny");
    open_local(&directory, &OpenOptions { precision, ..OpenOptions::default() }).unwrap()
}

fn translate(model: &Local, sentences: &[&str], alternatives: Alternatives) -> TranslateOutput {
    let translator = SentenceTranslator::new(Arc::clone(&model.codec), GenerationOptions::default());
    let pair = LanguagePair::new(Language::ENGLISH, Language::SPANISH);
    let (sentences, generation) = (sentences.iter().map(ToString::to_string).collect(), GenerationOptions::default());
    translator
        .translate(&TranslateRequest { pair, sentences, alternatives, alignments: true, generation }, model)
        .unwrap()
}

const NONE: Alternatives = Alternatives::Found(0);

/// The links of each sentence.
fn links(output: &TranslateOutput) -> Vec<Vec<Link>> {
    output.alignments.iter().map(|alignment| alignment.as_ref().map_or_else(Vec::new, Alignment::links)).collect()
}

fn sentences() -> Vec<&'static str> {
    SENTENCES.iter().map(|(sentence, _)| *sentence).collect()
}

fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// Whether the name's tokens in the translation are linked to the name in the sentence; `None` where it is not there.
fn is_linked(name: &str, sentence: &str, translation: &str, links: &[Link]) -> Option<bool> {
    let place = |text: &str| text.find(name).map(|start| Span::new(start, start + name.len()));
    let (source, target) = (place(sentence)?, place(translation)?);
    let mut of_name = links.iter().filter(|link| overlap(link.target, target)).peekable();
    Some(of_name.peek().is_some() && of_name.all(|link| overlap(link.source, source)))
}

#[test]
fn names_are_linked_to_the_same_names() {
    for precision in [Precision::F32, Precision::Int8] {
        let output = translate(&model(precision), &sentences(), NONE);
        let results: Vec<(&str, bool)> = SENTENCES
            .iter()
            .zip(output.sentences.iter().zip(&links(&output)))
            .flat_map(|((sentence, names), (translation, links))| {
                names.iter().filter_map(move |name| Some((*name, is_linked(name, sentence, translation, links)?)))
            })
            .collect();
        let wrong: Vec<_> = results.iter().filter(|(_, right)| !right).collect();
        assert!(results.len() >= 45, "{precision:?}: only {} names were kept", results.len());
        assert!(wrong.len() * 10 <= results.len(), "{precision:?}: {} of {}: {wrong:?}", wrong.len(), results.len());
        assert!(results.contains(&("Laura Bennett", true)), "{precision:?}: {}", output.sentences[0]);
    }
}

#[test]
fn links_are_the_same_alone_and_in_a_batch() {
    for precision in [Precision::F32, Precision::Int8] {
        let (model, sentences) = (model(precision), &sentences()[..6]);
        let together = translate(&model, sentences, NONE);
        for (index, sentence) in sentences.iter().enumerate() {
            let alone = translate(&model, &[sentence], NONE);
            let alone = links(&alone).remove(0);
            assert_eq!(alone, links(&together)[index], "{precision:?}: {sentence}");
            assert!(!alone.is_empty(), "{precision:?}: {sentence}");
        }
    }
}

#[test]
fn links_cover_the_translation_in_its_order() {
    let output = translate(&model(Precision::F32), &sentences(), NONE);
    for (translation, links) in output.sentences.iter().zip(&links(&output)) {
        assert!(links.is_sorted_by(|a, b| a.target.end <= b.target.start), "{translation}: {links:?}");
        let linked: usize = links.iter().map(|link| link.target.end - link.target.start).sum();
        let letters: usize = translation.split_whitespace().map(str::len).sum();
        assert!(linked * 10 >= letters * 8, "{translation}: {linked} of {letters} bytes are linked");
    }
}

#[test]
fn further_translations_are_different() {
    let model = model(Precision::F32);
    let output = translate(&model, &sentences()[..8], Alternatives::Sought(3));
    for (best, others) in output.sentences.iter().zip(&output.alternatives) {
        // Two ways to write the same text count once.
        assert!((2..=3).contains(&others.len()), "{best}: {others:?}");
        assert!(!others.contains(best) && others.iter().all(|other| !other.is_empty()), "{best}: {others:?}");
    }
    let output = translate(&model, &["Hello."], NONE);
    assert_eq!(output.alternatives, [Vec::<String>::new()]);
}

#[test]
fn translations_found_by_the_way_change_nothing() {
    let model = model(Precision::F32);
    let (alone, among) =
        (translate(&model, &sentences(), NONE), translate(&model, &sentences(), Alternatives::Found(3)));
    assert_eq!(alone.sentences, among.sentences);
    assert_eq!(alone.usage, among.usage);
    let found = among.alternatives.iter().filter(|found| !found.is_empty()).count();
    assert!(found >= 10, "further ones of {found} sentences only");
}

/// Takes every character for a token.
struct Letters;

impl Codec for Letters {
    fn context_tokens(&self) -> usize {
        100
    }

    fn encode(&self, text: &str, _: Option<LanguagePair>) -> Result<Vec<i64>, EngineError> {
        Ok(text.chars().map(|c| i64::from(u32::from(c))).collect())
    }

    fn decode(&self, ids: &[i64]) -> String {
        ids.iter().filter_map(|id| char::from_u32(u32::try_from(*id).ok()?)).collect()
    }

    fn options_for(&self, _: LanguagePair) -> Result<GenerationOptions, EngineError> {
        Ok(GenerationOptions::default())
    }

    fn source(&self, ids: Vec<i64>, _: &GenerationOptions) -> Result<Source, EngineError> {
        Ok(fake::source(ids))
    }
}

proptest! {
    #[test]
    fn tokens_stand_in_their_order_on_character_boundaries(text in "[ a-cñé😀]{0,12}") {
        let ids = Letters.encode(&text, None).unwrap();
        let spans = target_spans(&Letters, &ids, text.trim());
        let written: String = spans.iter().flatten().map(|span| &text.trim()[span.start..span.end]).collect();
        prop_assert_eq!(written, text.replace(' ', ""));
        prop_assert_eq!(spans.len(), ids.len());
    }
}
