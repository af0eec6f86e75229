//! Keys, scopes and rates, as clients see them.

use actix_web::test::TestRequest;
use breve::{
    access::{Access, AccessPolicy, KeyFile, KeyId, KeyLimits, NewKey, Scope, WithoutKeys},
    config::ServerSettings,
    http::{ServeError, Server},
};
use serde_json::json;

use super::harness::{Answer, Api};

fn keys(api: &Api) -> KeyFile {
    KeyFile::new(api.home.path().join("keys.toml"))
}

fn key(api: &Api, scopes: &[Scope]) -> (KeyId, String) {
    let new = NewKey { name: "desk".into(), scopes: scopes.to_vec(), expires_in: None, limits: KeyLimits::default() };
    let (key, secret) = keys(api).create(new).unwrap();
    (key.id, secret.reveal().to_owned())
}

/// The same service with other rules.
fn ruled(mut api: Api, change: impl FnOnce(&mut AccessPolicy)) -> Api {
    let mut policy = AccessPolicy {
        keys_file: api.home.path().join("keys.toml"),
        without_keys: WithoutKeys::ThisMachine,
        limits: KeyLimits::default(),
        trusted_proxies: Vec::new(),
    };
    change(&mut policy);
    api.access = Access::new(policy).unwrap();
    api
}

fn translation(key: Option<&str>) -> TestRequest {
    let body = json!({"text": "One rabbit ran.", "source": "en", "target": "es"});
    with_key(TestRequest::post().uri("/v1/translate").set_json(body), key)
}

fn with_key(request: TestRequest, key: Option<&str>) -> TestRequest {
    match key {
        Some(key) => request.insert_header(("authorization", format!("Bearer {key}"))),
        None => request,
    }
}

#[actix_web::test]
async fn with_a_key_set_nobody_is_served_without_one() {
    let api = Api::new();
    api.call(translation(None)).await.ok();
    let (_, secret) = key(&api, &[Scope::Use]);
    api.call(translation(Some(&secret))).await.ok();
    for wrong in [None, Some("breve_00000000_00"), Some("")] {
        let answer = api.call(translation(wrong)).await;
        answer.fails(401, "unauthorized");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    for open in ["/health/live", "/health/ready", "/openapi.json", "/docs", "/", "/assets/app.js"] {
        assert_eq!(api.get(open).await.status, 200, "{open}");
    }
    for closed in ["/v1/models", "/v1/languages", "/v1/no-such-route"] {
        api.get(closed).await.fails(401, "unauthorized");
    }
}

#[actix_web::test]
async fn a_page_that_has_its_name_resolve_to_this_machine_reads_nothing() {
    let called = |name: &str| translation(None).insert_header(("host", name.to_owned()));
    let api = Api::new();
    for own in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
        api.call(called(own)).await.ok();
    }
    let message = api.call(called("news.example:8080")).await.fails(403, "forbidden")["message"].to_string();
    assert!(message.contains("breve keys create"), "{message}");
    assert_eq!(api.call(TestRequest::get().uri("/docs").insert_header(("host", "news.example"))).await.status, 403);
    let open = ruled(Api::new(), |policy| policy.without_keys = WithoutKeys::Everybody);
    open.call(called("news.example")).await.ok();
    let (_, secret) = key(&api, &[Scope::Use]);
    api.call(with_key(called("news.example"), Some(&secret))).await.ok();
}

#[actix_web::test]
async fn a_key_is_refused_from_the_moment_that_it_is_revoked() {
    let api = Api::new();
    let (id, secret) = key(&api, &[Scope::Use]);
    api.call(translation(Some(&secret))).await.ok();
    keys(&api).revoke(&id).unwrap();
    api.call(translation(Some(&secret))).await.fails(401, "unauthorized");
    api.call(translation(None)).await.fails(401, "unauthorized");
}

#[actix_web::test]
async fn a_key_to_read_with_manages_nothing_and_one_to_manage_reads_nothing() {
    let api = Api::new();
    let (_, reader) = key(&api, &[Scope::Use]);
    let (_, operator) = key(&api, &[Scope::Manage]);
    let load = |key: &str| with_key(TestRequest::post().uri("/v1/models/en-es-tiny/load"), Some(key));
    for request in [
        load(&reader),
        with_key(TestRequest::post().uri("/v1/models/en-es-tiny/unload"), Some(&reader)),
        with_key(TestRequest::post().uri("/v1/models/en-es-tiny/pull"), Some(&reader)),
        with_key(TestRequest::delete().uri("/v1/models/en-es-tiny"), Some(&reader)),
    ] {
        let message = api.call(request).await.fails(403, "forbidden")["message"].to_string();
        assert!(message.contains("manage"), "{message}");
    }
    api.call(load(&operator)).await.ok();
    api.call(translation(Some(&operator))).await.fails(403, "forbidden");
    for key in [&reader, &operator] {
        api.call(with_key(TestRequest::get().uri("/v1/models"), Some(key))).await.ok();
    }
}

#[actix_web::test]
async fn clients_of_other_services_bring_their_keys_in_their_own_way() {
    let api = Api::new();
    let (_, secret) = key(&api, &[Scope::Use]);
    let (_, operator) = key(&api, &[Scope::Manage]);
    let deepl = |key: &str| {
        let request = TestRequest::post().uri("/v2/translate").insert_header(("authorization", key.to_owned()));
        request.set_json(json!({"text": ["One rabbit ran."], "target_lang": "ES", "source_lang": "EN"}))
    };
    assert_eq!(api.call(deepl(&format!("DeepL-Auth-Key {secret}"))).await.status, 200);
    let chat = json!({"model": "breve", "messages": [{"role": "user", "content": "One rabbit ran. Nobody left."}]});
    let chat = |key| with_key(TestRequest::post().uri("/v1/chat/completions").set_json(&chat), key);
    assert_eq!(api.call(chat(Some(&secret))).await.status, 200);
    let inputs = json!({"inputs": "One rabbit ran. Nobody left."});
    let model = |key| with_key(TestRequest::post().uri("/models/extractive").set_json(&inputs), key);
    assert_eq!(api.call(model(Some(&secret))).await.status, 200);
    let libre = |key: Option<&str>| {
        let body = json!({"q": "One rabbit ran.", "source": "en", "target": "es", "api_key": key});
        TestRequest::post().uri("/translate").set_json(body)
    };
    assert_eq!(api.call(libre(Some(&secret))).await.status, 200);
    assert_eq!(api.call(with_key(libre(None), Some(&secret))).await.status, 200, "in the header, too");
    let languages = |key: &str| TestRequest::get().uri(&format!("/languages?api_key={key}"));
    assert_eq!(api.call(languages(&secret)).await.status, 200);
    for wrong in ["breve_00000000_00", &operator] {
        for (request, status) in [
            (deepl(&format!("DeepL-Auth-Key {wrong}")), 403),
            (libre(Some(wrong)), 403),
            (with_key(libre(None), Some(wrong)), 403),
            (languages(wrong), 403),
        ] {
            let answer = api.call(request).await;
            assert_eq!(answer.status, status, "{wrong}: {answer:?}");
            assert!(!answer.text.contains("RABBIT"), "{answer:?}");
        }
        let status = if wrong == operator { 403 } else { 401 };
        assert_eq!(api.call(chat(Some(wrong))).await.status, status);
        assert_eq!(api.call(model(Some(wrong))).await.status, status);
    }
    assert_eq!(api.call(libre(None)).await.status, 403);
    assert_eq!(api.get("/v2/usage").await.status, 403);
    assert_eq!(api.get("/health").await.status, 200);
}

#[actix_web::test]
async fn limits_hold_for_clients_of_other_services_too() {
    let limits = KeyLimits { requests_per_minute: Some(3), tokens_per_minute: Some(10) };
    let api = ruled(Api::new(), |policy| policy.limits = limits);
    let long = "The mayor spoke and nobody left the room.";
    let body = json!({"q": long, "source": "en", "target": "es"});
    assert_eq!(api.post("/translate", body).await.status, 400, "too much text at once");
    assert_eq!(api.post("/models/extractive", json!({"inputs": long})).await.status, 413);
    let chat = json!({"model": "breve", "messages": [{"role": "user", "content": long}]});
    assert_eq!(api.post("/v1/chat/completions", chat).await.status, 400);
    let answer = api.post("/v2/translate", json!({"text": [long], "target_lang": "ES"})).await;
    assert_eq!((answer.status, answer.header("retry-after").is_empty()), (429, false), "{answer:?}");
}

#[actix_web::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let limits = KeyLimits { requests_per_minute: Some(2), tokens_per_minute: None };
    let api = ruled(Api::new(), |policy| policy.limits = limits);
    api.call(translation(None)).await.ok();
    api.call(translation(None)).await.ok();
    let answer = api.call(translation(None)).await;
    assert_eq!(answer.fails(429, "rate_limited")["limit"], 2);
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    api.get("/health/live").await.ok();
}

#[actix_web::test]
async fn text_is_limited_by_the_minute() {
    let limits = KeyLimits { requests_per_minute: None, tokens_per_minute: Some(10) };
    let api = ruled(Api::new(), |policy| policy.limits = limits);
    let long = json!({"text": "The mayor spoke and nobody left the room.", "source": "en"});
    let error = api.post("/v1/summarize", long).await.fails(413, "input_too_long");
    assert_eq!((&error["limit"], &error["actual"]), (&json!(10), &json!(11)));
    api.call(translation(None)).await.ok();
    api.call(translation(None)).await.ok();
    api.call(translation(None)).await.fails(429, "rate_limited");
}

#[actix_web::test]
async fn only_a_trusted_proxy_says_who_asks() {
    let limits = KeyLimits { requests_per_minute: Some(1), tokens_per_minute: None };
    let from = |address: &'static str| translation(None).insert_header(("x-forwarded-for", address));
    let api = ruled(Api::new(), |policy| policy.limits = limits);
    api.call(from("198.51.100.1")).await.ok();
    api.call(from("198.51.100.2")).await.fails(429, "rate_limited");
    let api = ruled(Api::new(), |policy| {
        policy.limits = limits;
        policy.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    });
    api.call(from("198.51.100.1")).await.ok();
    api.call(from("198.51.100.2")).await.ok();
    api.call(from("198.51.100.1")).await.fails(429, "rate_limited");
}

fn preflight(origin: &str) -> TestRequest {
    TestRequest::with_uri("/v1/translate")
        .method(actix_web::http::Method::OPTIONS)
        .insert_header(("origin", origin.to_owned()))
        .insert_header(("access-control-request-method", "POST"))
        .insert_header(("access-control-request-headers", "authorization,content-type,x-stainless-lang"))
}

#[actix_web::test]
async fn pages_of_other_sites_may_ask_only_where_they_are_named() {
    let mut api = Api::new();
    let allowed = |answer: &Answer| answer.headers.contains_key("access-control-allow-origin");
    assert!(!allowed(&api.call(preflight("https://desk.example")).await));
    api.cors_origins = vec!["https://desk.example".to_owned()];
    key(&api, &[Scope::Use]);
    let answer = api.call(preflight("https://desk.example")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "https://desk.example"));
    let headers = answer.header("access-control-allow-headers").to_lowercase();
    // OpenAI's client adds headers of its own.
    assert!(headers.contains("authorization") && headers.contains("x-stainless-lang"), "{headers}");
    assert!(!allowed(&api.call(preflight("https://evil.example")).await));
    let refused = api.call(translation(None).insert_header(("origin", "https://desk.example"))).await;
    refused.fails(401, "unauthorized");
    assert!(allowed(&refused), "the page could not read why");
}

#[actix_web::test]
async fn a_page_of_another_site_puts_no_model_to_work() {
    let mut api = Api::new();
    let form = |origin: &str| {
        let form = TestRequest::post().uri("/translate").set_payload("q=A+rabbit+ran.&source=en&target=es");
        let form = form.insert_header(("content-type", "application/x-www-form-urlencoded"));
        form.insert_header(("host", "localhost:8080")).insert_header(("origin", origin.to_owned()))
    };
    let refused = api.call(form("https://evil.example")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("a page of another site"), "{}", refused.text);
    api.call(form("http://localhost:8080")).await.ok();
    api.cors_origins = vec!["https://desk.example".to_owned()];
    api.call(form("https://desk.example")).await.ok();
}

#[actix_web::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let api = Api::new();
    for answer in [api.get("/health/live").await, api.get("/nothing").await, api.call(translation(None)).await] {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ] {
            assert_eq!(answer.header(name), value);
        }
    }
}

#[actix_web::test]
async fn it_listens_to_others_only_with_a_key_or_when_told() {
    let settings = ServerSettings {
        bind: "0.0.0.0:0".into(),
        workers: 1,
        client_timeout_ms: 1000,
        drain_delay_s: 0,
        shutdown_timeout_s: 1,
    };
    let closed = ruled(Api::new(), |policy| policy.without_keys = WithoutKeys::Nobody);
    let error = Server::bind(&settings, closed.state()).err().expect("it listens");
    assert!(matches!(error, ServeError::Unprotected { .. }) && error.to_string().contains("breve keys create"));
    key(&closed, &[Scope::Use]);
    let closed = ruled(closed, |policy| policy.without_keys = WithoutKeys::Nobody);
    assert!(Server::bind(&settings, closed.state()).is_ok(), "with a key");
    assert!(Server::bind(&settings, Api::new().state()).is_ok(), "told to");
}
