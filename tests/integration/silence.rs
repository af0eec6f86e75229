//! What a whole run of the service leaves in its log, at its loudest, and in its metrics: nothing that its callers said, and
//! no secret.

use serde_json::{Value, json};

use crate::program::{Home, Service};

/// Words that stand in no other place than in these requests; no time or duration of a log has a figure like its own.
const ARTICLE: &str = "The Quillfeather council of Brambleton met on Nov. 3. It spent $41,739,205 on bridges. \
     \"We are proud,\" Mayor Tuppence Oddlington said.";
const SAID: [&str; 7] = ["quillfeather", "brambleton", "41,739,205", "41.739.205", "tuppence", "oddlington", "proud"];

struct Caller<'a> {
    service: &'a Service,
    key: &'a str,
}

impl Caller<'_> {
    fn post(&self, path: &str, body: &Value) -> (u16, String) {
        self.service.post_with(path, &[("authorization", &format!("Bearer {}", self.key))], body)
    }

    /// Asks every kind of route, well and badly; returns the secret that a job's messages are signed with.
    fn ask_everything(&self) -> String {
        let article = json!({"text": ARTICLE});
        for (path, body) in [
            ("/v1/summarize", article.clone()),
            ("/v1/summarize", json!({"text": ARTICLE, "strict": true, "stream": true})),
            ("/v1/summarize", json!({"text": ARTICLE, "glossary": {"protected": ["Quillfeather"]}})),
            ("/v1/translate", json!({"text": ARTICLE, "target": "es"})),
            ("/v1/detect", article.clone()),
            ("/v1/chat/completions", json!({"model": "breve", "messages": [{"role": "user", "content": ARTICLE}]})),
            ("/translate", json!({"q": ARTICLE, "source": "en", "target": "es", "api_key": self.key})),
            ("/v2/translate", json!({"text": [ARTICLE], "target_lang": "ES"})),
        ] {
            let (status, answer) = self.post(path, &body);
            assert_eq!(status, 200, "{path}: {answer}");
        }
        for (path, body) in [
            ("/v1/summarize", json!({"text": ARTICLE, "sentences": ARTICLE})),
            ("/v1/summarize", json!({ARTICLE: 1})),
            ("/v1/translate", json!({"text": ARTICLE, "target": ARTICLE})),
            ("/v1/chat/completions", json!({"model": ARTICLE, "messages": []})),
        ] {
            let (status, answer) = self.post(path, &body);
            assert!((400..500).contains(&status), "{path}: {status} {answer}");
        }
        for (path, body, expected) in [
            ("/models/en-es-tiny", json!({"inputs": ARTICLE}), 200),
            ("/models/en-es-tiny", json!({"inputs": {ARTICLE: 1}}), 400),
            ("/v1/models/en-es-tiny/load", json!({}), 200),
            ("/v1/models/en-es-tiny/unload", json!({}), 200),
            // Offline: the answer is a stream that ends with an error.
            ("/v1/models/opus-mt-en-es/pull", json!({}), 200),
        ] {
            let (status, answer) = self.post(path, &body);
            assert_eq!(status, expected, "{path}: {answer}");
        }
        let late = [("authorization", &*format!("Bearer {}", self.key)), ("x-request-timeout-ms", "1")];
        let (status, answer) =
            self.service.post_with("/v1/translate", &late, &json!({"text": ARTICLE, "target": "es"}));
        assert!([503, 504].contains(&status), "{status} {answer}");
        let articles = json!({"articles": [{"text": ARTICLE}, {"text": ARTICLE, "sentences": "Quillfeather"}],
                              "webhook": "http://127.0.0.1:9/hook?Quillfeather"});
        let (status, job) = self.post("/v1/jobs", &articles);
        assert_eq!(status, 202, "{job}");
        let job: Value = serde_json::from_str(&job).unwrap();
        self.finish(job["id"].as_str().unwrap());
        job["webhook"]["secret"].as_str().unwrap().to_owned()
    }

    fn finish(&self, job: &str) {
        for _ in 0..300 {
            let (_, job) = self.service.get_with_key(&format!("/v1/jobs/{job}"), self.key);
            if job.contains(r#""state":"done""#) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the job is not done");
    }
}

#[test]
fn neither_logs_nor_metrics_hold_what_callers_said_or_a_secret() {
    let home = Home::new();
    let key = home.run(&["keys", "create", "newsdesk", "--scope", "use", "--scope", "manage"]).text().trim().to_owned();
    let settings = [("BREVE__LOG__LEVEL", "trace"), ("BREVE__JOBS__WEBHOOK_HOSTS", "127.0.0.1:9")];
    let mut service = Service::start_with(&home, &settings);
    let secret = Caller { service: &service, key: &key }.ask_everything();
    let stranger = "breve_0badcafe_nosuchsecretnosuchsecret";
    assert_eq!(service.get_with_key("/v1/languages", stranger).0, 401);
    assert_eq!(service.get_with_key("/v1/models/none?Quillfeather=Brambleton", &key).0, 404);
    let metrics = service.get_with_key("/metrics", &key).1;
    assert_eq!(service.stop(), Some(0));
    let log = service.log();
    assert!(log.contains("/v1/summarize") && log.contains(" TRACE "), "it is not at its loudest: {log}");
    assert!(metrics.contains("/v1/summarize"), "{metrics}");
    let own = key.rsplit('_').next().unwrap();
    let secrets = [own, secret.strip_prefix("whsec_").unwrap(), "nosuchsecret"];
    for (place, text) in [("log", &log), ("metrics", &metrics)] {
        let telling = text.lines().find(|line| SAID.iter().any(|word| line.to_lowercase().contains(word)));
        assert_eq!(telling, None, "in the {place}");
        let told = secrets.into_iter().find(|part| text.contains(part));
        assert_eq!(told, None, "a secret in the {place}");
    }
}
