use proptest::prelude::*;

use super::*;

/// `value` with the English marks.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// English text, its quantities in Spanish form, and back: nothing gets lost or is made up.
fn survives(text: &str) -> Result<(), TestCaseError> {
    let source = english(text);
    let translated = in_spanish(text);
    let target = spanish(&translated);
    prop_assert!(source.iter().any(|quantity| !quantity.weak), "nothing found in {text:?}");
    prop_assert!(missing(&source, &target).is_empty(), "{text:?} {translated:?}\n{source:?}\n{target:?}");
    prop_assert!(missing(&target, &source).is_empty(), "{text:?} {translated:?}\n{source:?}\n{target:?}");
    for quantity in source.iter().filter(|quantity| !quantity.weak) {
        let again = english(&quantity.to_english());
        prop_assert!(again.len() == 1 && again[0].agrees(quantity), "{text:?} {:?}", quantity.to_english());
    }
    Ok(())
}

const PIECES: &[&str] = &[
    "3",
    "10",
    "2019",
    "1,234",
    "0.5",
    "twenty",
    "dos",
    "mil",
    "hundred",
    "and",
    "y",
    "de",
    "a",
    "one",
    "un",
    "half",
    "medio",
    "million",
    "millones",
    "billón",
    "third",
    "tercio",
    "%",
    "$",
    "US",
    "€",
    "percent",
    "por",
    "ciento",
    "Nov",
    "noviembre",
    "May",
    "mayo",
    "March",
    ".",
    ",",
    "-",
    "–",
    "/",
    ":",
    "'",
    "º",
    "½",
    " ",
    "\u{a0}",
    "\n\n",
    "p.m.",
    "las",
    "siglo",
    "XXI",
    "s",
    "th",
    "o'clock",
    "años",
    "k",
    "m",
    "bn",
    "dólares",
    "pounds",
    "cents",
    "é",
    "😀",
    "\u{301}",
    "٣",
];

proptest! {
    #[test]
    fn integers_survive(value in any::<u32>(), plain in any::<bool>()) {
        survives(&if plain { value.to_string() } else { grouped(u64::from(value)) })?;
    }

    #[test]
    fn decimals_survive(value in 0_u64..1_000_000_000, decimals in "[0-9]{1,6}") {
        survives(&format!("{}.{decimals}", grouped(value)))?;
        survives(&format!("rose {}.{decimals}% to", grouped(value)))?;
    }

    #[test]
    fn money_survives(value in 0_u64..1_000_000, cents in 0_u32..100, sign in 0_usize..6, scale in 0_usize..5) {
        let sign = ["$", "US$", "€", "£", "C$", "MX$"][sign];
        let scale = ["", " thousand", " million", " billion", " trillion"][scale];
        survives(&format!("paid {sign}{}.{cents:02}{scale} for it", grouped(value)))?;
    }

    #[test]
    fn dates_survive(day in 1_u8..29, month in 0_usize..12, year in 1000_u16..2100, form in 0_usize..4) {
        let name = super::super::english::MONTHS[month];
        let month = month + 1;
        survives(&match form {
            0 => format!("{name} {day}, {year}"),
            1 => format!("{day} {name}"),
            2 => format!("{name} {year}"),
            _ => format!("{year}-{month:02}-{day:02}"),
        })?;
    }

    #[test]
    fn times_survive(hour in 1_u8..13, minute in 0_u8..60, afternoon in any::<bool>()) {
        survives(&format!("at {hour}:{minute:02} {}", if afternoon { "p.m." } else { "a.m." }))?;
    }

    #[test]
    fn another_integer_is_another(left in any::<u32>(), right in any::<u32>()) {
        prop_assume!(left != right);
        prop_assert!(differ(&grouped(u64::from(left)), &english(&right.to_string())[0].to_spanish()) || right < 1000);
    }

    #[test]
    fn any_text_can_be_read(text in any::<String>(), pieces in prop::collection::vec(0..PIECES.len(), 0..40)) {
        let pieces: String = pieces.into_iter().map(|at| PIECES[at]).collect();
        for text in [text, pieces] {
            for language in ["en", "es", "de"] {
                let found = quantities(&text, language.parse().unwrap());
                let mut end = 0;
                for quantity in &found {
                    prop_assert!(quantity.span.start >= end && quantity.span.end > quantity.span.start, "{text:?}");
                    prop_assert!(text.get(quantity.span.start..quantity.span.end).is_some(), "{text:?}");
                    prop_assert!(quantity.agrees(quantity));
                    end = quantity.span.end;
                    let _ = (quantity.to_spanish(), quantity.to_english());
                }
                prop_assert!(missing(&found, &found).is_empty());
            }
            let _ = in_spanish(&text);
        }
    }
}

/// A text of 60,000 words takes a small part of a second; quadratic reading would take minutes.
#[test]
fn long_texts_are_read_in_linear_time() {
    for piece in [
        "1,",
        "1 ",
        "one hundred and ",
        "111 ",
        "May ",
        "3/",
        "$",
        "mil ",
        "3:30:",
        "de ",
        "-",
        "1.5 million ",
        "y media ",
    ] {
        let text = piece.repeat(20_000);
        let started = std::time::Instant::now();
        for reader in [english(&text), spanish(&text)] {
            assert!(missing(&reader, &reader).is_empty());
        }
        assert!(started.elapsed().as_secs() < 3, "{piece:?} took {:?}", started.elapsed());
    }
}
