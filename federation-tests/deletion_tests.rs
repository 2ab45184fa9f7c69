//! People and groups that are deleted on the command line while the server runs.

use serde_json::Value;

use crate::kit::kith::Setup;
use crate::kit::{Kith, Peer, ports, until};

fn expect_gone(kith: &Kith, uri: &str, former: &str) {
    let path = uri.split_once(&kith.domain).expect("an id of ours").1;
    let document = kith.document(path);
    assert_eq!(document.status, 410, "{uri}: {}", document.text());
    assert_eq!(document.json()["type"], "Tombstone");
    assert_eq!(document.json()["formerType"], former);
}

#[test]
fn a_person_deleted_while_the_server_runs_is_gone_elsewhere_too() {
    let (a, b) = (ports::free(), ports::free());
    let hosts = vec![
        format!("alpha.localhost:{a}"),
        format!("beta.localhost:{b}"),
    ];
    let make = |name: &str, port| {
        let mut setup = Setup::new(&[]).named(name);
        setup.hosts.clone_from(&hosts);
        let kith = setup.make_at(port);
        kith.launch();
        kith
    };
    let (alpha, beta) = (make("alpha", a), make("beta", b));
    let (ada, bea) = (alpha.user("ada"), beta.user("bea"));
    let account = bea.follow(&ada.handle());
    until("the follow", || bea.follows(&account).then_some(()));
    let post = ada.toot("hello over there");
    let uri = post["uri"].as_str().expect("an id").to_owned();
    until("the post", || bea.status(&uri));
    alpha.cli(&["user", "delete", "ada"]);
    until("the deletion", || bea.status(&uri).is_none().then_some(()));
    expect_gone(&alpha, &ada.uri(), "Person");
    expect_gone(&alpha, &uri, "Note");
    let refused = ada.call("GET", "/api/v1/accounts/verify_credentials", &Value::Null);
    assert_eq!(refused.status, 401);
}

#[test]
fn a_deleted_groups_members_are_told() {
    let peer = Peer::new("peer");
    let kith = Kith::start(&[&peer]);
    let ada = kith.user("ada");
    let group = [
        "group",
        "create",
        "club",
        "--name",
        "Club",
        "--organizer",
        "ada",
    ];
    kith.cli(&group);
    let club = kith.url("/groups/club");
    peer.person("mo").follows(&kith, &club);
    kith.cli(&["group", "delete", "club"]);
    let delete = peer.awaits("Delete");
    assert_eq!(delete["actor"], club.as_str());
    assert_eq!(delete["object"], club.as_str());
    expect_gone(&kith, &club, "Group");
    assert_eq!(ada.me()["username"], "ada");
}
