use std::path::{Path, PathBuf};

use super::{Config, ConfigError, FederationMode, MailTransport, Registration, Scheme, key};

fn env(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    let owned: Vec<_> = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    owned.into_iter()
}

fn load_text(text: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kith.toml");
    std::fs::write(&file, text).unwrap();
    Config::load(Some(&file), env(pairs))
}

/// `key: advice` of everything that is wrong.
fn problems(text: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    match load_text(text, pairs) {
        Err(ConfigError::Invalid { problems }) => {
            problems.iter().map(ToString::to_string).collect()
        }
        other => panic!("expected problems, got {other:?}"),
    }
}

fn example_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/kith.example.toml")
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch that regenerates the file is no setting of the server"
)]
fn the_example_file_is_what_the_generator_writes() {
    if std::env::var("KITH_REGENERATE").is_ok() {
        std::fs::write(example_file(), Config::example()).unwrap();
    }
    let committed = std::fs::read_to_string(example_file()).unwrap_or_default();
    assert_eq!(
        committed,
        Config::example(),
        "run this test with KITH_REGENERATE=1"
    );
}

#[test]
fn the_example_file_can_be_used_as_it_is() {
    let config = load_text(&Config::example(), &[]).unwrap();
    assert_eq!(config.instance.domain, "kith.example");
}

#[test]
fn every_sample_in_the_example_file_is_valid() {
    let is_setting = |line: &str| line.contains(" = ") || line.starts_with('[');
    let all_set: Vec<String> = Config::example()
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| is_setting(rest))
                .unwrap_or(line)
        })
        .filter(|line| !line.starts_with("path = "))
        .map(ToOwned::to_owned)
        .collect();
    let config = load_text(&all_set.join("\n"), &[]).unwrap();
    assert_eq!(
        config.instance.contact.as_deref(),
        Some("hello@kith.example")
    );
    assert!(config.storage.s3.is_some());
}

#[test]
fn defaults_are_those_of_the_contract() {
    let config = Config::minimal("kith.example", Path::new("/data"));
    assert!(config.validate().is_empty());
    insta::assert_snapshot!(config.redacted(), @r#"
    [instance]
    domain = "kith.example"
    scheme = "https"
    name = "Kith"
    description = ""
    contact = ""
    languages = ["en"]
    registration = "closed"

    [server]
    listen = "127.0.0.1:8080"
    admin_listen = "127.0.0.1:9090"
    trusted_proxies = []

    [database]
    url = "sqlite:/data/kith.db"

    [storage]
    path = "/data/media"

    [mail]
    transport = "none"
    from = ""

    [federation]
    mode = "open"
    authorized_fetch = false
    loopback_hosts = []
    extra_ca_file = ""
    time_scale = 1.0

    [limits]
    body_bytes = 1048576
    json_depth = 32
    redirects = 3
    fetch_seconds = 12
    fetches_per_trigger = 20
    new_actors_per_activity = 50
    inbox_per_host_per_minute = 3000
    inbox_waiting = 200000
    invites_per_actor_per_hour = 50
    invites_per_host_per_hour = 300
    mentions_per_activity = 50
    login_per_account_per_10min = 10
    signup_per_address_per_hour = 5
    image_pixels = 40000000
    image_bytes = 10485760
    name_chars = 100
    bio_chars = 10000
    post_chars = 5000
    "#);
}

#[test]
fn everything_that_is_printed_can_be_read_again() {
    let config = Config::minimal("kith.example", Path::new("/data"));
    let again = load_text(&config.redacted(), &[]).unwrap();
    assert_eq!(again.redacted(), config.redacted());
    for key in key::all().filter(|key| !key.path.starts_with("storage.s3")) {
        assert!(
            config
                .redacted()
                .contains(&format!("\n{} = ", key.split().1)),
            "{}",
            key.path
        );
    }
}

#[test]
fn the_environment_wins_over_the_file() {
    let text = "[instance]\ndomain = \"a.example\"\n[limits]\nredirects = 1\n";
    let config = load_text(
        text,
        &[
            ("KITH__INSTANCE__DOMAIN", "alpha.localhost:8100"),
            ("KITH__INSTANCE__SCHEME", "http"),
            ("KITH__INSTANCE__LANGUAGES", "de, en"),
            ("KITH__INSTANCE__REGISTRATION", "approval"),
            ("KITH__SERVER__TRUSTED_PROXIES", "10.0.0.0/8,::1"),
            (
                "KITH__FEDERATION__LOOPBACK_HOSTS",
                "[\"beta.localhost:8101\"]",
            ),
            ("KITH__FEDERATION__MODE", "allowlist"),
            ("KITH__FEDERATION__AUTHORIZED_FETCH", "true"),
            ("KITH__FEDERATION__TIME_SCALE", "60"),
            ("KITH__LIMITS__BODY_BYTES", "2_000"),
            ("KITH__MAIL__TRANSPORT", "file:mail"),
            ("KITH_LOG", "debug"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.instance.domain, "alpha.localhost:8100");
    assert_eq!(
        (config.instance.host(), config.instance.port()),
        ("alpha.localhost", Some(8100))
    );
    assert_eq!(config.instance.scheme, Scheme::Http);
    assert_eq!(config.instance.languages, ["de", "en"]);
    assert_eq!(config.instance.registration, Registration::Approval);
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert_eq!(config.federation.loopback_hosts, ["beta.localhost:8101"]);
    assert_eq!(config.federation.mode, FederationMode::Allowlist);
    assert!(config.federation.authorized_fetch);
    assert!((config.federation.time_scale - 60.0).abs() < f64::EPSILON);
    assert_eq!(
        (config.limits.body_bytes, config.limits.redirects),
        (2_000, 1)
    );
    assert!(matches!(config.mail.transport, MailTransport::File(_)));
}

#[test]
fn settings_without_a_file_come_from_the_environment() {
    let config = Config::load(None, env(&[("KITH__INSTANCE__DOMAIN", "a.example")])).unwrap();
    assert_eq!(config.instance.domain, "a.example");
    assert!(config.data_dir.is_absolute());
}

#[test]
fn unknown_names_are_errors_that_name_the_nearest_known_one() {
    let text = "port = 1\n[instance]\ndomian = \"a.example\"\n[databse]\nurl = \"\"\n[storage.s3]\nbuckt = \"x\"\n";
    let found = problems(
        text,
        &[
            ("KITH__SERVER__LISEN", "127.0.0.1:1"),
            ("KITH__INSTANCE__DOMAIN", "a.example"),
        ],
    );
    insta::assert_snapshot!(found.join("\n"), @r#"
    databse: There is no section of this name; the nearest one is [database].
    instance.domian: There is no key of this name; the nearest one is `instance.domain`.
    port: There is no key of this name; the nearest one is `mail.from`.
    storage.s3.buckt: There is no key of this name; the nearest one is `storage.s3.bucket`.
    KITH__SERVER__LISEN: No key belongs to this environment variable; the nearest one is KITH__SERVER__LISTEN.
    "#);
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = r#"
        [instance]
        domain = "Kith.Example"
        scheme = "http"
        registration = "maybe"
        languages = []
        contact = "somewhere"
        name = 7
        [server]
        listen = "localhost:8080"
        admin_listen = "127.0.0.1:8080"
        trusted_proxies = ["proxy.example"]
        [database]
        url = "mysql://u:s3cret@h/d"
        [mail]
        transport = "pigeon://u:s3cret@h"
        [storage]
        path = "files"
        s3.endpoint = "http://s3.example"
        [federation]
        mode = "closed"
        loopback_hosts = ["*.localhost", "beta.localhost:8101"]
        time_scale = 0
        authorized_fetch = "yes"
        [limits]
        body_bytes = 0
        image_pixels = -1
    "#;
    let found = problems(text, &[]).join("\n");
    assert!(!found.contains("s3cret"));
    insta::assert_snapshot!(found, @r#"
    instance.name: This must be a text in quotes.
    instance.registration: Choose one of `open`, `approval`, `invite` and `closed`.
    server.listen: Write an IP address and a port, such as `127.0.0.1:8080` or `[::]:8080`.
    server.trusted_proxies: `proxy.example` is no address; write an IP such as `10.0.0.2` or a range such as `10.0.0.0/8`.
    database.url: Write `sqlite:FILE` or `postgres://user:password@host/name`.
    storage.path: Files live in one place: remove this key or those of `storage.s3`.
    mail.transport: Write `none`, `file:DIR`, `smtp://user:password@host:587` or `smtps://user:password@host:465`.
    federation.mode: Choose `open` or `allowlist`.
    federation.authorized_fetch: This must be true or false.
    limits.image_pixels: This must be a whole number, 0 or more.
    instance.domain: Write it in lower case.
    instance.scheme: Plain http is for hosts under `.localhost` only; set it to `https`.
    instance.contact: Write a mail address, or an address that starts with `https://`.
    instance.languages: List at least one language, each as a tag such as `en` or `pt-BR`.
    server.admin_listen: It must differ from `server.listen`; choose another port.
    storage.s3.endpoint: Write the address of the service, such as `https://s3.example`.
    storage.s3.bucket: Set it too; `storage.s3` needs all of its keys.
    storage.s3.region: Set it too; `storage.s3` needs all of its keys.
    storage.s3.access_key_id: Set it too; `storage.s3` needs all of its keys.
    storage.s3.secret_access_key: Set it too; `storage.s3` needs all of its keys.
    federation.loopback_hosts: `*.localhost` must be a lower-case name with its port, such as `beta.localhost:8101`, without patterns.
    federation.time_scale: It must be above 0; 1.0 is real time, 60.0 makes a minute a second.
    limits.body_bytes: It must be above 0, or nothing would get through.
    "#);
}

#[test]
fn a_missing_domain_is_a_problem() {
    assert_eq!(problems("", &[]).len(), 1);
}

#[test]
fn a_domain_is_written_as_it_stands_in_handles() {
    let faults = |domain: &str| {
        let mut config = Config::minimal("a.example", Path::new("/data"));
        config.instance.domain = domain.to_owned();
        config.validate().len()
    };
    for good in [
        "kith.example",
        "xn--bcher-kva.example",
        "a.test:8443",
        "a-b.c.example",
    ] {
        assert_eq!(faults(good), 0, "{good}");
    }
    for bad in [
        "",
        "kith",
        "KITH.example",
        "bücher.example",
        "https://kith.example",
        "kith.example/",
        "kith.example:443",
        "kith.example:8443",
        "kith.example:0",
        "kith.example:+80",
        "10.0.0.1",
        "[::1]",
        "-a.example",
        "a..example",
        "a.example.",
        "a b.example",
    ] {
        assert_eq!(faults(bad), 1, "{bad}");
    }
}

#[test]
fn plain_http_is_for_localhost_names_only() {
    let mut config = Config::minimal("alpha.localhost:8100", Path::new("/data"));
    assert_eq!(config.instance.scheme, Scheme::Http);
    assert!(config.validate().is_empty());
    for domain in ["alpha.test", "localhost.example", "notlocalhost"] {
        domain.clone_into(&mut config.instance.domain);
        assert!(
            config.validate().iter().any(|p| p.key == "instance.scheme"),
            "{domain}"
        );
    }
}

#[test]
fn the_admin_listener_must_not_meet_the_public_one() {
    let mut config = Config::minimal("a.example", Path::new("/data"));
    for (public, admin, good) in [
        ("127.0.0.1:80", "127.0.0.1:80", false),
        ("0.0.0.0:80", "127.0.0.1:80", false),
        ("10.0.0.1:80", "127.0.0.1:80", true),
        ("127.0.0.1:0", "127.0.0.1:0", true),
    ] {
        config.server.listen = public.parse().unwrap();
        config.server.admin_listen = admin.parse().unwrap();
        assert_eq!(config.validate().is_empty(), good, "{public} {admin}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_without_quoting_it() {
    let error = load_text("[database]\nurl = postgres://u:s3cret@h/d\n", &[])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("line 2") && !error.contains("s3cret"),
        "{error}"
    );
}

#[test]
fn a_missing_file_is_named() {
    let error = Config::load(Some(Path::new("/nowhere/kith.toml")), env(&[])).unwrap_err();
    assert!(error.to_string().contains("/nowhere/kith.toml"));
}

#[test]
fn relative_paths_start_at_the_folder_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kith.toml");
    std::fs::write(
        &file,
        "[instance]\ndomain = \"a.example\"\n[federation]\nextra_ca_file = \"ca.pem\"\n",
    )
    .unwrap();
    let config = Config::load(Some(&file), env(&[])).unwrap();
    assert_eq!(config.storage.path, folder.path().join("media"));
    assert_eq!(
        config.federation.extra_ca_file,
        Some(folder.path().join("ca.pem"))
    );
    assert!(config.database.url.redacted().ends_with("/kith.db"));
}
