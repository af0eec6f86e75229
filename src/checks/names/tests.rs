use proptest::prelude::*;

use super::*;
use crate::domain::LanguagePair;

mod known;
mod pairs;
mod sentences;

const EN: Language = Language::ENGLISH;
const ES: Language = Language::SPANISH;

fn found(text: &str, language: Language) -> Vec<&str> {
    names(text, language).into_iter().map(|name| &text[name.span.start..name.span.end]).collect()
}

#[test]
fn english_names_are_found_whole() {
    for (text, expected) in [
        ("Prime Minister Laura Bennett met Sen. John Hale.", vec!["Laura Bennett", "John Hale"]),
        (
            "The Bank of America and the University of California agreed.",
            vec!["Bank of America", "University of California"],
        ),
        ("He fled with Bashar al-Assad and Ursula von der Leyen.", vec!["Bashar al-Assad", "Ursula von der Leyen"]),
        ("It hit Mr O'Neill's iPhone in the U.S. and the EU.", vec!["O'Neill", "iPhone", "U.S.", "EU"]),
        ("A COVID-19 vaccine made by AT&T came on Monday in March.", vec!["COVID-19", "AT&T"]),
        ("They saw George W. Bush at St. Louis.", vec!["George W. Bush", "St. Louis"]),
        ("The president of France and the King of Spain spoke.", vec!["France", "Spain"]),
        ("Shares of General Motors fell.", vec!["General Motors"]),
        ("In Paris, London and Rome it rained.", vec!["Paris", "London", "Rome"]),
        ("She read it to Obama's Chicago friends.", vec!["Obama", "Chicago"]),
        ("The Supreme Court and the White House said so.", vec!["Supreme Court", "White House"]),
        ("Queen Elizabeth II opened it.", vec!["Elizabeth II"]),
        ("no names here at all", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(found(text, EN), expected, "{text}");
    }
}

#[test]
fn titles_stand_apart() {
    let text = "Former Prime Minister Laura Bennett left.";
    let name = names(text, EN)[0];
    let title = name.title.unwrap();
    assert_eq!(&text[name.span.start..name.span.end], "Laura Bennett");
    assert!(text[title.start..title.end].ends_with("Prime Minister"), "{}", &text[title.start..title.end]);
    assert!(names("The President and the Prime Minister spoke.", EN).is_empty());
}

#[test]
fn first_words_need_evidence() {
    for (text, expected) in [
        ("Police arrived. Firefighters came too.", vec![]),
        ("Yesterday it rained. However, nobody left.", vec![]),
        ("White House officials spoke.", vec!["White House"]),
        ("Merkel spoke.", vec!["Merkel"]),
        ("Apple grew. Shares of Apple rose.", vec!["Apple", "Apple"]),
        ("Mark Rutte spoke.", vec!["Mark Rutte"]),
        ("Germany won.", vec!["Germany"]),
        ("US troops left.", vec!["US"]),
        ("“Nobody knows,” she said. “Everything changed.”", vec![]),
    ] {
        assert_eq!(found(text, EN), expected, "{text}");
    }
}

#[test]
fn headlines_do_not_make_every_word_a_name() {
    for (text, expected) in [
        ("Police Arrest Three Men After Bank Robbery in London", vec!["London"]),
        ("FIRE CREWS BATTLE BLAZE IN LONDON", vec!["LONDON"]),
        ("Council Rejects New Housing Plan\n\nThe council voted.", vec![]),
        ("BENNETT RESIGNS AFTER VOTE\n\nIt was Bennett who lost.", vec!["BENNETT", "Bennett"]),
    ] {
        assert_eq!(found(text, EN), expected, "{text}");
    }
}

#[test]
fn spanish_names_are_found() {
    for (text, expected) in [
        ("La presidenta Laura Bennett habló en Nueva York.", vec!["Laura Bennett", "Nueva York"]),
        ("Según la OTAN, Alemania y los alemanes ayudan a Ucrania.", vec!["OTAN", "Alemania", "Ucrania"]),
        ("El rey de España viajó a Santiago de Compostela.", vec!["España", "Santiago de Compostela"]),
        ("Ayer llovió. Después, nadie salió el lunes de enero.", vec![]),
        ("Los vecinos de Íñigo López de Mendoza", vec!["Íñigo López de Mendoza"]),
    ] {
        assert_eq!(found(text, ES), expected, "{text}");
    }
}

#[test]
fn usual_names_are_given_in_the_other_language() {
    let (there, back) = (LanguagePair::new(EN, ES), LanguagePair::new(ES, EN));
    for (english, spanish) in [
        ("Germany", "Alemania"),
        ("White House", "Casa Blanca"),
        ("NATO", "OTAN"),
        ("United States", "Estados Unidos"),
        ("US", "EE. UU."),
        ("London", "Londres"),
        ("North Korea", "Corea del Norte"),
        ("World Health Organization", "Organización Mundial de la Salud"),
    ] {
        assert_eq!(in_target(english, there).as_deref(), Some(spanish));
        assert_eq!(in_target(spanish, back).as_deref(), Some(english));
    }
    assert_eq!(in_target("germany", there).as_deref(), Some("Alemania"));
    for name in ["Bennett", "us", "German", ""] {
        assert_eq!(in_target(name, there), None, "{name}");
    }
}

#[test]
fn other_pairs_are_not_judged() {
    let german: Language = "de".parse().unwrap();
    for pair in [LanguagePair::new(EN, german), LanguagePair::new(german, ES), LanguagePair::new(EN, EN)] {
        assert!(lost("It was Hershey.", "Es war Sushey.", pair).is_empty());
        assert!(added("It was Hershey.", "Es war Sushey.", pair).is_empty());
    }
}

#[test]
fn long_texts_are_read_quickly() {
    let text = "The minister met Laura Bennett of the Bank of America in New York on Monday. ".repeat(5_000);
    let shout = "A B C D of the E F G ".repeat(10_000);
    let started = std::time::Instant::now();
    for text in [&text, &shout] {
        let known = KnownNames::of(text, EN);
        assert!(!names(text, EN).is_empty());
        assert!(!known.holds("Laura Jones"));
        lost(text, text, LanguagePair::new(EN, ES));
    }
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_text_is_read(source in "\\PC{0,60}", target in "[A-Zß-ž’'.ª²₂İ&\\- \n\u{301}語a-d]{0,60}") {
        for (one, other) in [(&source, &target), (&target, &source)] {
            for (from, to) in [(EN, ES), (ES, EN)] {
                let pair = LanguagePair::new(from, to);
                let mut end = 0;
                for name in names(one, from) {
                    prop_assert!(name.title.is_none_or(|title| title.end <= name.span.start));
                    prop_assert!(name.span.start >= end && !one[name.span.start..name.span.end].is_empty());
                    end = name.span.end;
                }
                for lost in lost(one, other, pair) {
                    prop_assert_eq!(&one[lost.source.start..lost.source.end], &lost.name);
                    prop_assert!(lost.replacement.is_none_or(|span| !other[span.start..span.end].is_empty()));
                }
                for span in added(one, other, pair) {
                    prop_assert!(!other[span.start..span.end].is_empty());
                }
                in_target(one, pair);
                let known = KnownNames::of(one, from);
                known.holds(other);
                for name in names(one, from) {
                    prop_assert!(known.holds(&one[name.span.start..name.span.end]));
                }
            }
        }
    }
}

#[test]
fn names_that_stay_as_they_are_are_known_before_they_are_translated() {
    for (sentence, expected) in [
        ("The drummer Hannah Welton met German officials in London on Tuesday.", vec!["Hannah Welton"]),
        ("Prime Minister Laura Bennett of Canada spoke to Andrés Molina.", vec!["Laura Bennett", "Andrés Molina"]),
        ("Water from Haweswater reached Manchester.", vec!["Haweswater", "Manchester"]),
        ("Daniel Mercury and James Bond met Pope John Paul II.", vec!["Daniel Mercury", "James Bond"]),
        ("Works begin in May.", vec![]),
        ("The United Nations and NATO agreed.", vec![]),
    ] {
        let spans = unchanging(sentence, LanguagePair::new(EN, ES));
        let found: Vec<_> = spans.iter().map(|span| &sentence[span.start..span.end]).collect();
        assert_eq!(found, expected, "{sentence}");
    }
}

#[test]
fn words_that_are_neither_the_sources_nor_the_languages_are_doubtful() {
    for (source, translation, expected) in [
        ("She saw Guardians of the Galaxy.", "Vio Guardianes de la Galáxia.", vec!["Galáxia"]),
        ("Isobel bagged four wickets.", "Isobeló cuatro palos.", vec!["Isobeló"]),
        ("The ECD is made by Taser.", "El EC lo fabrica Taser.", vec!["EC"]),
        ("Mercury gets no love.", "El Mercúrio no tiene amor.", vec!["Mercúrio"]),
        ("The Office of Energy buys oil lines.", "La Agencia de la Energía compra Línea y Óleo.", vec![]),
        ("The cabinet-maker went to Germany.", "El ebanista fue a Alemania.", vec![]),
        ("Anna-Maria Lopez won in New York.", "Anna Maria Lopez ganó en Nueva York.", vec![]),
        ("Government announces new measures.", "El Gobierno anuncia nuevas medidas.", vec![]),
    ] {
        let spans = Compared::of(source, translation, LanguagePair::new(EN, ES)).doubtful();
        let found: Vec<_> = spans.iter().map(|span| &translation[span.start..span.end]).collect();
        assert_eq!(found, expected, "{translation}");
    }
}
