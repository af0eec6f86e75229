use super::*;

mod changed;
mod forms;
mod properties;
mod table;

fn english(text: &str) -> Vec<Quantity> {
    quantities(text, Language::ENGLISH)
}

fn spanish(text: &str) -> Vec<Quantity> {
    quantities(text, Language::SPANISH)
}

/// Whether either text has a quantity that the other lacks.
fn differ(source: &str, target: &str) -> bool {
    let (source, target) = (english(source), spanish(target));
    !missing(&source, &target).is_empty() || !missing(&target, &source).is_empty()
}

fn written<'a>(text: &'a str, all: &[Quantity]) -> Vec<&'a str> {
    all.iter().map(|quantity| &text[quantity.span.start..quantity.span.end]).collect()
}

#[test]
fn the_same_quantities_are_found_in_both_languages() {
    let mut wrong = Vec::new();
    for (source, target) in table::SAME {
        let strong = |all: Vec<Quantity>| all.iter().any(|quantity| !quantity.weak);
        if differ(source, target) || !strong(english(source)) || !strong(spanish(target)) {
            wrong.push(format!("{source:?} {target:?}\n  {:?}\n  {:?}", english(source), spanish(target)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table::SAME.len(), wrong.join("\n"));
}

#[test]
fn changed_quantities_are_noticed() {
    let unnoticed: Vec<_> = changed::CHANGED.iter().filter(|(source, target)| !differ(source, target)).collect();
    assert!(unnoticed.is_empty(), "{} of {}: {unnoticed:#?}", unnoticed.len(), changed::CHANGED.len());
}

#[test]
fn the_table_is_large() {
    assert!(table::SAME.len() >= 240, "{}", table::SAME.len());
    assert!(changed::CHANGED.len() >= 80, "{}", changed::CHANGED.len());
}

#[test]
fn what_may_be_no_quantity_is_never_missing() {
    for (source, target) in changed::WORDS_ONLY {
        assert!(!differ(source, target), "{source:?} {target:?}");
    }
}
