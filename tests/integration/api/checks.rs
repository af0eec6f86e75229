//! What a summary says that the article does not is found, told of, and mended where it can be.

use breve::engine::fake::Script;
use serde_json::{Value, json};

use super::harness::{Api, TRANSLATOR, id};

const ARTICLE: &str = "Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday. They agreed to cut tariffs on farm \
                       goods by July. The talks had broken down in March over lithium exports.";

/// A service whose translator knows these sentences, and whose summariser writes these.
fn scripted(translations: &[(&str, &str)], drafts: &[&str]) -> Api {
    let api = Api::new();
    let pairs = translations.iter().map(|(en, es)| ((*en).to_owned(), (*es).to_owned()));
    api.loader.script(id(TRANSLATOR), Script { translations: pairs.collect(), ..Script::default() });
    let drafts = drafts.iter().map(|draft| (*draft).to_owned()).collect();
    api.loader.script(id("extractive"), Script { drafts, ..Script::default() });
    api
}

async fn summarize(api: &Api, more: Value) -> Value {
    let mut body = json!({"text": ARTICLE, "sentences": 1});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post("/v1/summarize", body).await.ok()
}

#[actix_web::test]
async fn a_wrong_name_and_a_wrong_number_are_mended_from_the_source() {
    let sentence = "Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday.";
    let api = scripted(&[(sentence, "Laura Bennett habló con Andsré Molina durante 54 minutos el martes.")], &[]);
    let answer = summarize(&api, json!({})).await;
    assert_eq!(answer["summaries"]["es"], "Laura Bennett habló con Andrés Molina durante 45 minutos el martes.");
    let checks = &answer["checks"];
    assert_eq!((&checks["repaired"], &checks["faults"]), (&json!(2), &json!([])), "{checks}");
    let repair = |fault| json!({"sentence": 0, "language": "es", "fault": fault, "means": "source"});
    assert_eq!(checks["repairs"], json!([repair("number"), repair("name")]));
    let fact = json!({"kind": "number", "source": "45", "en": "45", "es": "45", "status": "kept"});
    assert!(checks["facts"].as_array().unwrap().contains(&fact), "{checks}");
}

#[actix_web::test]
async fn a_loop_and_a_sentence_left_in_english_are_told_of() {
    for (translation, fault) in [
        ("Laura Bennett habló con Andrés Molina cada vez cada vez cada vez cada vez 45 minutos.", "repeated"),
        ("Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday.", "untranslated"),
        (
            "Laura Bennett falou com Andrés Molina por 45 minutos na terça-feira, mas não disse o que houve.",
            "wrong_language",
        ),
    ] {
        let sentence = "Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday.";
        let answer = summarize(&scripted(&[(sentence, translation)], &[]), json!({})).await;
        let faults = answer["checks"]["faults"].as_array().unwrap();
        let expected = json!({"sentence": 0, "language": "es", "fault": fault});
        assert!(faults.contains(&expected), "{fault}: {}", answer["checks"]);
        if let Some(count) = answer["checks"].get(fault) {
            assert_eq!(*count, 1, "{fault}");
        }
    }
}

#[actix_web::test]
async fn what_a_model_invents_is_told_of_and_gives_way_in_strict_mode() {
    let spanish = "Bennett y Molina hablaron durante 54 minutos.";
    let invented = "Bennett and Molina spoke for 54 minutes.";
    let own = "Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday.";
    let right = "Laura Bennett habló con Andrés Molina durante 45 minutos el martes.";
    let masked = ("X41 spoke to X42 for 45 minutes on Tuesday.", "X41 habló con X42 durante 45 minutos el martes.");
    let api = scripted(&[(invented, spanish), (own, right), masked], &[invented]);

    let answer = summarize(&api, json!({})).await;
    assert_eq!(answer["summaries"]["en"], invented);
    assert_eq!(answer["sentences"][0]["verbatim"], false);
    let fault = json!({"sentence": 0, "language": "en", "fault": "number"});
    assert!(answer["checks"]["faults"].as_array().unwrap().contains(&fault), "{}", answer["checks"]);

    let answer = summarize(&api, json!({"strict": true})).await;
    assert_eq!((&answer["summaries"]["en"], &answer["summaries"]["es"]), (&json!(own), &json!(right)));
    assert_eq!(answer["sentences"][0]["verbatim"], true);
    assert_eq!(answer["checks"]["faults"], json!([]));
    let repair = json!({"sentence": 0, "language": "en", "fault": "number", "means": "verbatim"});
    assert_eq!(answer["checks"]["repairs"], json!([repair]));
}

#[actix_web::test]
async fn in_strict_mode_a_sentence_that_cannot_be_translated_truly_gives_way_to_one_that_can() {
    let first = "Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday.";
    let second = "They agreed to cut tariffs on farm goods by July.";
    let third = "The talks had broken down in March over lithium exports.";
    let api = scripted(
        &[
            (
                "X41 spoke to X42 for 45 minutes on Tuesday.",
                "X41 habló con X42 y con Roberta Quintanilla durante 45 minutos el martes.",
            ),
            (second, "Acordaron reducir los aranceles a los productos agrícolas antes de julio."),
            (third, "Las conversaciones se habían roto en marzo por las exportaciones de litio."),
        ],
        &[],
    );
    let answer = summarize(&api, json!({"strict": true})).await;
    assert_ne!(answer["summaries"]["en"], first);
    assert_eq!(answer["checks"]["faults"], json!([]), "{answer}");
    assert_eq!(summarize(&api, json!({})).await["summaries"]["en"], first, "it is told of, but stands");
}

#[actix_web::test]
async fn a_written_sentence_has_evidence_that_lies_where_the_article_says_it() {
    let api = scripted(&[], &["Tariffs on farm goods will be cut by July."]);
    // Emoji and accents before the sentence make the three units differ.
    let text = format!("😀 Ñandú. {ARTICLE}");
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let characters: Vec<char> = text.chars().collect();
    for unit in ["char", "utf16", "utf8"] {
        let answer =
            summarize(&api, json!({"text": text, "source": "en", "targets": ["en"], "offset_unit": unit})).await;
        let source = &answer["sentences"][0]["sources"][0];
        let [start, end] = ["start", "end"].map(|end| source[end].as_u64().unwrap() as usize);
        let slice = match unit {
            "char" => characters[start..end].iter().collect(),
            "utf16" => String::from_utf16(&utf16[start..end]).unwrap(),
            _ => text[start..end].to_owned(),
        };
        assert_eq!(slice, "They agreed to cut tariffs on farm goods by July.", "{unit}");
        assert!(source["score"].as_f64().unwrap() > 0.5, "{answer}");
    }
}

#[actix_web::test]
async fn checks_can_be_left_out() {
    let api = scripted(&[], &[]);
    assert!(summarize(&api, json!({"checks": false})).await.get("checks").is_none());
    let answer = api.post("/v1/translate", json!({"text": ARTICLE, "target": "es", "checks": false})).await.ok();
    assert!(answer.get("checks").is_none() && answer["translations"][0]["sentences"][0].get("faults").is_none());
}

#[actix_web::test]
async fn names_that_got_lost_are_masked_and_translated_anew() {
    let sentence = "Laura Bennett spoke to Andrés Molina for 45 minutes on Tuesday.";
    let api = scripted(
        &[
            (sentence, "Habló durante 45 minutos el martes, por 54 veces."),
            ("X41 spoke to X42 for 45 minutes on Tuesday.", "X41 habló con X42 durante 45 minutos el martes."),
        ],
        &[],
    );
    let answer = summarize(&api, json!({})).await;
    assert_eq!(answer["summaries"]["es"], "Laura Bennett habló con Andrés Molina durante 45 minutos el martes.");
    assert_eq!(answer["checks"]["faults"], json!([]));
    let repair = |fault| json!({"sentence": 0, "language": "es", "fault": fault, "means": "settings"});
    assert_eq!(answer["checks"]["repairs"], json!([repair("number"), repair("name")]));
    assert!(answer.get("glossary").is_none(), "nobody asked for one: {answer}");
}

/// A service whose summariser writes `draft`, comes upon `alternative` besides, and with other settings writes `redraft`.
fn writing(draft: &str, alternative: &str, redraft: &str) -> Api {
    let api = Api::new();
    let lines = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    let further = vec![lines(alternative)];
    let script = Script { drafts: lines(draft), further, redraft: lines(redraft), ..Script::default() };
    api.loader.script(id("extractive"), script);
    api
}

#[actix_web::test]
async fn a_written_sentence_that_is_wrong_gives_way_to_what_the_model_has_besides() {
    let (looped, invented) =
        ("The tariffs the tariffs the tariffs the tariffs the tariffs.", "Bennett and Molina spoke for 54 minutes.");
    let right = "Bennett and Molina spoke for 45 minutes.";
    let english = json!({"targets": ["en"]});
    for (draft, alternative, redraft, more, fault, means) in [
        (looped, right, "", json!({}), "repeated", "alternative"),
        (looped, "", right, json!({}), "repeated", "settings"),
        (invented, right, "", json!({}), "number", "alternative"),
        (invented, "", right, json!({"strict": true}), "number", "settings"),
    ] {
        let mut body = english.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = summarize(&writing(draft, alternative, redraft), body).await;
        assert_eq!(answer["summaries"]["en"], right, "{answer}");
        let repair = json!({"sentence": 0, "language": "en", "fault": fault, "means": means});
        assert!(answer["checks"]["repairs"].as_array().unwrap().contains(&repair), "{}", answer["checks"]);
        assert_eq!(answer["checks"]["faults"], json!([]));
    }
}

#[actix_web::test]
async fn nothing_that_is_worse_takes_the_place_of_a_written_sentence() {
    let (draft, worse) =
        ("Bennett and Molina spoke for 54 minutes.", "Marcel Oberholzer spoke for 54 minutes in Kyiv.");
    let answer = summarize(&writing(draft, worse, worse), json!({"targets": ["en"]})).await;
    assert_eq!(answer["summaries"]["en"], draft, "{answer}");
    assert_eq!(answer["checks"]["repairs"], json!([]));
}
