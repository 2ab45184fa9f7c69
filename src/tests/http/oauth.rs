//! Programs that people let act for them: the page, the codes, the tokens.

use serde_json::{Value, json};
use url::Url;

use kith::domain::actor::Actor;
use kith::store::push_subscriptions;

use crate::kit::browser::Browser;
use crate::kit::{Reply, TestKit};

const BACK: &str = "https://app.test/back";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A registered program.
struct Program {
    id: String,
    secret: String,
}

async fn register(kit: &TestKit, redirects: &str, scopes: &str) -> Program {
    let wanted = json!({"client_name": "Paper Plane", "redirect_uris": redirects, "scopes": scopes,
        "website": "https://app.test/"});
    let reply = kit.post_json("/api/v1/apps", None, &wanted).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let app = reply.json();
    Program {
        id: text(&app, "client_id"),
        secret: text(&app, "client_secret"),
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} in {value}"))
        .to_owned()
}

fn request<'a>(program: &'a Program, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("response_type", "code"),
        ("client_id", program.id.as_str()),
        ("redirect_uri", BACK),
        ("scope", "read write:statuses"),
        ("state", "a&b=c"),
    ];
    for (name, value) in more {
        all.retain(|(known, _)| known != name);
        all.push((name, value));
    }
    all
}

async fn show(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Reply {
    let mut address = Url::parse("https://kith.test/oauth/authorize").unwrap();
    address.query_pairs_mut().extend_pairs(fields);
    let path = format!("/oauth/authorize?{}", address.query().unwrap());
    browser.get(&path).await
}

/// The parameter of the address that a person is sent back to.
fn returned(reply: &Reply, name: &str) -> Option<String> {
    let address = Url::parse(reply.header("location")).unwrap();
    let found = address.query_pairs().find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned())
}

async fn code(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> String {
    let mut fields = fields.to_vec();
    fields.push(("answer", "allow"));
    let reply = browser.post("/oauth/authorize", &fields).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    returned(&reply, "code").unwrap()
}

async fn exchange(kit: &TestKit, program: &Program, code: &str, more: Value) -> Reply {
    let mut wanted = json!({"grant_type": "authorization_code", "client_id": program.id,
        "client_secret": program.secret, "redirect_uri": BACK, "code": code});
    for (key, value) in more.as_object().unwrap() {
        wanted[key] = value.clone();
    }
    kit.post_json("/oauth/token", None, &wanted).await
}

async fn whoami(kit: &TestKit, token: &str) -> Reply {
    kit.get_as("/api/v1/accounts/verify_credentials", token)
        .await
}

/// What an app asks for that wants push messages (the receiver of RFC 8291 §5).
fn subscription() -> Value {
    let key =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    json!({"subscription": {"endpoint": "https://push.example/x", "keys": {"p256dh": key, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}})
}

/// Subscriptions to push messages, whether their tokens count or not.
async fn subscriptions(kit: &TestKit, of: &Actor) -> i64 {
    let mut reader = kit.app.ctx.store.reader().await.unwrap();
    push_subscriptions::count(&mut reader, of.id).await.unwrap()
}

both_backends! {
    async fn a_person_lets_an_app_in_and_it_acts_for_them(kit: TestKit) {
        kit.member("maria").await;
        let program = register(&kit, BACK, "read write push").await;
        let mut browser = kit.logged_in("maria").await;
        let page = show(&mut browser, &request(&program, &[])).await;
        assert_eq!(page.status, 200);
        for words in ["Paper Plane", "app.test", "@maria@kith.test", "write:statuses"] {
            assert!(page.text().contains(words), "{words}");
        }
        assert!(page.header("content-security-policy").contains("form-action 'self' https://app.test;"));
        let reply = browser.post("/oauth/authorize", &[&request(&program, &[])[..], &[("answer", "allow")]].concat()).await;
        assert!(reply.header("location").starts_with("https://app.test/back?code="));
        assert_eq!(returned(&reply, "state").unwrap(), "a&b=c");
        let code = returned(&reply, "code").unwrap();
        let token = exchange(&kit, &program, &code, json!({})).await;
        assert_eq!(token.status, 200, "{}", token.text());
        assert_eq!(token.header("cache-control"), "no-store");
        let token = token.json();
        assert_eq!((text(&token, "token_type"), text(&token, "scope")), ("Bearer".into(), "read write:statuses".into()));
        let secret = text(&token, "access_token");
        assert_eq!(whoami(&kit, &secret).await.json()["acct"], "maria");
        let app = kit.get_as("/api/v1/apps/verify_credentials", &secret).await.json();
        assert_eq!(app["name"], "Paper Plane");
        let page = browser.get("/settings/apps").await;
        let listed = page.text();
        assert!(listed.contains("Paper Plane") && listed.contains("write:statuses"));
    }

    async fn whoever_says_no_is_sent_back_without_a_code(kit: TestKit) {
        kit.member("maria").await;
        let program = register(&kit, BACK, "read write").await;
        let mut browser = kit.logged_in("maria").await;
        let reply = browser.post("/oauth/authorize", &request(&program, &[])).await;
        assert_eq!(returned(&reply, "error").unwrap(), "access_denied");
        assert_eq!((returned(&reply, "code"), returned(&reply, "state").unwrap()), (None, "a&b=c".into()));
    }

    async fn strangers_log_in_first_and_come_back(kit: TestKit) {
        let program = register(&kit, BACK, "read write").await;
        let reply = show(&mut kit.browser(), &request(&program, &[])).await;
        assert_eq!(reply.status, 303);
        let to = reply.header("location");
        assert!(to.starts_with("/log-in?next=%2Foauth%2Fauthorize%3F"), "{to}");
    }

    async fn nobody_is_sent_to_an_address_that_was_not_registered(kit: TestKit) {
        kit.member("maria").await;
        let program = register(&kit, BACK, "read write:statuses").await;
        let mut browser = kit.logged_in("maria").await;
        for (name, value) in [
            ("redirect_uri", "https://evil.test/back"),
            ("redirect_uri", "https://app.test/back/../other"),
            ("redirect_uri", "https://app.test/back?x=1"),
            ("redirect_uri", "urn:ietf:wg:oauth:2.0:oob"),
            ("client_id", "unknown"),
            ("scope", "write"),
            ("scope", "read nonsense"),
            ("response_type", "token"),
            ("code_challenge", "short"),
        ] {
            let fields = request(&program, &[(name, value)]);
            let shown = show(&mut browser, &fields).await;
            assert_eq!(shown.status, 400, "{name}={value}");
            let fields = [&fields[..], &[("answer", "allow")]].concat();
            let sent = browser.post("/oauth/authorize", &fields).await;
            assert_eq!((sent.status.as_u16(), sent.headers.get("location")), (400, None), "{name}={value}");
        }
        let plain = request(&program, &[("code_challenge", VERIFIER), ("code_challenge_method", "plain")]);
        assert_eq!(show(&mut browser, &plain).await.status, 400);
    }

    async fn consent_is_only_given_on_our_own_page(kit: TestKit) {
        kit.member("maria").await;
        let program = register(&kit, BACK, "read write").await;
        let mut browser = kit.logged_in("maria").await;
        browser.says.retain(|(name, _)| *name != "sec-fetch-site");
        browser.says.push(("sec-fetch-site", "cross-site".into()));
        let fields = [&request(&program, &[])[..], &[("answer", "allow")]].concat();
        assert_eq!(browser.post("/oauth/authorize", &fields).await.status, 403);
    }

    async fn a_code_counts_once_and_its_token_ends_when_it_comes_again(kit: TestKit) {
        kit.member("maria").await;
        let program = register(&kit, BACK, "read write").await;
        let mut browser = kit.logged_in("maria").await;
        let code = code(&mut browser, &request(&program, &[])).await;
        let token = text(&exchange(&kit, &program, &code, json!({})).await.json(), "access_token");
        assert_eq!(whoami(&kit, &token).await.status, 200);
        let again = exchange(&kit, &program, &code, json!({})).await;
        assert_eq!((again.status.as_u16(), text(&again.json(), "error")), (400, "invalid_grant".into()));
        assert_eq!(whoami(&kit, &token).await.status, 401);
    }

    async fn a_code_is_worth_nothing_to_anybody_else(kit: TestKit) {
        kit.member("maria").await;
        let program = register(&kit, BACK, "read write").await;
        let other = register(&kit, BACK, "read write").await;
        let mut browser = kit.logged_in("maria").await;
        let code = code(&mut browser, &request(&program, &[])).await;
        for (more, error) in [
            (json!({"client_id": other.id, "client_secret": other.secret}), "invalid_grant"),
            (json!({"client_secret": other.secret}), "invalid_client"),
            (json!({"client_secret": null}), "invalid_client"),
            (json!({"client_id": "unknown"}), "invalid_client"),
            (json!({"redirect_uri": "https://app.test/"}), "invalid_grant"),
            (json!({"code_verifier": VERIFIER}), "invalid_grant"),
            (json!({"code": program.secret}), "invalid_grant"),
            (json!({"grant_type": "password"}), "unsupported_grant_type"),
        ] {
            let reply = exchange(&kit, &program, &code, more.clone()).await;
            assert_eq!(text(&reply.json(), "error"), error, "{more}");
        }
        assert_eq!(exchange(&kit, &program, &code, json!({})).await.status, 200);
    }

    async fn a_code_lives_ten_minutes(kit: TestKit) {
        kit.member("maria").await;
        let program = register(&kit, BACK, "read write").await;
        let mut browser = kit.logged_in("maria").await;
        let code = code(&mut browser, &request(&program, &[])).await;
        kit.clock.advance(std::time::Duration::from_secs(601));
        let reply = exchange(&kit, &program, &code, json!({})).await;
        assert_eq!(text(&reply.json(), "error"), "invalid_grant");
    }

    async fn with_a_challenge_only_the_verifier_counts_and_a_secret_is_not_needed(kit: TestKit) {
        kit.member("maria").await;
        let program = register(&kit, BACK, "read write").await;
        let mut browser = kit.logged_in("maria").await;
        let fields = request(&program, &[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
        let code = code(&mut browser, &fields).await;
        for wrong in [json!({}), json!({"code_verifier": CHALLENGE}), json!({"code_verifier": ""})] {
            let reply = exchange(&kit, &program, &code, wrong.clone()).await;
            assert_eq!(text(&reply.json(), "error"), "invalid_grant", "{wrong}");
        }
        let right = json!({"code_verifier": VERIFIER, "client_secret": null});
        assert_eq!(exchange(&kit, &program, &code, right).await.status, 200);
    }

    async fn out_of_band_shows_the_code(kit: TestKit) {
        kit.member("maria").await;
        let oob = "urn:ietf:wg:oauth:2.0:oob";
        let program = register(&kit, oob, "read").await;
        let mut browser = kit.logged_in("maria").await;
        let fields = request(&program, &[("redirect_uri", oob), ("scope", "")]);
        let page = browser.post("/oauth/authorize", &[&fields[..], &[("answer", "allow")]].concat()).await;
        assert_eq!(page.status, 200);
        let page = page.text();
        let code = page.split("<code class=\"copy\">").nth(1).unwrap().split('<').next().unwrap();
        let reply = exchange(&kit, &program, code, json!({"redirect_uri": oob})).await;
        assert_eq!(text(&reply.json(), "scope"), "read");
    }

    async fn an_app_has_a_token_of_its_own_for_what_concerns_nobody(kit: TestKit) {
        let program = register(&kit, BACK, "read write").await;
        let wanted = json!({"grant_type": "client_credentials", "client_id": program.id,
            "client_secret": program.secret, "scope": "read"});
        let token = text(&kit.post_json("/oauth/token", None, &wanted).await.json(), "access_token");
        let own = kit.get_as("/api/v1/apps/verify_credentials", &token).await;
        assert_eq!(own.json()["name"], "Paper Plane");
        assert_eq!(whoami(&kit, &token).await.status, 401);
        let more = json!({"grant_type": "client_credentials", "client_id": program.id,
            "client_secret": program.secret, "scope": "follow"});
        let refused = kit.post_json("/oauth/token", None, &more).await;
        assert_eq!(text(&refused.json(), "error"), "invalid_scope");
    }

    async fn a_token_ends_when_its_app_or_its_person_ends_it(kit: TestKit) {
        let maria = kit.member("maria").await;
        let (program, other) = (register(&kit, BACK, "read push").await, register(&kit, BACK, "read").await);
        let mut browser = kit.logged_in("maria").await;
        let fields = request(&program, &[("scope", "read push")]);
        let mut tokens = Vec::new();
        for _ in 0..2 {
            let code = code(&mut browser, &fields).await;
            tokens.push(text(&exchange(&kit, &program, &code, json!({})).await.json(), "access_token"));
        }
        for token in &tokens {
            let made = kit.post_json("/api/v1/push/subscription", Some(token), &subscription()).await;
            assert_eq!(made.status, 200, "{}", made.text());
        }
        assert_eq!(subscriptions(&kit, &maria).await, 2);
        let end = |by: &Program| json!({"client_id": by.id, "client_secret": by.secret, "token": tokens[0]});
        assert_eq!(kit.post_json("/oauth/revoke", None, &end(&other)).await.status, 200);
        assert_eq!(whoami(&kit, &tokens[0]).await.status, 200, "another app's revocation counts for nothing");
        assert_eq!(kit.post_json("/oauth/revoke", None, &end(&program)).await.status, 200);
        assert_eq!(whoami(&kit, &tokens[0]).await.status, 401);
        assert_eq!(whoami(&kit, &tokens[1]).await.status, 200);
        assert_eq!(subscriptions(&kit, &maria).await, 1, "push messages end with the token");
        let page = browser.get("/settings/apps").await;
        let page = page.text();
        let app = page.split("name=\"app\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(browser.post("/settings/apps/end", &[("app", app)]).await.status, 303);
        assert_eq!(whoami(&kit, &tokens[1]).await.status, 401);
        assert_eq!(subscriptions(&kit, &maria).await, 0);
        assert!(!browser.get("/settings/apps").await.text().contains("Paper Plane"));
    }

    async fn registration_refuses_what_could_run_and_what_is_no_scope(kit: TestKit) {
        for wrong in [
            json!({"client_name": "", "redirect_uris": BACK}),
            json!({"client_name": "x\ny", "redirect_uris": BACK}),
            json!({"client_name": "x", "redirect_uris": "javascript:alert(1)"}),
            json!({"client_name": "x", "redirect_uris": [BACK, "data:text/html,x"]}),
            json!({"client_name": "x"}),
            json!({"client_name": "x", "redirect_uris": BACK, "scopes": "admin:write"}),
            json!({"client_name": "x", "redirect_uris": BACK, "website": "javascript:alert(1)"}),
        ] {
            let reply = kit.post_json("/api/v1/apps", None, &wrong).await;
            assert_eq!(reply.status, 422, "{wrong}: {}", reply.text());
        }
    }

    async fn the_metadata_names_what_there_is(kit: TestKit) {
        let found = kit.get("/.well-known/oauth-authorization-server").await.json();
        assert_eq!(found["issuer"], "https://kith.test/");
        assert_eq!(found["token_endpoint"], "https://kith.test/oauth/token");
        let scopes = found["scopes_supported"].as_array().unwrap();
        assert!(scopes.contains(&json!("read")) && scopes.contains(&json!("write:events")));
    }
}
