//! Terms that are never translated, or always translated as given.

use breve::{domain::Glossary, engine::fake::Script};
use serde_json::{Value, json};

use super::harness::{Api, TRANSLATOR, id, limits};

const SENTENCE: &str = "The chief executive of Acme Corp left in May.";
const MASKED: &str = "The X41 of X42 left in May.";

fn glossary() -> Value {
    json!({"protected": ["Acme Corp"], "terms": {"es": {"chief executive": "directora ejecutiva"}}})
}

/// A service whose translator knows these sentences, these others, and these links of the first.
fn scripted(translations: &[(&str, &str)], alternatives: &[(&str, &str)], links: &[(&str, &str)]) -> Api {
    let owned = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
    let api = Api::new();
    let script = Script {
        translations: translations.iter().map(owned).collect(),
        alternatives: alternatives.iter().map(owned).map(|(sentence, other)| (sentence, vec![other])).collect(),
        links: [(SENTENCE.to_owned(), links.iter().map(owned).collect())].into(),
        ..Script::default()
    };
    api.loader.script(id(TRANSLATOR), script);
    api
}

async fn translate(api: &Api, more: Value) -> Value {
    let mut body = json!({"text": SENTENCE, "source": "en", "target": "es", "glossary": glossary()});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post("/v1/translate", body).await.ok()
}

#[actix_web::test]
async fn terms_stand_as_the_glossary_wants_them() {
    let api = scripted(&[(MASKED, "La X41 de X42 se marchó en mayo.")], &[], &[]);
    for checks in [true, false] {
        let answer = translate(&api, json!({"checks": checks})).await;
        let text = "La directora ejecutiva de Acme Corp se marchó en mayo.";
        assert_eq!(answer["translations"][0]["text"], text, "{answer}");
        let sentence = &answer["translations"][0]["sentences"][0];
        assert_eq!(*sentence, json!({"source": SENTENCE, "target": text}), "no fault, no repair");
        assert_eq!(answer["glossary"], json!({"applied": 2, "lost": 0}));
    }
}

#[actix_web::test]
async fn another_translation_of_the_masked_sentence_may_be_the_better_one() {
    let api = scripted(
        &[(MASKED, "La X41 Roberta Quintanilla se marchó en mayo.")],
        &[(MASKED, "Se marchó en mayo la X41 de X42.")],
        &[],
    );
    let answer = translate(&api, json!({})).await;
    let text = "Se marchó en mayo la directora ejecutiva de Acme Corp.";
    assert_eq!(answer["translations"][0]["text"], text, "{answer}");
    assert_eq!(answer["glossary"], json!({"applied": 2, "lost": 0}));
}

#[actix_web::test]
async fn a_lost_placeholder_is_made_up_for_by_the_translators_attention() {
    let api = scripted(
        &[(MASKED, "La X41 se marchó en mayo."), (SENTENCE, "El director de Acme Corp se marchó en mayo.")],
        &[(MASKED, "Se marchó en mayo la X41 de X42.")],
        &[("The", "El"), ("chief executive", "director"), ("Acme Corp", "Acme Corp"), ("left", "marchó")],
    );
    let answer = translate(&api, json!({})).await;
    let text = "El directora ejecutiva de Acme Corp se marchó en mayo.";
    assert_eq!(answer["translations"][0]["text"], text, "{answer}");
    assert_eq!(answer["glossary"], json!({"applied": 2, "lost": 0}));
}

#[actix_web::test]
async fn where_attention_does_not_tell_another_translation_of_the_masked_sentence_is_taken() {
    let translations =
        [(MASKED, "La X41 se marchó en mayo."), (SENTENCE, "El director de Acme Corp se marchó en mayo.")];
    let api = scripted(&translations, &[(MASKED, "Se marchó en mayo la X41 de X42.")], &[]);
    let answer = translate(&api, json!({})).await;
    let text = "Se marchó en mayo la directora ejecutiva de Acme Corp.";
    assert_eq!(answer["translations"][0]["text"], text, "{answer}");
    assert_eq!(answer["glossary"], json!({"applied": 2, "lost": 0}));
}

#[actix_web::test]
async fn what_is_lost_for_good_is_counted_and_told_of_with_and_without_checks() {
    let translations =
        [(MASKED, "La X41 se marchó en mayo."), (SENTENCE, "El director de Acme Corp se marchó en mayo.")];
    let api = scripted(&translations, &[(MASKED, "La X41a de X42 se marchó en mayo.")], &[]);
    for checks in [true, false] {
        let answer = translate(&api, json!({"checks": checks})).await;
        let sentence = &answer["translations"][0]["sentences"][0];
        assert_eq!(sentence["target"], "El director de Acme Corp se marchó en mayo.", "no placeholder is left");
        assert_eq!(sentence["faults"], json!(["glossary"]));
        assert_eq!(answer["glossary"], json!({"applied": 1, "lost": 1}));
    }
}

#[actix_web::test]
async fn a_summarys_translations_have_the_terms_and_its_own_sentences_stay() {
    let api = scripted(&[(MASKED, "La X41 de X42 se marchó en mayo.")], &[], &[]);
    let text = format!("{SENTENCE} Nobody else went. The board meets in June. It will choose a successor.");
    let body = |targets: Value| json!({"text": text, "source": "en", "sentences": 1, "targets": targets, "glossary": glossary()});
    let answer = api.post("/v1/summarize", body(json!(["en", "es"]))).await.ok();
    assert_eq!(answer["summaries"]["en"], SENTENCE);
    assert_eq!(answer["summaries"]["es"], "La directora ejecutiva de Acme Corp se marchó en mayo.");
    assert_eq!((&answer["glossary"], &answer["checks"]["faults"]), (&json!({"applied": 2, "lost": 0}), &json!([])));
    let name = json!({"kind": "name", "source": "Acme Corp", "en": "Acme Corp", "es": "Acme Corp", "status": "kept"});
    let date = json!({"kind": "date", "source": "May", "en": "May", "es": "mayo", "status": "reformatted"});
    assert_eq!(answer["checks"]["facts"], json!([date, name]), "a placeholder is no fact");
    let answer = api.post("/v1/summarize", body(json!(["en"]))).await.ok();
    assert!(answer.get("glossary").is_none(), "nothing was translated: {answer}");
}

#[actix_web::test]
async fn a_summary_tells_of_a_lost_term() {
    let api = scripted(&[(MASKED, "Se marchó en mayo."), (SENTENCE, "Se marchó en mayo.")], &[], &[]);
    let body = json!({"text": SENTENCE, "source": "en", "sentences": 1, "glossary": glossary()});
    let answer = api.post("/v1/summarize", body).await.ok();
    assert_eq!(answer["glossary"], json!({"applied": 0, "lost": 2}));
    let fault = json!({"sentence": 0, "language": "es", "fault": "glossary"});
    assert!(answer["checks"]["faults"].as_array().unwrap().contains(&fault), "{answer}");
}

#[actix_web::test]
async fn sentences_without_a_term_are_translated_as_ever() {
    let text = "Rain fell on X41 at Acme. Nobody left.";
    let body = |glossary: Value| json!({"text": text, "source": "en", "target": "es", "glossary": glossary});
    let api = Api::new();
    let plain = api.post("/v1/translate", body(json!({}))).await.ok();
    let answer = api.post("/v1/translate", body(glossary())).await.ok();
    assert_eq!(plain["translations"], answer["translations"]);
    assert_eq!(plain["usage"], answer["usage"], "nothing was asked twice");
    assert_eq!((plain.get("glossary"), &answer["glossary"]), (None, &json!({"applied": 0, "lost": 0})));
}

#[actix_web::test]
async fn what_cannot_be_a_glossary_is_refused_by_name() {
    let api = Api::new();
    let long = "a".repeat(201);
    let many: Vec<String> = (0..501).map(|number| format!("term {number}")).collect();
    for (glossary, status, param, part) in [
        (json!({"protect": []}), 400, "protect", "unknown field"),
        (json!({"protected": "Acme"}), 400, "glossary.protected", "invalid type"),
        (json!({"protected": [" - "]}), 400, "glossary.protected", "no letter"),
        (json!({"terms": {"es": {"": "a"}}}), 400, "glossary.terms.es", "no letter"),
        (json!({"terms": {"es": {"a": 7}}}), 400, "glossary.terms.es.a", "invalid type"),
        (json!({"terms": {"klingon": {"a": "b"}}}), 400, "glossary.terms.klingon", "not an ISO 639"),
        (json!({"terms": {"es": {"a": long}}}), 413, "glossary.terms.es", "the limit is 200"),
        (json!({"protected": many}), 413, "glossary", "the limit is 500"),
    ] {
        let code = if status == 413 { "input_too_long" } else { "invalid_request" };
        for path in ["/v1/summarize", "/v1/translate"] {
            let mut body = json!({"text": "It rains.", "glossary": glossary});
            if path == "/v1/translate" {
                body["target"] = json!("es");
            }
            let error = api.post(path, body).await.fails(status, code);
            assert_eq!(error["param"], param, "{path}: {error}");
            assert!(error["message"].as_str().unwrap().contains(part), "{error}");
        }
    }
}

#[actix_web::test]
async fn the_servers_terms_hold_for_every_request_and_give_way_to_its_own() {
    let terms = [("es".to_owned(), [("chief executive".to_owned(), "consejera delegada".to_owned())].into())];
    let server = Glossary::new(vec!["Acme Corp".to_owned()], terms.into()).unwrap();
    let api = Api::with_glossary(server);
    let text = |answer: &Value| answer["translations"][0]["text"].as_str().unwrap().to_owned();
    let answer = translate(&api, json!({"glossary": {}})).await;
    assert_eq!(text(&answer), "THE consejera delegada OF Acme Corp LEFT IN MAY.");
    let answer = translate(&api, json!({})).await;
    assert_eq!(text(&answer), "THE directora ejecutiva OF Acme Corp LEFT IN MAY.");
}

#[actix_web::test]
async fn the_built_in_translator_keeps_what_it_would_translate() {
    let api = Api::with_real_engines(limits());
    let sentence = "Shares of Green Mountain rose after its chief executive met investors in London.";
    let glossary = json!({"protected": ["Green Mountain"], "terms": {"es": {"chief executive": "consejera delegada"}}});
    let body = json!({"text": sentence, "source": "en", "target": "es", "glossary": glossary});
    let answer = api.post("/v1/translate", body).await.ok();
    let text = answer["translations"][0]["text"].as_str().unwrap();
    assert!(text.contains("Green Mountain") && text.contains("consejera delegada"), "{text}");
    assert!(text.contains("Londres") && !text.contains("X41"), "{text}");
    assert_eq!(answer["glossary"], json!({"applied": 2, "lost": 0}));
    assert!(answer["translations"][0]["sentences"][0].get("faults").is_none(), "{answer}");
}
