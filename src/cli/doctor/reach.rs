//! Who can reach the service, and who is served: what `breve serve` decides from the same settings and keys.

use std::{
    io::{self, ErrorKind},
    net::TcpListener,
    time::SystemTime,
};

use super::finding::Finding;
use crate::{
    access::{Access, Key, KeyFile},
    cli::{keys, serve},
    config::Settings,
    http::{self, ServeError},
};

/// What is to be said of the keys and of the address.
pub(super) fn examine(settings: &Settings) -> [Finding; 2] {
    // What keeps it from being known is a finding of its own below.
    let access = serve::access(settings).ok();
    [key_file(settings, access.as_ref()), address(&settings.server.bind, access.as_ref())]
}

fn key_file(settings: &Settings, access: Option<&Access>) -> Finding {
    let listed = keys::path(settings).and_then(|path| Ok(KeyFile::new(path).list()?));
    match listed {
        Ok(keys) if keys.is_empty() => Finding::ok("keys", format!("none: {}", without_keys(access))),
        Ok(keys) => made(&keys),
        Err(error) => Finding::problem("keys", error.line(), "nobody is served until the file can be read"),
    }
}

fn without_keys(access: Option<&Access>) -> &'static str {
    match access {
        Some(access) if access.is_local() => "the service is open to whoever is on this machine",
        Some(access) if access.is_open() => "the service is open to everybody who can reach it",
        _ => "nobody is served",
    }
}

fn made(keys: &[Key]) -> Finding {
    let now = SystemTime::now();
    let (valid, all) = (keys.iter().filter(|key| key.is_valid(now)).count(), keys.len());
    if valid > 0 {
        return Finding::ok("keys", format!("{valid} valid, {} revoked or expired", all - valid));
    }
    let found = format!("none of {all} is valid: nobody is served");
    Finding::warning("keys", found, "make another with `breve keys create NAME`")
}

fn address(bind: &str, access: Option<&Access>) -> Finding {
    let is_private = match http::is_private(bind) {
        Ok(is_private) => is_private,
        Err(error) => return Finding::problem("address", error.to_string(), "set server.bind to another address"),
    };
    let permitted = access.map(|access| http::permitted_addresses(bind, access));
    if let Some(Err(ServeError::Unprotected { .. })) = permitted {
        return unprotected(bind);
    }
    match TcpListener::bind(bind) {
        Ok(_) if is_private => Finding::ok("address", format!("{bind} is free")),
        Ok(_) => reachable(bind, access),
        Err(error) => taken(bind, &error),
    }
}

fn unprotected(bind: &str) -> Finding {
    let found =
        format!("{bind} can be reached from other machines, and there is no key: `breve serve` will refuse to start");
    let advice = "make a key with `breve keys create NAME`, or set access.open_to_network to serve everybody";
    Finding::problem("address", found, advice)
}

fn reachable(bind: &str, access: Option<&Access>) -> Finding {
    let found = format!("{bind} is free, and can be reached from other machines");
    if access.is_some_and(Access::is_open) {
        let advice = "everybody who reaches it is served until there is a key: `breve keys create NAME`";
        return Finding::warning("address", found, advice);
    }
    Finding::ok("address", format!("{found}, which need a key"))
}

fn taken(bind: &str, error: &io::Error) -> Finding {
    let found = format!("cannot listen on {bind}: {error}");
    if error.kind() == ErrorKind::AddrInUse {
        let advice = "the service may be running already; else set server.bind to another address";
        return Finding::warning("address", found, advice);
    }
    Finding::problem("address", found, "`breve serve` will refuse to start: set server.bind to another address")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{
        access::{KeyLimits, NewKey, Scope},
        cli::doctor::finding::State,
    };

    /// A service that others can reach, and the file of its keys.
    struct Case {
        _folder: TempDir,
        settings: Settings,
        keys: KeyFile,
    }

    impl Case {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let mut settings = Settings::compiled().unwrap();
            settings.server.bind = "0.0.0.0:0".to_owned();
            settings.access.keys_file = folder.path().join("keys.toml");
            let keys = KeyFile::new(settings.access.keys_file.clone());
            Self { _folder: folder, settings, keys }
        }

        fn create_key(&self) -> Key {
            let name = "newsdesk".to_owned();
            let new = NewKey { name, scopes: vec![Scope::Use], expires_in: None, limits: KeyLimits::default() };
            self.keys.create(new).unwrap().0
        }
    }

    #[test]
    fn without_a_key_it_will_not_start_where_others_reach_it() {
        let mut case = Case::new();
        let [keys, address] = examine(&case.settings);
        assert_eq!(address.state, State::Problem, "{address:?}");
        assert!(address.found.contains("`breve serve` will refuse to start"), "{address:?}");
        for way in ["`breve keys create NAME`", "access.open_to_network"] {
            assert!(address.advice.contains(way), "{address:?}");
        }
        assert!(keys.found.contains("nobody is served"), "{keys:?}");
        case.settings.server.bind = "127.0.0.1:0".to_owned();
        let [keys, address] = examine(&case.settings);
        assert_eq!((keys.state, address.state), (State::Ok, State::Ok));
        assert!(keys.found.contains("whoever is on this machine"), "{keys:?}");
    }

    #[test]
    fn a_service_for_everybody_is_warned_of_until_there_is_a_key() {
        let mut case = Case::new();
        case.settings.access.open_to_network = true;
        let [keys, address] = examine(&case.settings);
        assert_eq!(address.state, State::Warning, "{address:?}");
        assert!(keys.found.contains("everybody who can reach it"), "{keys:?}");
        case.create_key();
        let [keys, address] = examine(&case.settings);
        assert_eq!((keys.state, address.state), (State::Ok, State::Ok), "{address:?}");
        assert!(address.found.contains("which need a key"), "{address:?}");
    }

    #[test]
    fn keys_that_are_all_revoked_let_nobody_in() {
        let case = Case::new();
        let made = [case.create_key(), case.create_key()];
        case.keys.revoke(&made[0].id).unwrap();
        let [keys, _] = examine(&case.settings);
        assert_eq!((keys.state, keys.found.as_str()), (State::Ok, "1 valid, 1 revoked or expired"));
        case.keys.revoke(&made[1].id).unwrap();
        let [keys, address] = examine(&case.settings);
        assert_eq!((keys.state, address.state), (State::Warning, State::Ok));
        assert!(keys.found.contains("none of 2 is valid: nobody is served"), "{keys:?}");
    }

    #[test]
    fn an_address_of_another_machine_cannot_be_listened_on() {
        let mut case = Case::new();
        case.create_key();
        // Of RFC 5737, for documents: no machine has it.
        case.settings.server.bind = "192.0.2.1:8080".to_owned();
        let [_, address] = examine(&case.settings);
        assert_eq!(address.state, State::Problem, "{address:?}");
        assert!(address.found.starts_with("cannot listen on 192.0.2.1:8080"), "{address:?}");
    }
}
