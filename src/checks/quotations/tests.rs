use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<&str> {
    quotations(text).into_iter().map(|span| &text[span.start..span.end]).collect()
}

#[test]
fn quotations_are_found_in_all_marks() {
    for (text, expected) in [
        ("He said \"we won\" and left.", vec!["we won"]),
        ("He said “we won” and left.", vec!["we won"]),
        ("Dijo «hemos ganado» y se fue.", vec!["hemos ganado"]),
        ("Er sagte „gewonnen“ leise.", vec!["gewonnen"]),
        ("He said ‘we won’ and left.", vec!["we won"]),
        ("\"One. Two! Three?\" she asked.", vec!["One. Two! Three?"]),
        ("\"A,\" he said, \"b.\"", vec!["A,", "b."]),
        ("(“inside”)", vec!["inside"]),
        ("«fuera “dentro” fuera»", vec!["fuera “dentro” fuera"]),
        ("“the ‘inner’ one”", vec!["the ‘inner’ one"]),
        ("‘It isn’t so,’ she said.", vec!["It isn’t so,"]),
        ("“ spaced ”", vec!["spaced"]),
        ("a \"quoted\nline\" wraps", vec!["quoted\nline"]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn apostrophes_inches_and_empty_marks_are_no_quotations() {
    for text in [
        "It isn’t the dogs’ bowl.",
        "The ’90s and the ‘90s.",
        "A 5\" screen and a 7\" one",
        "“” and \"\"",
        "never “closed",
        "rock ’n’ roll",
        "",
        "\"",
    ] {
        assert_eq!(found(text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn a_quotation_goes_on_when_the_next_paragraph_opens_again() {
    let text = "“First paragraph.\n\n“Second one,” he said.";
    assert_eq!(found(text), ["First paragraph.", "Second one,"]);
    assert_eq!(found("He said \"never closed\n\nand more \"here\"."), ["here"]);
}

#[test]
fn quoted_words_are_held_whatever_their_marks() {
    let source = "“We didn’t expect this, frankly,” Ms Bennett said. It cost $3.5 million — 12% more than in 2019.";
    for quotation in [
        "We didn't expect this",
        "we  didn’t\nexpect this, frankly.",
        "We didn't expect this frankly",
        "expect this, frankly",
        "We didn't ... frankly",
        "We didn't … frankly …",
        "We didn't [...] frankly",
        "[We] didn't expect this",
        "[T]his, frankly",
        "We didn't expect [that], frankly",
        "It cost $3.5 million—12% more",
        "We did[n't] expect this … It cost",
        "",
        "…",
    ] {
        assert!(holds(source, quotation), "{quotation}");
    }
}

#[test]
fn words_that_were_never_said_are_not_held() {
    let source = "“We did not expect this, frankly,” she said. It cost $3.5 million, 12% more than in 2019.";
    for quotation in [
        "We did expect this",
        "We did not expect that",
        "frankly … expect",
        "It cost $3.6 million",
        "It cost 3.5 million",
        "It cost €3.5 million",
        "12 more than",
        "expect this expect this",
        "not expects",
        "wholly invented words",
    ] {
        assert!(!holds(source, quotation), "{quotation}");
    }
}

#[test]
fn repeated_words_are_found_where_they_stand() {
    assert!(holds("no no no yes no no maybe", "no no maybe"));
    assert!(!holds("no no no yes no no", "no no no no"));
    assert!(holds("a b a b a c", "a b a c"));
}

#[test]
fn long_articles_are_read_quickly() {
    let source = "the \"word\" and the ‘word’ then ".repeat(40_000);
    let started = std::time::Instant::now();
    let quoted = Quoted::of(&source);
    let passages = quotations(&source);
    assert_eq!(passages.len(), 80_000);
    for _ in 0..20 {
        assert!(!quoted.holds(&"the word and ".repeat(200)));
    }
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,40}", source in "[\"“”«»‘’\\[\\].…a ñ\n😀]{0,40}") {
        for text in [&text, &source] {
            let mut end = 0;
            for span in quotations(text) {
                prop_assert!(span.start >= end && !text[span.start..span.end].is_empty());
                end = span.end;
            }
            holds(text, &source);
            holds(&source, text);
        }
        prop_assert!(text.contains(['[', '…', '.']) || holds(&text, &text));
    }
}
