//! Text that nobody should send and somebody will: a correct answer or a documented error, never a 500.

use serde_json::{Value, json};

use super::harness::{Answer, Api};

async fn everywhere(api: &Api, text: &Value) -> [Answer; 3] {
    [
        api.post("/v1/summarize", json!({"text": text, "source": "en"})).await,
        api.post("/v1/translate", json!({"text": text, "source": "en", "target": "es"})).await,
        api.post("/v1/detect", json!({"text": text})).await,
    ]
}

#[actix_web::test]
async fn text_without_a_word_is_refused() {
    let api = Api::new();
    for text in ["", " \n\t ", "\u{0}\u{7}\u{1b}", "...", "😀😀", "\u{200b}\u{feff}"] {
        for answer in everywhere(&api, &json!(text)).await {
            assert_eq!(answer.fails(400, "invalid_request")["param"], "text", "{text:?}");
        }
    }
}

#[actix_web::test]
async fn strange_text_is_answered() {
    let api = Api::new();
    let mixed = "The Москва summit in 東京 ended. القمة انتهت. It was 😀 late.";
    for (name, text) in [
        ("one word", "Rain".to_owned()),
        ("a digit", "7".to_owned()),
        ("control characters", "The\u{0} mayor\u{7} spoke.\u{1b}[31m Nobody\u{0}left.".to_owned()),
        ("mixed scripts", mixed.to_owned()),
        ("emoji", "😀 Rain fell. 👩‍👩‍👧‍👦 Nobody left. 🇪🇸".to_owned()),
        ("combining marks", format!("Ra{}in fell.", "\u{301}".repeat(500))),
        ("HTML", "<p>Rain <b>fell</b> &amp; fell.</p><script>alert('x. Y.')</script>".to_owned()),
        ("a sentence of 10,000 characters", format!("{}end.", "word ".repeat(2000))),
        ("a word of 10,000 characters", "x".repeat(10_000)),
        ("many short lines", "a\n".repeat(2000)),
        ("CRLF", "Rain fell.\r\n\r\nNobody left.\r\n".to_owned()),
    ] {
        for answer in everywhere(&api, &json!(text)).await {
            assert_eq!(answer.status, 200, "{name}: {} {:.300}", answer.status, answer.text);
        }
    }
}

#[actix_web::test]
async fn evidence_points_into_the_text_as_it_was_sent() {
    let text = "The\u{0} mayor spoke.\r\n\r\n  Nobody   left &amp; it rained. 😀 Rain fell again.";
    let body = json!({"text": text, "source": "en", "targets": ["en"], "sentences": 3, "offset_unit": "char"});
    let answer = Api::new().post("/v1/summarize", body).await.ok();
    let characters: Vec<char> = text.chars().collect();
    for sentence in answer["sentences"].as_array().unwrap() {
        let span = &sentence["sources"][0];
        let at = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
        let quoted: String = characters[at("start")..at("end")].iter().collect();
        let first_word = sentence["en"].as_str().unwrap().split_whitespace().next().unwrap();
        assert!(quoted.replace('\u{0}', "").starts_with(first_word), "{quoted:?} for {sentence}");
    }
}

#[actix_web::test]
async fn a_megabyte_of_text_is_too_long_and_says_so() {
    let text = json!("Rain fell. ".repeat(100_000));
    for answer in everywhere(&Api::new(), &text).await {
        let error = answer.fails(413, "input_too_long");
        assert_eq!((&error["limit"], &error["actual"]), (&json!(200_000), &json!(1_100_000)));
    }
}

#[actix_web::test]
async fn half_a_character_is_not_text() {
    let api = Api::new();
    for body in [
        br#"{"text":"Rain \ud800 fell."}"#.to_vec(),
        br#"{"text":"Rain \udc00 fell."}"#.to_vec(),
        br#"{"text":"Rain \ud83d\ud83d fell."}"#.to_vec(),
    ] {
        assert_eq!(api.post_raw("/v1/detect", body).await.fails(400, "invalid_request")["param"], "text");
    }
    let latin1 = b"{\"text\":\"\xf1and\xfa\"}".to_vec();
    assert_eq!(api.post_raw("/v1/detect", latin1).await.fails(400, "invalid_request")["param"], "body");
    api.post_raw("/v1/detect", br#"{"text":"Rain \ud83d\ude00 fell."}"#.to_vec()).await.ok();
}

#[actix_web::test]
async fn json_bombs_are_refused() {
    let api = Api::new();
    for bomb in [format!("{{\"text\":{}", "[".repeat(500_000)), "{\"a\":".repeat(200_000)] {
        let error = api.post_raw("/v1/translate", bomb).await.fails(400, "invalid_request");
        assert!(error.to_string().len() < 1000, "{error}");
    }
}
