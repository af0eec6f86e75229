//! LibreTranslate's routes, as its clients call them.

use actix_web::test::TestRequest;
use serde_json::json;

use super::{fails_with, form, ignored, items};
use crate::api::harness::{Answer, Api, id};

#[actix_web::test]
async fn translates_a_text_sent_in_any_way() {
    let api = Api::new();
    let expected = json!({"translatedText": "NOBODY LEFT & RAIN FELL."});
    let json =
        json!({"q": "Nobody left & rain fell.", "source": "en", "target": "es", "format": "text", "api_key": ""});
    assert_eq!(api.post("/translate", json).await.ok(), expected);
    let encoded = "q=Nobody+left+%26+rain+fell.&source=en&target=es&api_key=x";
    assert_eq!(form(&api, "/translate", encoded).await.ok(), expected);
    assert_eq!(form(&api, "/translate?target=es", "q=Nobody+left+%26+rain+fell.&source=en").await.ok(), expected);
    assert_eq!(multipart(&api, &["Nobody left & rain fell."]).await.ok(), expected);
}

/// Posts a multipart form, as browsers do.
async fn multipart(api: &Api, texts: &[&str]) -> Answer {
    let fields = texts.iter().map(|text| ("q", *text)).chain([("source", "en"), ("target", "es")]);
    let part = |(name, text): (&str, &str)| {
        format!("--xyz\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let body: String = fields.map(part).collect::<String>() + "--xyz--\r\n";
    let request =
        TestRequest::post().uri("/translate").insert_header(("content-type", "multipart/form-data; boundary=xyz"));
    api.call(request.set_payload(body)).await
}

#[actix_web::test]
async fn translates_many_texts_in_order() {
    let api = Api::new();
    let expected = json!({"translatedText": ["NOBODY LEFT.", "RAIN FELL."]});
    let body = json!({"q": ["Nobody left.", "Rain fell."], "source": "en", "target": "es"});
    assert_eq!(api.post("/translate", body).await.ok(), expected);
    assert_eq!(form(&api, "/translate", "q=Nobody+left.&q=Rain+fell.&source=en&target=es").await.ok(), expected);
    assert_eq!(multipart(&api, &["Nobody left.", "Rain fell."]).await.ok(), expected);
    let long = ["Rain fell. "; 20_000].concat();
    let answer = multipart(&api, &[&long[..150_000]]).await.ok();
    assert!(answer["translatedText"].as_str().unwrap().starts_with("RAIN FELL. RAIN"));
}

#[actix_web::test]
async fn tells_the_language_that_it_found() {
    let api = Api::new();
    let one = json!({"q": "Nobody left the room all night.", "source": "auto", "target": "es"});
    let one = api.post("/translate", one).await.ok();
    assert_eq!(one["detectedLanguage"]["language"], "en", "{one}");
    let confidence = one["detectedLanguage"]["confidence"].as_f64().unwrap();
    assert!(confidence > 50.0 && confidence <= 100.0, "{one}");
    let many = json!({"q": ["Nobody left the room.", "Nadie se fue de la sala."], "source": "auto", "target": "es"});
    let many = api.post("/translate", many).await.ok();
    assert_eq!(items(&many["detectedLanguage"], 2)[1]["language"], "es", "{many}");
    assert_eq!(many["translatedText"][1], "Nadie se fue de la sala.", "it is in Spanish already");
}

#[actix_web::test]
async fn texts_without_a_word_stay_as_they_are() {
    let texts = json!(["", "Rain fell.", " — ", "😀"]);
    let body = json!({"q": texts, "source": "en", "target": "es"});
    let answer = Api::new().post("/translate", body).await.ok();
    assert_eq!(answer["translatedText"], json!(["", "RAIN FELL.", " — ", "😀"]));
}

#[actix_web::test]
async fn html_stays_html() {
    let api = Api::new();
    let text = "<p>Tom &amp; &lt;script&gt;alert(1)&lt;/script&gt; left.</p><p>Rain fell.</p>";
    let body = json!({"q": text, "source": "en", "target": "es", "format": "html"});
    let html = api.post("/translate", body).await.ok();
    let html = html["translatedText"].as_str().unwrap();
    assert!(html.starts_with("<p>TOM &amp; &lt;SCRIPT") && html.ends_with("</p><p>RAIN FELL.</p>"), "{html}");
    let body = json!({"q": text, "source": "en", "target": "es", "format": "text"});
    let plain = api.post("/translate", body).await.ok();
    assert!(plain["translatedText"].as_str().unwrap().contains("TOM & "), "{plain}");
}

#[actix_web::test]
async fn there_are_no_alternatives_and_the_answer_says_so() {
    let api = Api::new();
    let body = json!({"q": "Rain fell.", "source": "en", "target": "es", "alternatives": 3, "colour": "red"});
    let one = api.post("/translate", body).await;
    assert_eq!(one.ok(), json!({"translatedText": "RAIN FELL.", "alternatives": []}));
    assert_eq!(ignored(&one), "colour");
    let many = json!({"q": ["Rain fell.", "It left."], "source": "en", "target": "es", "alternatives": 1});
    assert_eq!(api.post("/translate", many).await.ok()["alternatives"], json!([[], []]));
}

#[actix_web::test]
async fn detects_a_language() {
    let api = Api::new();
    for answer in [
        api.post("/detect", json!({"q": "Nadie se fue de la sala."})).await,
        form(&api, "/detect", "q=Nadie+se+fue+de+la+sala.&api_key=x").await,
    ] {
        let found = answer.ok();
        let confidences: Vec<f64> = items(&found, 2).iter().map(|each| each["confidence"].as_f64().unwrap()).collect();
        assert_eq!(found[0]["language"], "es", "{found}");
        assert!(confidences[0] > confidences[1] && (confidences.iter().sum::<f64>() - 100.0).abs() < 0.1, "{found}");
    }
}

#[actix_web::test]
async fn lists_languages_for_get_and_post() {
    let api = Api::new();
    let expected = json!([
        {"code": "en", "name": "English", "targets": ["en", "es"]},
        {"code": "es", "name": "Spanish", "targets": ["en", "es"]},
    ]);
    assert_eq!(api.get("/languages").await.ok(), expected);
    assert_eq!(api.post("/languages", json!({})).await.ok(), expected);
}

#[actix_web::test]
async fn says_how_it_is_and_what_a_page_needs() {
    let api = Api::new();
    assert_eq!(api.get("/health").await.ok(), json!({"status": "ok"}));
    let settings = api.get("/frontend/settings").await.ok();
    assert_eq!((&settings["charLimit"], &settings["keyRequired"]), (&json!(200_000), &json!(false)));
    assert_eq!(settings["language"]["source"]["code"], "auto");
    let waiting = Api::with(crate::api::harness::limits(), vec![id("en-es-tiny")]);
    fails_with(&waiting.get("/health").await, "error", 503, "loaded");
}

#[actix_web::test]
async fn what_cannot_be_done_is_an_error() {
    let api = Api::new();
    let q = "Rain fell.";
    for (path, body, status, part) in [
        ("/translate", json!({"q": q, "source": "en"}), 400, "target"),
        ("/translate", json!({"q": q, "target": "es"}), 400, "source"),
        ("/translate", json!({"source": "en", "target": "es"}), 400, "q"),
        ("/translate", json!({"q": "", "source": "en", "target": "es"}), 400, "q is empty"),
        ("/translate", json!({"q": [], "source": "en", "target": "es"}), 400, "q"),
        ("/translate", json!({"q": q, "source": "en", "target": "xx"}), 400, "target"),
        ("/translate", json!({"q": q, "source": "en", "target": "fr"}), 400, "French"),
        ("/translate", json!({"q": q, "source": "en", "target": "es", "format": "pdf"}), 400, "format"),
        ("/translate", json!({"q": "x".repeat(200_001), "source": "en", "target": "es"}), 400, "200000"),
        ("/translate", json!({"q": vec!["x"; 5], "source": "en", "target": "es"}), 400, "5 texts"),
        ("/detect", json!({"q": "..."}), 400, "q"),
        ("/translate_file", json!({}), 404, "nothing"),
    ] {
        fails_with(&api.post(path, body).await, "error", status, part);
    }
    fails_with(&api.get("/translate").await, "error", 405, "POST");
    fails_with(&api.post_raw("/translate", "[").await, "error", 400, "JSON");
    fails_with(&form(&api, "/translate", &"a=b&".repeat(100)).await, "error", 400, "fields");
    let csv = TestRequest::post().uri("/translate").insert_header(("content-type", "text/csv"));
    fails_with(&api.call(csv.set_payload("a,b")).await, "error", 400, "content-type");
    let broken =
        TestRequest::post().uri("/translate").insert_header(("content-type", "multipart/form-data; boundary=x"));
    fails_with(&api.call(broken.set_payload("--x\r\nq")).await, "error", 400, "form");
}
