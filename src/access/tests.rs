use super::*;

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// A directory for keys, and who is let in by them.
struct Door {
    folder: tempfile::TempDir,
}

impl Door {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn keys(&self) -> KeyFile {
        KeyFile::new(self.folder.path().join("keys.toml"))
    }

    fn access(&self, limits: KeyLimits) -> Access {
        let keys_file = self.folder.path().join("keys.toml");
        Access::new(AccessPolicy {
            keys_file,
            without_keys: WithoutKeys::ThisMachine,
            limits,
            trusted_proxies: Vec::new(),
        })
        .unwrap()
    }

    fn key(&self, scopes: &[Scope], limits: KeyLimits) -> (KeyId, String) {
        let new = NewKey { name: "desk".into(), scopes: scopes.to_vec(), expires_in: None, limits };
        let (key, secret) = self.keys().create(new).unwrap();
        (key.id, secret.reveal().to_owned())
    }
}

fn refusal(outcome: Result<Client, Refusal>) -> Refusal {
    outcome.err().expect("it was let in")
}

#[test]
fn without_keys_everybody_is_let_in_and_with_the_first_key_only_its_holder() {
    let door = Door::new();
    let access = door.access(KeyLimits::default());
    assert!(access.admit(None, HOME).is_ok() && access.is_open());
    assert!(access.admit(Some("whatever"), HOME).is_ok(), "clients that always send a key");
    let (id, secret) = door.key(&[Scope::Use], KeyLimits::default());
    assert_eq!(refusal(access.admit(None, HOME)), Refusal::NoKey, "at once, without a restart");
    assert_eq!(access.admit(Some(&secret), HOME).unwrap().key(), Some(&id));
    for wrong in ["", "breve_", "x", &secret[..20], &format!("{secret}0"), &secret.replace("breve_", "brave_")] {
        assert_eq!(refusal(access.admit(Some(wrong), HOME)), Refusal::WrongKey, "{wrong}");
    }
}

#[test]
fn a_revoked_key_is_refused_at_once_and_opens_nothing() {
    let door = Door::new();
    let (id, secret) = door.key(&[Scope::Use], KeyLimits::default());
    let access = door.access(KeyLimits::default());
    assert!(access.admit(Some(&secret), HOME).is_ok());
    assert!(door.keys().revoke(&id).unwrap().revoked.is_some());
    assert_eq!(refusal(access.admit(Some(&secret), HOME)), Refusal::WrongKey);
    assert_eq!(refusal(access.admit(None, HOME)), Refusal::NoKey);
    std::fs::remove_file(door.folder.path().join("keys.toml")).unwrap();
    assert_eq!(refusal(access.admit(None, HOME)), Refusal::NoKey, "a file that is gone opens nothing");
}

#[test]
fn an_expired_key_is_refused() {
    let door = Door::new();
    let new = |expires_in| NewKey {
        name: "guest".into(),
        scopes: vec![Scope::Use],
        expires_in: Some(expires_in),
        limits: KeyLimits::default(),
    };
    let (_, over) = door.keys().create(new(Duration::ZERO)).unwrap();
    let (_, lasting) = door.keys().create(new(Duration::from_secs(3600))).unwrap();
    let access = door.access(KeyLimits::default());
    assert_eq!(refusal(access.admit(Some(over.reveal()), HOME)), Refusal::WrongKey);
    assert!(access.admit(Some(lasting.reveal()), HOME).is_ok());
}

#[test]
fn a_key_is_for_what_its_scopes_say() {
    let door = Door::new();
    let access = door.access(KeyLimits::default());
    assert!(access.admit(None, HOME).unwrap().needs(Scope::Manage).is_ok(), "an open service");
    let (_, reader) = door.key(&[Scope::Use], KeyLimits::default());
    let (_, operator) = door.key(&[Scope::Use, Scope::Manage], KeyLimits::default());
    let may = |secret: &str, scope| access.admit(Some(secret), HOME).unwrap().needs(scope);
    assert_eq!(may(&reader, Scope::Manage), Err(Refusal::Scope(Scope::Manage)));
    assert_eq!(may(&operator, Scope::Manage), Ok(()));
}

#[test]
fn clients_are_limited_each_by_itself() {
    let door = Door::new();
    let limits = KeyLimits { requests_per_minute: Some(3), tokens_per_minute: Some(100) };
    let access = door.access(limits);
    let other: IpAddr = "192.0.2.7".parse().unwrap();
    (0..3).for_each(|_| assert!(access.admit(None, HOME).is_ok()));
    let Refusal::Requests { limit: 3, retry_after } = refusal(access.admit(None, HOME)) else { panic!() };
    assert!(retry_after > Duration::from_secs(15) && retry_after <= Duration::from_secs(20), "{retry_after:?}");
    let client = access.admit(None, other).unwrap();
    assert_eq!(client.spend(401), Err(Refusal::TooManyTokens { limit: 100, actual: 101 }));
    assert_eq!(client.spend(320), Ok(()));
    assert!(matches!(client.spend(200), Err(Refusal::Tokens { limit: 100, .. })));
    assert_eq!(client.spend(40), Ok(()));
}

#[test]
fn keys_are_not_guessed_faster_than_anybody_may_ask() {
    let door = Door::new();
    let (_, secret) = door.key(&[Scope::Use], KeyLimits::default());
    let access = door.access(KeyLimits { requests_per_minute: Some(3), tokens_per_minute: None });
    (0..3).for_each(|_| assert_eq!(refusal(access.admit(Some("breve_x_y"), HOME)), Refusal::WrongKey));
    for credential in [Some("breve_x_y"), None] {
        assert!(matches!(refusal(access.admit(credential, HOME)), Refusal::Requests { limit: 3, .. }));
    }
    assert!(access.admit(Some(&secret), HOME).is_ok(), "who has a key is counted by it");
}

#[test]
fn a_key_may_have_limits_of_its_own() {
    let door = Door::new();
    let own = KeyLimits { requests_per_minute: Some(1), tokens_per_minute: None };
    let (_, slow) = door.key(&[Scope::Use], own);
    let (_, quick) = door.key(&[Scope::Use], KeyLimits::default());
    let access = door.access(KeyLimits { requests_per_minute: Some(100), tokens_per_minute: Some(100) });
    assert!(access.admit(Some(&slow), HOME).unwrap().spend(100).is_ok());
    assert!(matches!(refusal(access.admit(Some(&slow), HOME)), Refusal::Requests { limit: 1, .. }));
    (0..10).for_each(|_| assert!(access.admit(Some(&quick), HOME).is_ok()));
}

#[test]
fn keys_that_cannot_be_read_let_nobody_in() {
    let door = Door::new();
    let access = door.access(KeyLimits::default());
    std::fs::write(door.folder.path().join("keys.toml"), "keys = 7").unwrap();
    assert!(matches!(refusal(access.admit(None, HOME)), Refusal::Keys(_)));
    assert!(Access::new(access.inner.policy.clone()).is_err(), "and the service does not start");
}

#[test]
fn the_file_holds_no_secret_and_is_its_owners_alone() {
    let door = Door::new();
    let (id, secret) = door.key(&[Scope::Use], KeyLimits::default());
    let path = door.folder.path().join("keys.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let random = secret.rsplit_once('_').unwrap().1;
    assert!(text.contains(&id.to_string()) && !text.contains(random), "{text}");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777,
        0o600
    );
    assert_eq!(format!("{:?}", Secret::generate().unwrap().1), "Secret(…)");
}

#[test]
fn keys_made_at_the_same_time_are_all_kept() {
    let door = Door::new();
    std::thread::scope(|scope| {
        (0..8).for_each(|_| drop(scope.spawn(|| door.key(&[Scope::Use], KeyLimits::default()))));
    });
    let ids: std::collections::HashSet<_> = door.keys().list().unwrap().into_iter().map(|key| key.id).collect();
    assert_eq!(ids.len(), 8);
}

/// Medians of how long it takes to look each secret up, in turn so that what slows one down slows all down.
fn lookup_times(keys: &std::collections::HashMap<KeyId, Key>, secrets: &[String]) -> Vec<Duration> {
    let mut times = vec![Vec::new(); secrets.len()];
    for _ in 0..2000 {
        for (secret, times) in secrets.iter().zip(&mut times) {
            let began = std::time::Instant::now();
            std::hint::black_box(Key::find(keys, std::hint::black_box(secret), SystemTime::now()));
            times.push(began.elapsed());
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    times.iter().map(|times| times[times.len() / 2]).collect()
}

#[test]
fn how_long_a_lookup_takes_tells_nothing_of_the_secret() {
    let door = Door::new();
    let (_, secret) = door.key(&[Scope::Use], KeyLimits::default());
    let keys = door.keys().current().unwrap();
    let changed = |at: usize| {
        let mut digits: Vec<char> = secret.chars().collect();
        digits[at] = if digits[at] == '0' { '1' } else { '0' };
        digits.into_iter().collect::<String>()
    };
    // Right, wrong at the first and at the last secret digit, and of a key that is not there.
    let secrets = [secret.clone(), changed(15), changed(secret.len() - 1), changed(6)];
    // A machine that is busy with something else gets more than one chance.
    let even = (0..5).any(|_| {
        let times = lookup_times(&keys, &secrets);
        let (shortest, longest) = (times.iter().min().unwrap(), times.iter().max().unwrap());
        longest.as_secs_f64() < shortest.as_secs_f64() * 1.3
    });
    assert!(even, "{:?}", lookup_times(&keys, &secrets));
}
