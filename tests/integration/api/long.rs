//! Long articles through the models that ship with Breve.

use breve::config::Settings;
use serde_json::json;

use super::harness::Api;

/// An article of `words` words in paragraphs of five sentences: those of the fixture, drawn by chance.
fn article(words: usize) -> String {
    let known: Vec<&str> = include_str!("../../fixtures/article.txt").split_whitespace().collect();
    let (mut state, mut text) = (1_u64, String::new());
    let mut draw = |below: usize| {
        // Knuth's MMIX generator; its high bits are the better ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for sentence in 0..words / 20 {
        let drawn: Vec<&str> =
            (0..15).map(|_| known[draw(known.len())].trim_matches(|c: char| c.is_ascii_punctuation())).collect();
        text.push_str(&format!(
            "The story {sentence} {} was told.{}",
            drawn.join(" "),
            if sentence % 5 == 4 { "\n\n" } else { " " }
        ));
    }
    text
}

#[actix_web::test]
async fn sixty_thousand_words_are_read_to_the_end_with_the_compiled_limits() {
    let api = Api::with_real_engines(Settings::compiled().unwrap().limits);
    let answer = api.post("/v1/summarize", json!({"text": article(60_000), "sentences": 5})).await.ok();
    let coverage = json!({
        "chunks": 1, "rounds": 1, "unchanged": false, "sentences_read": 3000, "sentences_total": 3000, "truncated": false,
    });
    assert_eq!(answer["coverage"], coverage);
    assert_eq!(answer["sentences"].as_array().unwrap().len(), 5, "{answer}");
    for language in ["en", "es"] {
        assert!(answer["summaries"][language].as_str().unwrap().ends_with('.'), "{answer}");
    }
}

#[actix_web::test]
async fn a_text_that_is_short_enough_comes_back_as_it_is_and_says_so() {
    let api = Api::with_real_engines(Settings::compiled().unwrap().limits);
    let text = "Works begin in May. The mayor spoke";
    let answer = api.post("/v1/summarize", json!({"text": text, "sentences": 2, "targets": ["en"]})).await.ok();
    assert_eq!(answer["summaries"]["en"], text);
    let coverage = json!({
        "chunks": 1, "rounds": 0, "unchanged": true, "sentences_read": 2, "sentences_total": 2, "truncated": false,
    });
    assert_eq!(answer["coverage"], coverage);
}
