use std::error::Error as _;

use diesel_async::RunQueryDsl as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Mode, Options, PostgresError, Server};
use crate::store::Store;

fn take(url: &str) -> (String, Option<String>, Option<String>) {
    let (url, options) = Options::take(url);
    (url, options.mode, options.roots)
}

#[test]
fn our_options_are_taken_out_and_the_others_stay_as_they_are() {
    let (url, mode, roots) = take(
        "postgres://a:p%40@h/d?application_name=x%20y&sslmode=verify-full&sslrootcert=%2Fca.pem",
    );
    assert_eq!(url, "postgres://a:p%40@h/d?application_name=x%20y");
    assert_eq!(mode.as_deref(), Some("verify-full"));
    assert_eq!(roots.as_deref(), Some("/ca.pem"));
    assert_eq!(take("postgres://h/d?sslmode=require").0, "postgres://h/d");
    assert_eq!(take("postgres://h/d").0, "postgres://h/d");
}

#[test]
fn only_servers_elsewhere_are_asked_for_tls_unless_it_is_said() {
    let has_tls = |url: &str| Server::parse(url).unwrap().tls.is_some();
    for here in [
        "postgres://h@127.0.0.1/d",
        "postgres://h@[::1]/d",
        "postgres://h@localhost/d",
        "postgres:///d?host=/run/postgresql",
        "postgres://h@db.example/d?sslmode=disable",
    ] {
        assert!(!has_tls(here), "{here}");
    }
    assert!(has_tls("postgres://h@db.example/d"));
    assert!(has_tls("postgres://h@127.0.0.1/d?sslmode=require"));
}

#[test]
fn a_wrong_word_or_file_is_no_reason_to_do_without() {
    let wrong = Server::parse("postgres://h@db.example/d?sslmode=verify");
    assert!(matches!(wrong.err(), Some(PostgresError::Mode)));
    assert_eq!(Mode::parse("allow"), None);
    let wrong = Server::parse("postgres://h@db.example/d?sslmode=verify-full&sslrootcert=/no/file");
    assert!(matches!(wrong.err(), Some(PostgresError::Roots(_))));
}

#[derive(diesel::QueryableByName)]
struct Seen {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    ssl: bool,
}

/// Whether the server says that it is spoken to over TLS.
async fn is_secure(url: &str) -> Result<bool, PostgresError> {
    let mut connection = Server::parse(url)?.connect().await?;
    let seen: Seen = diesel::sql_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        .get_result(&mut connection)
        .await
        .unwrap();
    Ok(seen.ssl)
}

/// The server for tests, and the file of its authority; `None`, with a word, where there is none with TLS.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told by the environment where PostgreSQL is"
)]
fn server() -> Option<(String, String)> {
    let found = std::env::var("KITH_TEST_POSTGRES").ok();
    let found = found.zip(std::env::var("KITH_TEST_POSTGRES_CA").ok());
    if found.is_none() {
        eprintln!("skipped: KITH_TEST_POSTGRES_CA is not set");
    }
    found
}

#[tokio::test]
async fn each_mode_is_as_secure_as_it_says() {
    let Some((url, ca)) = server() else { return };
    let secure = async |options: &str| is_secure(&format!("{url}?{options}")).await;
    assert!(!is_secure(&url).await.unwrap());
    assert!(!secure("sslmode=disable").await.unwrap());
    for checked in [
        "sslmode=prefer".to_owned(),
        "sslmode=require".to_owned(),
        format!("sslmode=require&sslrootcert={ca}"),
        format!("sslmode=verify-ca&sslrootcert={ca}"),
        format!("sslmode=verify-full&sslrootcert={ca}"),
    ] {
        assert!(secure(&checked).await.unwrap(), "{checked}");
    }
    // No system knows the authority of this server.
    for refused in [
        "sslmode=verify-ca",
        "sslmode=verify-full",
        "sslmode=require&sslrootcert=system",
    ] {
        let refused = secure(refused).await;
        assert!(
            matches!(refused, Err(PostgresError::Connect(_))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_where_the_name_counts() {
    let Some((url, ca)) = server() else { return };
    let url = url.replace("127.0.0.1", "localhost");
    let named = is_secure(&format!("{url}?sslmode=verify-full&sslrootcert={ca}")).await;
    let error = named.unwrap_err();
    let cause = error.source().and_then(std::error::Error::source).unwrap();
    assert!(cause.to_string().contains("certificate"), "{cause}");
    let chained = is_secure(&format!("{url}?sslmode=verify-ca&sslrootcert={ca}")).await;
    assert!(chained.unwrap());
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing_where_tls_is_required() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 8];
        stream.read_exact(&mut asked).await.unwrap();
        stream.write_all(b"N").await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        rest
    };
    let url = format!("postgres://kith:secret@127.0.0.1:{port}/kith?sslmode=require");
    let server = Server::parse(&url).unwrap();
    let connecting = async { server.connect().await.err() };
    let (told, refused) = tokio::join!(serving, connecting);
    assert!(matches!(refused, Some(PostgresError::Connect(_))));
    assert!(told.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_store_can_be_opened_over_tls() {
    let Some((admin, ca)) = server() else { return };
    let name = format!("kith_tls_{}", std::process::id());
    let run = async |sql: String| crate::store::execute_on_server(&admin, &sql).await.unwrap();
    run(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    run(format!("CREATE DATABASE {name}")).await;
    let (start, _) = admin.rsplit_once('/').unwrap();
    let url = format!("{start}/{name}?sslmode=verify-full&sslrootcert={ca}");
    let store = Store::open(&url).await.unwrap();
    let seen: Seen = diesel::sql_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        .get_result(&mut *store.reader().await.unwrap())
        .await
        .unwrap();
    assert!(seen.ssl);
    drop(store);
    run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
}
