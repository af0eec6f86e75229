//! The OpenAPI document: valid, complete, and the one that is committed.

use std::{fs, path::Path};

use actix_web::http::Method;
use actix_web::test::TestRequest;
use boon::{Compiler, Draft, Schemas};
use breve::http::ErrorCode;
use serde_json::{Value, json};

use super::harness::Api;

fn document() -> Value {
    serde_json::from_str(&breve::http::openapi_json()).unwrap()
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Panics unless `document` keeps to `schema`.
fn check(schema: Value, document: &Value, name: &str) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    compiler.add_resource("mem:///schema.json", schema).unwrap();
    let index =
        compiler.compile("mem:///schema.json", &mut schemas).unwrap_or_else(|error| panic!("{name}: {error:#}"));
    if let Err(error) = schemas.validate(document, index) {
        panic!("{name}: {error:#}");
    }
}

#[test]
fn the_document_is_openapi_3_1() {
    let schema = serde_json::from_str(&read("tests/fixtures/openapi/3.1-schema.json")).unwrap();
    check(schema, &document(), "the document");
}

/// A schema of the document with what it refers to.
fn schema(document: &Value, name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}"), "components": document["components"]})
}

/// Every schema under `value`, also of a field.
fn with_examples<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            if members.get("examples").is_some_and(Value::is_array) {
                found.push(value);
            }
            members.values().for_each(|value| with_examples(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| with_examples(value, found)),
        _ => {}
    }
}

#[test]
fn every_schema_is_json_schema_and_takes_its_examples() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    for (name, definition) in schemas.as_object().unwrap() {
        check(json!({"$ref": "https://json-schema.org/draft/2020-12/schema"}), definition, name);
    }
    let mut found = Vec::new();
    with_examples(schemas, &mut found);
    assert!(found.len() > 20, "only {} examples", found.len());
    for schema in found {
        for example in schema["examples"].as_array().unwrap() {
            let mut whole = schema.clone();
            whole["components"] = document["components"].clone();
            check(whole, example, &schema.to_string());
        }
    }
}

#[actix_web::test]
async fn real_answers_keep_to_their_schemas() {
    let (api, document) = (Api::new(), document());
    let article = json!({"text": "The mayor spoke. Nobody left the room. Rain fell all night.", "source": "en"});
    let text = json!({"text": ["Nobody left."], "source": "en", "target": "es"});
    let detected = json!({"text": "Nobody left the room."});
    let load = TestRequest::post().uri("/v1/models/en-es-tiny/load");
    let libre = json!({"q": ["Nobody left."], "source": "auto", "target": "es", "alternatives": 1});
    let deepl = json!({"text": "Nobody left.", "target_lang": "ES"});
    for (name, answer) in [
        ("SummarizeResponse", api.post("/v1/summarize", article).await),
        ("TranslateResponse", api.post("/v1/translate", text).await),
        ("DetectResponse", api.post("/v1/detect", detected).await),
        ("LanguagesResponse", api.get("/v1/languages").await),
        ("ModelsResponse", api.get("/v1/models").await),
        ("Model", api.call(load).await),
        ("Health", api.get("/health/live").await),
        ("LibreTranslateResponse", api.post("/translate", libre).await),
        ("LibreTranslateSettings", api.get("/frontend/settings").await),
        ("DeepLResponse", api.post("/v2/translate", deepl).await),
        ("DeepLUsage", api.get("/v2/usage").await),
    ] {
        check(strict(schema(&document, name)), &answer.ok(), name);
    }
    for (name, path) in [
        ("ErrorBody", "/v1/summarize"),
        ("HuggingFaceError", "/models/extractive"),
        ("LibreTranslateError", "/translate"),
        ("OpenAiErrorBody", "/v1/chat/completions"),
        ("DeepLError", "/v2/translate"),
    ] {
        check(strict(schema(&document, name)), &api.post(path, json!({"text": ""})).await.json(), name);
    }
    let chat = json!({"model": "breve", "messages": [{"role": "user", "content": "Nobody left."}]});
    check(
        schema(&document, "OpenAiCompletion"),
        &api.post("/v1/chat/completions", chat).await.ok(),
        "OpenAiCompletion",
    );
}

/// The same schema, but taking no field that it does not name.
fn strict(mut schema: Value) -> Value {
    for definition in schema["components"]["schemas"].as_object_mut().unwrap().values_mut() {
        if definition["type"] == "object" && definition.get("additionalProperties").is_none() {
            definition["additionalProperties"] = json!(false);
        }
    }
    schema
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "only {found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

/// Every example of a body, with the schema that it must keep to.
#[test]
fn every_example_of_a_body_keeps_to_its_schema() {
    let document = document();
    let mut count = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let responses = operation["responses"].as_object().unwrap().values();
            for part in responses.chain([&operation["requestBody"]]) {
                for content in part["content"].as_object().into_iter().flat_map(|content| content.values()) {
                    let named = content["examples"].as_object().into_iter().flat_map(|named| named.values());
                    let examples = named.map(|example| &example["value"]).chain(content.get("example"));
                    for example in examples {
                        let mut schema = content["schema"].clone();
                        schema["components"] = document["components"].clone();
                        check(schema, example, path);
                        count += 1;
                    }
                }
            }
        }
    }
    assert!(count > 20, "only {count} examples");
}

#[actix_web::test]
async fn what_is_documented_is_served() {
    let api = Api::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            // No model of that name is there: whatever the handler says of it, the handler was reached.
            let uri =
                path.replace("{id}", "no-such-model").replace("{owner}", "nobody").replace("{name}", "no-such-model");
            let answer = api.call(TestRequest::with_uri(&uri).method(method.clone())).await;
            let message = answer.text.contains("there is nothing at this path");
            assert!(answer.status != 405 && !message, "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn what_the_issue_asks_for_is_documented() {
    let document = document();
    for (path, methods) in [
        ("/", "get"),
        ("/assets/{name}", "get"),
        ("/docs", "get"),
        ("/health/live", "get"),
        ("/health/ready", "get"),
        ("/metrics", "get"),
        ("/openapi.json", "get"),
        ("/v1/detect", "post"),
        ("/v1/languages", "get"),
        ("/v1/models", "get"),
        ("/v1/models/{id}", "delete get"),
        ("/v1/models/{id}/load", "post"),
        ("/v1/models/{id}/pull", "post"),
        ("/v1/models/{id}/unload", "post"),
        ("/v1/summarize", "post"),
        ("/v1/translate", "post"),
    ] {
        let item = document["paths"][path].as_object().unwrap_or_else(|| panic!("{path} is not documented"));
        assert_eq!(item.keys().map(String::as_str).collect::<Vec<_>>().join(" "), methods, "{path}");
    }
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let current = breve::http::openapi_json();
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
    fs::write(&fresh, &current).unwrap();
    let committed = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json"));
    let same = committed.is_ok_and(|committed| committed == current);
    assert!(
        same,
        "docs/openapi.json is not what is served; if that is meant: cp {} docs/openapi.json",
        fresh.display()
    );
}

#[actix_web::test]
async fn the_document_and_its_page_are_served() {
    let api = Api::new();
    assert_eq!(api.get("/openapi.json").await.ok(), document());
    let page = api.get("/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert!(page.text.contains("/v1/summarize"));
}

#[actix_web::test]
async fn the_page_is_served_without_a_key_and_runs_its_own_script_alone() {
    let api = Api::new();
    let page = api.get("/").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
    for file in ["assets/app.js", "assets/app.css"] {
        assert!(page.text.contains(file), "{file}: {}", page.text);
        let answer = api.get(&format!("/{file}")).await;
        assert_eq!(answer.status, 200, "{file}");
        let known = TestRequest::get().uri(&format!("/{file}"));
        let known = known.insert_header(("if-none-match", answer.header("etag").to_owned()));
        let same = api.call(known).await;
        assert_eq!((same.status, same.text.as_str()), (304, ""), "{file}");
    }
    for none in ["/assets/none.js", "/assets/..%2findex.html", "/assets/%2e%2e"] {
        assert_eq!(api.get(none).await.status, 404, "{none}");
    }
}

#[test]
fn the_reference_names_every_path_field_and_error() {
    let (reference, document) = (read("docs/API.md"), document());
    for path in document["paths"].as_object().unwrap().keys().filter(|path| *path != "/") {
        assert!(reference.contains(path), "{path} is not in docs/API.md");
    }
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let ids: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let different: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "an operation's id is there twice: {ids:?}");
    for request in ["SummarizeRequest", "TranslateRequest", "DetectRequest"] {
        for field in document["components"]["schemas"][request]["properties"].as_object().unwrap().keys() {
            assert!(reference.contains(&format!("`{field}`")), "{field} of {request} is not in docs/API.md");
        }
    }
    for code in ErrorCode::ALL {
        let row = format!("| {} | `{}`", code.status().as_u16(), code.name());
        let in_stream = code == ErrorCode::DownloadFailed && reference.contains("`download_failed`");
        assert!(in_stream || reference.contains(&row), "{row} is not in docs/API.md");
    }
}
