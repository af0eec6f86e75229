use std::fs;

use super::*;
use crate::{
    config::LogFormat,
    domain::{Precision, Runtime},
};

fn load(file: Option<&str>, variables: &[(&str, &str)], flags: &Overrides) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    if let Some(text) = file {
        fs::write(&path, text).unwrap();
    }
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Settings::from_layers(file.map(|_| path.as_path()), variables, flags)
}

fn refused(file: Option<&str>, variables: &[(&str, &str)], flags: &Overrides) -> String {
    load(file, variables, flags).unwrap_err().to_string()
}

#[test]
fn defaults_stand_alone() {
    let settings = load(None, &[], &Overrides::default()).unwrap();
    assert_eq!(settings.server.bind, "127.0.0.1:8080");
    assert_eq!(settings.limits.body_bytes, 8 << 20);
    assert_eq!(settings.limits.text_characters, 1_000_000);
    assert_eq!(settings.models.memory_budget_mib, 0);
    assert_eq!((settings.log.level.as_str(), settings.log.format), ("info", LogFormat::Text));
}

/// Python's `json.dumps` and others write `\u00e9` for every character beyond ASCII.
#[test]
fn the_longest_text_fits_the_body_however_json_escapes_it() {
    let limits = load(None, &[], &Overrides::default()).unwrap().limits;
    assert!(limits.body_bytes > 6 * limits.text_characters + 1000);
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_the_defaults() {
    let file = "[server]\nbind = \"127.0.0.1:1\"\nworkers = 2\n[limits]\nqueue = 7\n";
    let variables = [("BREVE__SERVER__BIND", "127.0.0.1:2"), ("BREVE__SERVER__WORKERS", "3"), ("PATH", "/bin")];
    let flags = Overrides { bind: Some("127.0.0.1:3".into()), ..Default::default() };
    let settings = load(Some(file), &variables, &flags).unwrap();
    assert_eq!(settings.server.bind, "127.0.0.1:3");
    assert_eq!(settings.server.workers, 3);
    assert_eq!(settings.limits.queue, 7);
    assert_eq!(settings.limits.texts, 100);
}

#[test]
fn a_variable_has_the_type_of_its_default() {
    let variables = [
        ("BREVE__MODELS__SUMMARIZER", "7"),
        ("BREVE__MODELS__TRANSLATORS", "opus-mt-en-es, m2m100_418M"),
        ("BREVE__MODELS__LOAD_AT_START", "[\"en-es-tiny\"]"),
        ("BREVE__LOG__FORMAT", "json"),
    ];
    let settings = load(None, &variables, &Overrides::default()).unwrap();
    assert_eq!(settings.models.summarizer, "7");
    assert_eq!(settings.models.translators, ["opus-mt-en-es".parse().unwrap(), "m2m100_418M".parse().unwrap()]);
    assert_eq!(settings.models.load_at_start, ["en-es-tiny".parse().unwrap()]);
    assert_eq!(settings.log.format, LogFormat::Json);
}

#[test]
fn a_glossary_has_terms_of_the_users_own() {
    let file = "[glossary]\nprotected = [\"Acme\"]\n[glossary.terms.es]\n\"chief executive\" = \"directora\"\n";
    let variables = [("BREVE__GLOSSARY__PROTECTED", "Acme Corp, Breve")];
    let glossary = load(Some(file), &variables, &Overrides::default()).unwrap().glossary;
    assert_eq!(glossary.protected, ["Acme Corp", "Breve"]);
    assert_eq!(glossary.terms["es"]["chief executive"], "directora");
    let message = refused(Some("[glossary.terms.klingon]\na = \"b\""), &[], &Overrides::default());
    assert!(message.contains("my.toml") && message.contains("glossary.terms.klingon: \"klingon\" is not"), "{message}");
    let message = refused(Some("[glossary.terms]\nes = 7"), &[], &Overrides::default());
    assert!(message.contains("my.toml: glossary.terms.es = 7: invalid type"), "{message}");
    let message = refused(Some("[glossary]\nprotect = []"), &[], &Overrides::default());
    assert!(message.contains("no setting glossary.protect; there are glossary.protected"), "{message}");
}

#[test]
fn a_quiet_command_logs_warnings_unless_told_otherwise() {
    let quiet = Overrides { quiet: true, ..Default::default() };
    assert_eq!(load(None, &[], &quiet).unwrap().log.level, "warn");
    assert_eq!(load(Some("log.level = \"debug\""), &[], &quiet).unwrap().log.level, "debug");
    let flags = Overrides { log_level: Some("error".into()), ..quiet };
    assert_eq!(load(None, &[("BREVE__LOG__LEVEL", "trace")], &flags).unwrap().log.level, "error");
}

#[test]
fn an_exact_command_computes_in_f32_unless_told_otherwise() {
    let exact = Overrides { exact: true, ..Default::default() };
    let precision = |variables, flags: &Overrides| load(None, variables, flags).unwrap().models.precision;
    assert_eq!(precision(&[], &Overrides::default()), Precision::Auto);
    assert_eq!(precision(&[], &exact), Precision::F32);
    assert_eq!(precision(&[("BREVE__MODELS__PRECISION", "int8")], &exact), Precision::Int8);
    let flags = Overrides { precision: Some("bf16".into()), runtime: Some("reference".into()), ..exact };
    assert_eq!(precision(&[("BREVE__MODELS__PRECISION", "int8")], &flags), Precision::Bf16);
    assert_eq!(load(None, &[], &flags).unwrap().models.runtime, Runtime::Reference);
}

#[test]
fn an_unknown_key_is_named_with_its_layer() {
    let message = refused(Some("[server]\nbnid = \"x\""), &[], &Overrides::default());
    assert!(message.contains("my.toml: there is no setting server.bnid"), "{message}");
    assert!(message.contains("server.bind, server.client_timeout_ms"), "{message}");
    let message = refused(Some("[sever]\nbind = \"x\""), &[], &Overrides::default());
    assert!(
        message.contains("no setting sever; there are access, glossary, jobs, limits, log, models, server"),
        "{message}"
    );
    for (variable, key) in [
        ("BREVE__SERVER__BNID", "server.bnid"),
        ("BREVE__SEVER__BIND", "sever"),
        ("BREVE__SERVER__BIND__PORT", "server.bind"),
        ("BREVE__SERVER", "server"),
        ("BREVE__", ""),
    ] {
        let message = refused(None, &[(variable, "x")], &Overrides::default());
        assert!(message.starts_with(&format!("{variable}: ")) && message.contains(key), "{message}");
    }
}

#[test]
fn a_bad_value_is_named_with_key_and_layer() {
    let file = |text| refused(Some(text), &[], &Overrides::default());
    let message = file("[server]\nworkers = \"many\"");
    assert!(message.contains("my.toml: server.workers = \"many\": invalid type"), "{message}");
    let message = file("limits = 3");
    assert!(message.contains("my.toml: limits = 3: is a section"), "{message}");
    let message = file("[log]\nformat = \"xml\"");
    assert!(message.contains("my.toml: log.format = \"xml\": "), "{message}");
    let message = file("[server]\nworkers = -1");
    assert!(message.contains("my.toml: server.workers = -1: "), "{message}");
    let message = refused(None, &[("BREVE__LIMITS__QUEUE", "lots")], &Overrides::default());
    assert!(message.starts_with("BREVE__LIMITS__QUEUE: limits.queue = \"lots\": "), "{message}");
    let flags = Overrides { bind: Some("8080".into()), ..Default::default() };
    let message = refused(None, &[("BREVE__SERVER__BIND", "127.0.0.1:1")], &flags);
    assert!(message.starts_with("--bind: server.bind = \"8080\": must be an address"), "{message}");
}

#[test]
fn values_out_of_range_are_refused() {
    for (variable, value) in [
        ("BREVE__SERVER__BIND", "localhost"),
        ("BREVE__SERVER__BIND", "localhost:65536"),
        ("BREVE__SERVER__BIND", ":8080"),
        ("BREVE__SERVER__BIND", "999.1.1.1:80"),
        ("BREVE__SERVER__WORKERS", "0"),
        ("BREVE__SERVER__CLIENT_TIMEOUT_MS", "0"),
        ("BREVE__SERVER__SHUTDOWN_TIMEOUT_S", "3601"),
        ("BREVE__LIMITS__BODY_BYTES", "0"),
        ("BREVE__LIMITS__TEXT_CHARACTERS", "0"),
        ("BREVE__LIMITS__TEXTS", "0"),
        ("BREVE__LIMITS__SUMMARY_SENTENCES", "0"),
        ("BREVE__LIMITS__REQUEST_TIMEOUT_MS", "0"),
        ("BREVE__LIMITS__QUEUE", "0"),
        ("BREVE__MODELS__SUMMARIZER", "../etc"),
        ("BREVE__MODELS__TRANSLATORS", "a,b/c"),
        ("BREVE__MODELS__MEMORY_BUDGET_MIB", "1073741825"),
        ("BREVE__MODELS__IDLE_UNLOAD_S", "31536001"),
        ("BREVE__MODELS__THREADS", "1025"),
        ("BREVE__MODELS__PRECISION", "fp16"),
        ("BREVE__MODELS__RUNTIME", "python"),
        ("BREVE__MODELS__BATCH_WAIT_MS", "1001"),
        ("BREVE__LOG__LEVEL", "loud"),
        ("BREVE__LOG__LEVEL", ""),
        ("BREVE__LOG__LEVEL", "breve=loud"),
    ] {
        let message = refused(None, &[(variable, value)], &Overrides::default());
        let key = variable[PREFIX.len()..].to_lowercase().replace("__", ".");
        assert!(message.contains(&key), "{variable}={value}: {message}");
    }
}

#[test]
fn host_names_and_ipv6_are_addresses() {
    for bind in ["localhost:0", "breve.example:80", "[::1]:8080", "0.0.0.0:65535"] {
        let flags = Overrides { bind: Some(bind.into()), ..Default::default() };
        assert!(load(None, &[], &flags).is_ok(), "{bind}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let missing = Settings::from_layers(Some(Path::new("/nowhere/x.toml")), std::iter::empty(), &Overrides::default());
    assert!(missing.unwrap_err().to_string().contains("/nowhere/x.toml"));
    let message = refused(Some("\n\n[server\n"), &[], &Overrides::default());
    assert!(message.contains("my.toml is not valid TOML: line 3: "), "{message}");
}

/// Every setting is in `config/breve.toml` with a comment, and nothing else is.
#[test]
fn the_default_file_has_every_setting_with_a_comment() {
    let settings = load(None, &[], &Overrides::default()).unwrap();
    let fields: toml::Table = toml::from_str(&toml::to_string(&settings).unwrap()).unwrap();
    let file: toml::Table = toml::from_str(DEFAULTS).unwrap();
    assert_eq!(fields, file, "src/config/mod.rs and config/breve.toml differ");
    let mut above = "";
    for line in DEFAULTS.lines() {
        let key = line.split_once('=').filter(|_| !line.starts_with('#'));
        assert!(key.is_none() || above.starts_with('#'), "no comment above `{line}`");
        above = line;
    }
}
