//! Checklist 57 and 59: what is not for everyone reaches nobody outside, by any door.

use serde_json::{Value, json};

use crate::kit::activities::id;
use crate::kit::login::list;
use crate::kit::{Ask, Kith, Login, Peer, Remote, Signing, until};

/// Words that stand only in what is secret.
const SECRET: &str = "the word is rhubarb";

/// A post of Ada's, and who may read it.
struct Case {
    post: Value,
    /// Somebody on another server who may.
    reader: Remote,
}

impl Case {
    fn number(&self) -> &str {
        self.post["id"].as_str().expect("an id")
    }

    fn path<'a>(&'a self, kith: &Kith) -> &'a str {
        let uri = self.post["uri"].as_str().expect("an id");
        uri.strip_prefix(&kith.url("")).expect("ours")
    }
}

fn write(ada: &Login<'_>, visibility: &str, text: &str) -> Value {
    ada.post(
        "/api/v1/statuses",
        &json!({"status": format!("{text} {SECRET} #rhubarb"), "visibility": visibility}),
    )
}

/// Everything that a stranger could ask for about a post, as a server.
fn documents(path: &str) -> Vec<String> {
    [
        "",
        "/activity",
        "/replies",
        "/replies/page",
        "/likes",
        "/shares",
    ]
    .iter()
    .map(|tail| format!("{path}{tail}"))
    .collect()
}

/// Lists in which it would stand if it were public.
fn lists(own: &str) -> Vec<String> {
    let mut all: Vec<String> = [
        "/api/v1/timelines/public?limit=40",
        "/api/v1/timelines/public?limit=40&local=true",
        "/api/v1/timelines/tag/rhubarb?limit=40",
        "/api/v2/search?q=rhubarb",
        "/api/v2/search?q=%23rhubarb",
        "/api/v2/search?q=ada&type=statuses",
    ]
    .map(str::to_owned)
    .to_vec();
    for tail in [
        "",
        "?exclude_replies=true",
        "?pinned=true",
        "?only_media=true",
        "?max_id=9223372036854775807",
    ] {
        all.push(format!("/api/v1/accounts/{own}/statuses{tail}"));
    }
    all
}

fn holds_secret(kith: &Kith, ask: &Ask) -> bool {
    kith.ask(ask).text().contains(SECRET)
}

fn with(ask: Ask, login: Option<&Login<'_>>) -> Ask {
    match login {
        Some(login) => ask.header("Authorization", format!("Bearer {}", login.token)),
        None => ask,
    }
}

/// Nobody but `case.reader`'s server, and the writer, gets anything of it.
fn assert_closed(
    kith: &Kith,
    (ada, ben): (&Login<'_>, &Login<'_>),
    case: &Case,
    stranger: &Remote,
) {
    closed_to_servers(kith, ben, case, stranger);
    closed_in_the_client_api(kith, (ada, ben), case);
    closed_on_pages_and_in_collections(kith, case, stranger);
}

fn closed_to_servers(kith: &Kith, ben: &Login<'_>, case: &Case, stranger: &Remote) {
    let path = case.path(kith);
    for document in documents(path) {
        let missing = kith.document("/posts/1");
        for ask in [
            Ask::get(&document).header("Accept", "application/activity+json"),
            Signing::of(stranger).get(&kith.domain, &document),
            Signing::modern(stranger).get(&kith.domain, &document),
            Ask::get(&document).header("Accept", "text/html"),
            with(
                Ask::get(&document).header("Accept", "application/activity+json"),
                Some(ben),
            ),
        ] {
            let answer = kith.ask(&ask);
            assert_eq!(answer.status, 404, "{document}");
            assert!(!answer.text().contains(SECRET));
            if answer.header("content-type") == missing.header("content-type") {
                assert_eq!(
                    answer.text(),
                    missing.text(),
                    "{document} differs from what never was"
                );
            }
        }
    }
    let signed = kith.ask(&Signing::of(&case.reader).get(&kith.domain, path));
    assert!(
        signed.status == 200 && signed.text().contains(SECRET),
        "its reader gets {}",
        signed.status
    );
    assert!(
        signed
            .header("cache-control")
            .is_some_and(|c| c.contains("private")),
        "{:?}",
        signed.headers
    );
}

fn closed_in_the_client_api(kith: &Kith, (ada, ben): (&Login<'_>, &Login<'_>), case: &Case) {
    let own = ada.me()["id"].as_str().expect("an id").to_owned();
    let number = case.number();
    for login in [None, Some(ben)] {
        for tail in ["", "/context", "/source", "/favourited_by", "/reblogged_by"] {
            let ask = with(Ask::get(&format!("/api/v1/statuses/{number}{tail}")), login);
            let status = kith.ask(&ask).status;
            assert!(matches!(status, 401 | 404), "{tail}: {status}");
        }
        for tail in ["/favourite", "/reblog", "/unfavourite", "/unreblog"] {
            let ask = with(
                Ask::of("POST", &format!("/api/v1/statuses/{number}{tail}")),
                login,
            );
            let status = kith.ask(&ask).status;
            assert!(matches!(status, 401 | 404), "{tail}: {status}");
        }
        for list in lists(&own) {
            assert!(!holds_secret(kith, &with(Ask::get(&list), login)), "{list}");
        }
    }
    for verb in ["PUT", "DELETE"] {
        let answer = ben.call(
            verb,
            &format!("/api/v1/statuses/{number}"),
            &json!({"status": "taken over"}),
        );
        assert!(
            matches!(answer.status, 403 | 404),
            "{verb}: {}",
            answer.status
        );
    }
    let answering = json!({"status": "an answer", "in_reply_to_id": number});
    assert!(matches!(
        ben.call("POST", "/api/v1/statuses", &answering).status,
        404 | 422
    ));
    for timeline in [
        "/api/v1/timelines/home?limit=40",
        "/api/v1/notifications?limit=40",
    ] {
        assert!(
            !ben.get(timeline).to_string().contains(SECRET),
            "{timeline}"
        );
    }
}

fn closed_on_pages_and_in_collections(kith: &Kith, case: &Case, stranger: &Remote) {
    let path = case.path(kith);
    for page in [
        "/",
        "/people/ada",
        "/@ada",
        "/tags/rhubarb",
        "/about",
        "/people/ada?before=9223372036854775807",
    ] {
        assert!(
            !holds_secret(kith, &Ask::get(page).header("Accept", "text/html")),
            "{page}"
        );
    }
    for collection in [
        "outbox",
        "outbox/page",
        "collections/featured",
        "collections/tags",
        "followers",
        "following",
        "events",
    ] {
        for ask in [
            Ask::get(&format!("/people/ada/{collection}"))
                .header("Accept", "application/activity+json"),
            Signing::of(stranger).get(&kith.domain, &format!("/people/ada/{collection}")),
        ] {
            let text = kith.ask(&ask).text();
            assert!(
                !text.contains(SECRET) && !text.contains(path),
                "{collection}: {text}"
            );
        }
    }
}

/// What was delivered anywhere, as text.
fn delivered(peer: &Peer) -> String {
    let bodies = peer.seen().into_iter().map(|seen| seen.body);
    bodies
        .map(|body| String::from_utf8_lossy(&body).into_owned())
        .collect()
}

#[test]
fn a_direct_post_is_for_those_it_names_alone() {
    let (named, following, other) = (
        Peer::new("named"),
        Peer::new("following"),
        Peer::new("other"),
    );
    let kith = Kith::start(&[&named, &following, &other]);
    let (ada, ben) = (kith.user("ada"), kith.user("ben"));
    let reader = named.person("carla");
    following.person("frida").follows(&kith, &ada.uri());
    ben.follow(&ada.handle());
    let stranger = other.person("olga");
    stranger.posts_to(&ada, "known here");
    ada.account(&reader.handle()).expect("found");
    let post = write(&ada, "direct", &format!("@{}", reader.handle()));
    let case = Case { post, reader };
    named.awaits("Create");
    assert_closed(&kith, (&ada, &ben), &case, &stranger);
    // A follower's server is as strange as any other.
    let follower = Remote::new(&following, "frida2");
    follower.publish();
    let status = kith
        .ask(&Signing::of(&follower).get(&kith.domain, case.path(&kith)))
        .status;
    assert_eq!(status, 404);
    change_and_delete(&kith, &ada, &case, &named);
    for peer in [&following, &other] {
        assert!(!delivered(peer).contains(case.path(&kith)), "{}", peer.host);
    }
}

#[test]
fn a_post_for_followers_is_for_followers_alone() {
    let (following, other, left) = (
        Peer::new("following"),
        Peer::new("other"),
        Peer::new("left"),
    );
    let kith = Kith::start(&[&following, &other, &left]);
    let (ada, ben) = (kith.user("ada"), kith.user("ben"));
    let reader = following.person("frida");
    reader.follows(&kith, &ada.uri());
    let former = left.person("former");
    let follow = former.follows(&kith, &ada.uri());
    former.tell(&kith, &former.undo(&follow));
    kith.after_all(&former, &ada);
    let stranger = other.person("olga");
    stranger.posts_to(&ada, "known here");
    let post = write(&ada, "private", "");
    let case = Case { post, reader };
    following.awaits("Create");
    assert_closed(&kith, (&ada, &ben), &case, &stranger);
    assert_closed(&kith, (&ada, &ben), &case, &former);
    change_and_delete(&kith, &ada, &case, &following);
    for peer in [&other, &left] {
        assert!(!delivered(peer).contains(case.path(&kith)), "{}", peer.host);
    }
}

/// An edit, a like of one's own, a boost and the deletion go where the post went, and nowhere else.
fn change_and_delete(kith: &Kith, ada: &Login<'_>, case: &Case, reading: &Peer) {
    let number = case.number();
    let edit = json!({"status": format!("still {SECRET}")});
    assert_eq!(
        ada.call("PUT", &format!("/api/v1/statuses/{number}"), &edit)
            .status,
        200
    );
    reading.awaits("Update");
    ada.call(
        "POST",
        &format!("/api/v1/statuses/{number}/favourite"),
        &Value::Null,
    );
    ada.call(
        "POST",
        &format!("/api/v1/statuses/{number}/reblog"),
        &Value::Null,
    );
    kith.settle();
    assert_eq!(
        ada.call(
            "DELETE",
            &format!("/api/v1/statuses/{number}"),
            &Value::Null
        )
        .status,
        200
    );
    reading.awaits("Delete");
    kith.settle();
    for activity in reading.received() {
        for hidden in ["bto", "bcc"] {
            assert!(
                !activity.to_string().contains(&format!("\"{hidden}\"")),
                "{activity}"
            );
        }
    }
    // Gone for the server that had it; for all others it never was.
    let signed = kith.ask(&Signing::of(&case.reader).get(&kith.domain, case.path(kith)));
    assert_eq!(signed.status, 410);
    assert_eq!(kith.document(case.path(kith)).status, 404);
}

#[test]
fn what_others_wrote_for_few_is_not_passed_on() {
    let (peer, other) = (Peer::new("peer"), Peer::new("other"));
    let kith = Kith::start(&[&peer, &other]);
    let (ada, ben) = (kith.user("ada"), kith.user("ben"));
    let carla = peer.person("carla");
    other.person("frida").follows(&kith, &ada.uri());
    ada.follows_remote(&carla);
    let direct = carla.direct(SECRET, &[&ada.uri()]);
    let mut private = carla.note(SECRET, &[]);
    private["to"] = json!([carla.followers()]);
    private["cc"] = json!([]);
    for note in [&direct, &private] {
        carla.tell(&kith, &carla.create(note));
        let shown = ada.awaits_status(id(note));
        let number = shown["id"].as_str().expect("an id").to_owned();
        assert!(ben.status(id(note)).is_none());
        for login in [None, Some(&ben)] {
            for tail in ["", "/context", "/favourited_by", "/reblogged_by"] {
                let status = kith
                    .ask(&with(
                        Ask::get(&format!("/api/v1/statuses/{number}{tail}")),
                        login,
                    ))
                    .status;
                assert_eq!(status, 404, "{tail}");
            }
        }
        let page = kith.page(&format!("/posts/{number}"));
        assert!(page.status == 404 && !page.text().contains(SECRET));
        let uri: String = url::form_urlencoded::byte_serialize(id(note).as_bytes()).collect();
        assert!(
            !kith
                .page(&format!("/authorize_interaction?uri={uri}"))
                .text()
                .contains(SECRET)
        );
        // Looking it up by its address shows it to nobody it is not for.
        assert_eq!(
            list(&ben.look_up(id(note))["statuses"]),
            Vec::<Value>::new()
        );
        let boosted = ada
            .call(
                "POST",
                &format!("/api/v1/statuses/{number}/reblog"),
                &Value::Null,
            )
            .status;
        assert!(matches!(boosted, 403 | 404 | 422), "{boosted}");
    }
    // An answer to what was for one alone is for its writer alone, whatever it asks for.
    let shown = ada.status(id(&direct)).expect("still there");
    let answer = ada.post(
        "/api/v1/statuses",
        &json!({"status": format!("@{} yes, {SECRET}", carla.handle()), "in_reply_to_id": shown["id"], "visibility": "public"}),
    );
    assert_eq!(answer["visibility"], "direct", "{answer}");
    kith.settle();
    assert!(
        !ben.get("/api/v1/timelines/public?limit=40")
            .to_string()
            .contains(SECRET)
    );
    let told = delivered(&other);
    peer.awaits("Create");
    assert!(
        !told.contains("/notes/") && !told.contains(SECRET),
        "{told}"
    );
    until("the notification", || {
        (ada.told("mention") >= 1).then_some(())
    });
}
