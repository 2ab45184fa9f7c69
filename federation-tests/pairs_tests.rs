//! Two Kith, each on its own database, talking to each other.

use serde_json::{Value, json};

use crate::kit::kith::Setup;
use crate::kit::login::list;
use crate::kit::{Kith, Login, ports, setting_or_skip, until};

fn pair(first_on_postgres: bool) -> Option<(Kith, Kith)> {
    setting_or_skip("KITH_TEST_POSTGRES")?;
    let (a, b) = (ports::free(), ports::free());
    let hosts = vec![
        format!("alpha.localhost:{a}"),
        format!("beta.localhost:{b}"),
    ];
    let make = |name: &str, port, postgres| {
        let mut setup = Setup::new(&[]).named(name);
        setup.hosts.clone_from(&hosts);
        let kith = if postgres {
            setup.postgres().make_at(port)
        } else {
            setup.make_at(port)
        };
        kith.launch();
        kith
    };
    Some((
        make("alpha", a, first_on_postgres),
        make("beta", b, !first_on_postgres),
    ))
}

fn uri(of: &Value) -> &str {
    of["uri"].as_str().expect("an id")
}

fn at<'a>(login: &'a Login<'_>, uri: &'a str) -> impl Fn() -> Option<Value> + 'a {
    move || login.status(uri)
}

fn conversation(ada: &Login<'_>, bea: &Login<'_>) {
    let account = bea.follow(&ada.handle());
    until("the follow", || bea.follows(&account).then_some(()));
    let post = ada.toot("hello over there");
    let seen = until("the post", at(bea, uri(&post)));
    let here = seen["id"].as_str().expect("an id");
    let reply = bea.post(
        "/api/v1/statuses",
        &json!({"status": format!("@{} hello back", ada.handle()), "in_reply_to_id": here}),
    );
    let answered = until("the reply", at(ada, uri(&reply)));
    assert_eq!(answered["in_reply_to_id"], post["id"]);
    bea.post(&format!("/api/v1/statuses/{here}/favourite"), &json!({}));
    bea.post(&format!("/api/v1/statuses/{here}/reblog"), &json!({}));
    until("the like and the boost", || {
        let shown = ada.status(uri(&post))?;
        (shown["favourites_count"] == 1 && shown["reblogs_count"] == 1).then_some(())
    });
    let id = post["id"].as_str().expect("an id");
    ada.call(
        "PUT",
        &format!("/api/v1/statuses/{id}"),
        &json!({"status": "hello, edited"}),
    );
    until("the edit", || {
        bea.status(uri(&post))?["content"]
            .as_str()?
            .contains("edited")
            .then_some(())
    });
    ada.call("DELETE", &format!("/api/v1/statuses/{id}"), &Value::Null);
    until("the deletion", || {
        bea.status(uri(&post)).is_none().then_some(())
    });
}

fn meeting(ada: &Login<'_>, bea: &Login<'_>) {
    let event = ada.post(
        "/api/v1/events",
        &json!({"title": "Breakfast", "start_time": "2030-05-01T08:00:00Z",
        "timezone": "Europe/Berlin", "capacity": 4, "visibility": "public"}),
    );
    let id = event["id"].as_str().expect("an id");
    ada.post(
        &format!("/api/v1/events/{id}/invite"),
        &json!({"handles": [bea.handle()]}),
    );
    let found = until("the event elsewhere", || {
        list(&bea.look_up(uri(&event))["events"]).into_iter().next()
    });
    let there = found["id"].as_str().expect("an id");
    until("the invitation", || {
        (!bea.notifications().is_empty()).then_some(())
    });
    bea.post(
        &format!("/api/v1/events/{there}/join"),
        &json!({"answer": "going"}),
    );
    until("the acceptance", || {
        (ada.get(&format!("/api/v1/events/{id}"))["going_count"] == 1).then_some(())
    });
    until("the host's answer", || {
        (bea.get(&format!("/api/v1/events/{there}"))["own_participation"]["status"] == "going")
            .then_some(())
    });
}

#[test]
fn two_instances_talk_in_both_directions_on_either_database() {
    for first_on_postgres in [false, true] {
        let Some((alpha, beta)) = pair(first_on_postgres) else {
            return;
        };
        let (ada, bea) = (alpha.user("ada"), beta.user("bea"));
        conversation(&ada, &bea);
        conversation(&bea, &ada);
    }
}

#[test]
fn a_guest_from_another_instance_is_invited_and_accepts() {
    for first_on_postgres in [false, true] {
        let Some((alpha, beta)) = pair(first_on_postgres) else {
            return;
        };
        let (ada, bea) = (alpha.user("ada"), beta.user("bea"));
        meeting(&ada, &bea);
        meeting(&bea, &ada);
    }
}

#[test]
fn a_group_elsewhere_is_followed() {
    let Some((alpha, beta)) = pair(false) else {
        return;
    };
    let (_ada, bea) = (alpha.user("ada"), beta.user("bea"));
    alpha.make_group("readers", "Readers", "ada");
    let group = bea.follow(&format!("readers@{}", alpha.domain));
    until("the follow", || bea.follows(&group).then_some(()));
}
