use proptest::prelude::*;

use super::*;

fn term(source: &str, target: &str) -> Term {
    Term { source: source.into(), target: target.into(), exact: false, asked: true }
}

fn glossary() -> Vec<Term> {
    vec![
        Term::protected("Breve"),
        Term::protected("Acme"),
        Term::protected("Acme Corp"),
        term("chief executive", "directora ejecutiva"),
        term("New York", "Nueva York"),
        term("York City Council", "el Ayuntamiento de York"),
    ]
}

/// The masked sentence, and what comes back where the translator changes nothing.
fn round(sentence: &str) -> (String, String) {
    let masked = Masked::of(sentence, &glossary());
    assert!(masked.is_whole(&masked.text), "{masked:?}");
    let restored = masked.restore(&masked.text).text;
    (masked.text, restored)
}

#[test]
fn terms_are_whole_words_and_longer_ones_win() {
    for (sentence, masked, restored) in [
        ("Breve reads.", "X41 reads.", "Breve reads."),
        ("Breves and unBreve and brevE and breve.", "Breves and unBreve and brevE and breve.", ""),
        ("Acme Corp of Acme", "X41 of X42", "Acme Corp of Acme"),
        ("(Acme Corp's \"Breve\"), Breve-based.", "(X41's \"X42\"), X43-based.", ""),
        ("the New York City Council", "the New X41", "the New el Ayuntamiento de York"),
        ("Chief executive of X41", "X42 of X41", "Directora ejecutiva of X41"),
        (
            "Our Chief executive, chief executives",
            "Our X41, chief executives",
            "Our directora ejecutiva, chief executives",
        ),
        ("x41 and X42 and X430 at Breve", "x41 and X42 and X430 at X44", ""),
        ("Breve\u{301} is no Breve", "Breve\u{301} is no X41", ""),
        ("中Breve中", "中X41中", ""),
        ("BreveBreve (Breve)(Acme)", "BreveBreve (X41)(X42)", ""),
        ("", "", ""),
    ] {
        let restored = if restored.is_empty() { sentence } else { restored };
        assert_eq!(round(sentence), (masked.to_owned(), restored.to_owned()), "{sentence}");
    }
}

#[test]
fn what_became_of_placeholders_is_counted() {
    let masked = Masked::of("Acme bought Breve.", &glossary());
    assert_eq!((masked.text.as_str(), masked.terms()), ("X41 bought X42.", 2));
    for (translation, whole) in [
        ("X41 compró X42.", true),
        ("A X42 lo compró X41.", true),
        ("X41 compró.", false),
        ("X41 compró X42 y X42.", false),
        ("X41 compró x42.", false),
        ("X41 compró X42a.", false),
        ("X41 compró X42 y X42a.", false),
        ("X41 compró X412 y X42.", false),
        ("X41 compró X 42.", false),
    ] {
        assert_eq!(masked.is_whole(translation), whole, "{translation}");
    }
    assert_eq!(masked.restore("A X42 lo compró X41.").text, "A Breve lo compró Acme.");
}

#[test]
fn a_term_that_opens_the_translation_gets_its_sentences_capital() {
    let restored = |sentence: &str, translation: &str| Masked::of(sentence, &glossary()).restore(translation).text;
    assert_eq!(restored("The chief executive left.", "«X41» se fue."), "«Directora ejecutiva» se fue.");
    assert_eq!(restored("the chief executive left.", "X41 se fue."), "directora ejecutiva se fue.");
    let phone = Masked::of("The iPhone sells.", &[Term::protected("iPhone")]);
    assert_eq!(phone.restore("X41 vende.").text, "iPhone vende.", "a protected term stays as it is");
}

#[test]
fn parts_of_masked_texts_are_found_in_the_real_ones() {
    let sentence = "The 3 Acme Corp offices of Breve.";
    let masked = Masked::of(sentence, &glossary());
    let restored = masked.restore("Las 3 oficinas X41 de X42 hoy.");
    let at = |text: &str, part: &str| {
        let start = text.find(part).unwrap();
        Span::new(start, start + part.len())
    };
    for (part, original) in [("3", "3"), ("X41", "Acme Corp"), ("offices", "offices"), ("of X42", "of Breve")] {
        assert_eq!(masked.original(at(&masked.text, part)), at(sentence, original));
    }
    for (part, shown) in [("3", "3"), ("1", "Acme Corp"), ("X41 de", "Acme Corp de"), ("hoy", "hoy")] {
        assert_eq!(restored.place(at("Las 3 oficinas X41 de X42 hoy.", part)), at(&restored.text, shown));
    }
}

#[test]
fn placeholders_go_where_terms_are_or_where_the_translator_put_them() {
    let sentence = "Acme Corp made its chief executive sell Breve to Acme.";
    let masked = Masked::of(sentence, &glossary());
    let translation = "Acme hizo que su director vendiera Breve a Acme Corp.";
    let director = translation.find("director").unwrap();
    let place =
        |span: Span| (&sentence[span.start..span.end] == "chief executive").then(|| Span::new(director, director + 8));
    let (all, marked) = masked.placed(sentence, translation, place);
    assert_eq!((all, marked.as_str()), (masked.clone(), "X44 hizo que su X42 vendiera X43 a X41."));
    let (some, marked) = masked.placed(sentence, translation, |_| None);
    assert_eq!(some.text, "X41 made its chief executive sell X42 to X43.");
    assert_eq!(marked, "X43 hizo que su director vendiera X42 a X41.");
    let overlapping = |_| Some(Span::new(0, translation.len()));
    assert_eq!(masked.placed(sentence, translation, overlapping).0.terms(), 3, "places are not shared");
}

/// Words that overlap and look like placeholders, any Unicode, and nothing.
fn texts() -> impl Strategy<Value = String> {
    const WORDS: &[&str] =
        &["a b", "b c", "a", "b", "X41", "x41", "X42", "X412", "A", " ", "'s", "-", "中", "é", "\u{301}", "\u{200d}"];
    let piece = prop_oneof![4 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => "\\PC{0,3}"];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn an_untouched_masked_text_gives_the_text_with_targets_in_place(
        sentence in texts(),
        sources in proptest::collection::vec("[abX41 ]{1,3}|\\PC{1,2}", 0..5),
    ) {
        let terms: Vec<Term> = sources.iter().map(|source| Term::protected(source)).collect();
        let masked = Masked::of(&sentence, &terms);
        prop_assert!(masked.is_whole(&masked.text), "{:?}", masked);
        prop_assert_eq!(&masked.restore(&masked.text).text, &sentence);
        let given: Vec<Term> = sources.iter().map(|source| term(source, "¿1?")).collect();
        let masked = Masked::of(&sentence, &given);
        let restored = masked.restore(&masked.text);
        prop_assert_eq!(restored.text.matches("¿1?").count(), masked.terms() + sentence.matches("¿1?").count());
        for (swap, slot) in restored.swaps.iter().zip(&masked.slots) {
            prop_assert_eq!(masked.original(swap.0), slot.original);
            prop_assert_eq!(restored.place(swap.0), swap.1);
        }
        let (all, marked) = masked.placed(&sentence, &restored.text, |_| None);
        prop_assert!(all.is_whole(&marked) || holds(&restored.text, "X"), "{:?} {:?}", all, marked);
    }

    #[test]
    fn no_translation_is_cut_inside_a_character(sentence in texts(), translation in texts()) {
        let masked = Masked::of(&sentence, &[Term::protected("a"), Term::protected("b c"), term("中", "X41 b")]);
        let restored = masked.restore(&translation);
        let (some, marked) = masked.placed(&sentence, &translation, |_| None);
        prop_assert!(some.terms() <= masked.terms() && marked.len() <= translation.len() + 4 * some.terms());
        prop_assert!(restored.text.len() + 2 * sentence.len() >= translation.len().min(1));
    }
}
