//! Answers have exactly the documented shapes.

use actix_web::test::TestRequest;
use breve::engine::fake::Script;
use serde_json::{Value, json};

use super::harness::{Api, TRANSLATOR, id};

const ARTICLE: &str = "The city council approved the plan on Monday. Works begin in May. The mayor spoke for an hour. \
                       Nobody left the room.";

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[actix_web::test]
async fn a_summary_has_the_documented_shape() {
    let api = Api::new();
    let table = [("Works begin in May.".to_owned(), "Las obras comienzan en mayo.".to_owned())];
    api.loader.script(id(TRANSLATOR), Script { translations: table.into(), ..Script::default() });
    let answer = api.post("/v1/summarize", json!({"text": ARTICLE, "sentences": 2})).await.ok();
    let expected =
        ["checks", "coverage", "id", "models", "receipt", "sentences", "source", "summaries", "timings_ms", "usage"];
    assert_eq!(keys(&answer), expected);
    assert_eq!(answer["source"]["language"], "en");
    assert_eq!(answer["source"]["characters"], ARTICLE.chars().count());
    assert_eq!(answer["source"]["sentences"], 4);
    assert_eq!(answer["summaries"]["en"], "The city council approved the plan on Monday. Works begin in May.");
    let second = &answer["sentences"][1];
    assert_eq!(
        *second,
        json!({
            "en": "Works begin in May.", "es": "Las obras comienzan en mayo.",
            "sources": [{"start": 46, "end": 65, "score": 1.0}], "verbatim": true,
        })
    );
    let coverage = json!({
        "chunks": 1, "rounds": 1, "unchanged": false, "sentences_read": 4, "sentences_total": 4, "truncated": false,
    });
    assert_eq!(answer["coverage"], coverage);
    assert_eq!(keys(&answer["usage"]), ["input_tokens", "output_tokens"]);
    assert_eq!(keys(&answer["models"]), ["summarizer", "translator"]);
    assert!(answer["models"]["translator"].as_str().unwrap().starts_with("en-es-tiny@"), "{answer}");
    assert_eq!(keys(&answer["timings_ms"]), ["checks", "queue", "summarize", "total", "translate"]);
}

#[actix_web::test]
async fn the_id_of_a_summary_is_the_requests_own() {
    let request = TestRequest::post().uri("/v1/summarize").insert_header(("x-request-id", "job-7.part_2"));
    let answer = Api::new().call(request.set_json(json!({"text": ARTICLE}))).await;
    assert_eq!(answer.header("x-request-id"), "job-7.part_2");
    assert_eq!(answer.ok()["id"], "job-7.part_2");
}

#[actix_web::test]
async fn evidence_is_left_out_when_it_is_not_wanted() {
    let body = json!({"text": ARTICLE, "sentences": 1, "targets": ["en"], "evidence": false});
    let answer = Api::new().post("/v1/summarize", body).await.ok();
    assert_eq!(answer["sentences"], json!([{"en": "The city council approved the plan on Monday."}]));
    assert_eq!(keys(&answer["models"]), ["summarizer"], "nothing was translated");
}

#[actix_web::test]
async fn offsets_count_what_was_asked_for() {
    let text = "😀 Ñandúes cross the old road at night. The driver stopped in time.";
    for (unit, start, end) in [("char", 39, 66), ("utf16", 40, 67), ("utf8", 44, 71)] {
        let body = json!({"text": text, "sentences": 2, "targets": ["en"], "source": "en", "offset_unit": unit});
        let answer = Api::new().post("/v1/summarize", body).await.ok();
        let last = answer["sentences"].as_array().unwrap().last().unwrap();
        assert_eq!(last["sources"], json!([{"start": start, "end": end, "score": 1.0}]), "{unit}: {answer}");
    }
}

#[actix_web::test]
async fn every_documented_field_is_taken() {
    let body = json!({
        "text": ARTICLE, "source": "auto", "targets": ["en", "es"], "length": "short", "sentences": 3,
        "format": "bullets", "mode": "extractive", "strict": false, "evidence": true, "checks": false,
        "stream": false, "offset_unit": "utf16",
    });
    let answer = Api::new().post("/v1/summarize", body).await.ok();
    assert!(answer["summaries"]["es"].as_str().unwrap().starts_with("- THE CITY COUNCIL"), "{answer}");
}

#[actix_web::test]
async fn directions_that_are_missing_are_named() {
    let text = "Le conseil municipal a approuvé le plan lundi. Les travaux commencent en mai. Personne n'est sorti.";
    let api = Api::new();
    let answer = api.post("/v1/summarize", json!({"text": text, "source": "fr"})).await.ok();
    assert_eq!(answer["source"]["language"], "fr");
    assert_eq!(keys(&answer["summaries"]), ["fr"]);
    assert_eq!(answer["missing_pairs"], json!(["fr-en", "fr-es"]));
    let error = api.post("/v1/summarize", json!({"text": text, "source": "fr", "targets": ["en"]})).await;
    let error = error.fails(422, "unsupported_language");
    assert!(error["available"].as_array().unwrap().contains(&"en-es".into()), "{error}");
}

#[actix_web::test]
async fn a_translation_has_the_documented_shape() {
    let answer = Api::new().translate("Works begin in May. Nobody has left the town.").await.ok();
    assert_eq!(keys(&answer), ["checks", "models", "target", "timings_ms", "translations", "usage"]);
    assert_eq!(
        answer["translations"],
        json!([{
            "text": "WORKS BEGIN IN MAY. NOBODY HAS LEFT THE TOWN.", "source": "en", "confidence": 1.0,
            "sentences": [
                {"source": "Works begin in May.", "target": "WORKS BEGIN IN MAY.", "faults": ["untranslated"]},
                {
                    "source": "Nobody has left the town.", "target": "NOBODY HAS LEFT THE TOWN.",
                    "faults": ["untranslated"],
                },
            ],
        }])
    );
    assert_eq!(answer["checks"], json!({"untranslated": 2, "repeated": 0, "dropped": 0, "repaired": 0, "untried": 0}));
    assert_eq!(answer["target"], "es");
    assert_eq!(answer["usage"], json!({"input_tokens": 18, "output_tokens": 18}), "sentences at fault are tried again");
    assert_eq!(keys(&answer["timings_ms"]), ["checks", "queue", "total", "translate"]);
}

#[actix_web::test]
async fn many_texts_keep_their_order() {
    let body = json!({"text": ["One rabbit ran.", "Two foxes slept."], "source": "en", "target": "es"});
    let answer = Api::new().post("/v1/translate", body).await.ok();
    let texts: Vec<_> = answer["translations"].as_array().unwrap().iter().map(|text| &text["text"]).collect();
    assert_eq!(texts, ["ONE RABBIT RAN.", "TWO FOXES SLEPT."]);
}

#[actix_web::test]
async fn a_detection_has_the_documented_shape() {
    let texts =
        json!({"text": ["Works begin in May and end in June.", "Las obras comienzan en mayo y acaban en junio."]});
    let answer = Api::new().post("/v1/detect", texts).await.ok();
    for (detection, language) in answer["detections"].as_array().unwrap().iter().zip(["en", "es"]) {
        assert_eq!(detection["language"], language, "{answer}");
        assert_eq!(detection["candidates"][0]["language"], language);
        assert_eq!(detection["candidates"][0]["confidence"], detection["confidence"]);
    }
    let one = Api::new().post("/v1/detect", json!({"text": "Nobody left the room."})).await.ok();
    assert_eq!(one["detections"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn languages_say_what_can_be_done() {
    let answer = Api::new().get("/v1/languages").await.ok();
    let english = json!({"code": "en", "name": "English", "summarize": true, "targets": ["es"]});
    assert!(answer["languages"].as_array().unwrap().contains(&english), "{answer}");
}
