use super::super::*;
use super::{assert_is, here, public, url};
use crate::domain::actor::ActorKind;
use crate::wire::activitystreams::actor::IncomingActor;

const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----\n";

fn core(kind: ActorKind, path: &str, name: &str) -> OutgoingActor {
    OutgoingActor::from(ActorCore {
        id: here(path),
        kind,
        preferred_username: name.to_owned(),
        inbox: here(&format!("{path}/inbox")),
        public_key: OutgoingPublicKey {
            id: here(&format!("{path}#main-key")),
            owner: here(path),
            public_key_pem: PEM.to_owned(),
        },
    })
}

fn image(path: &str, name: Option<&str>) -> OutgoingImage {
    OutgoingImage {
        media_type: "image/webp".into(),
        url: here(path),
        name: name.map(str::to_owned),
    }
}

fn hashtag(name: &str) -> OutgoingTag {
    OutgoingTag::Hashtag {
        name: format!("#{name}"),
        href: here(&format!("tags/{name}")),
    }
}

pub(super) fn maria() -> OutgoingActor {
    let line = |name: &str, value: &str| OutgoingField {
        name: name.into(),
        value: value.into(),
    };
    let mut maria = core(ActorKind::Person, "people/maria", "maria");
    maria.webfinger = Some("maria@kith.example".into());
    maria.name = Some("Maria Lindt".into());
    maria.summary = Some(
        "<p>Electrical engineer in Berlin. Ask me about <a href=\"https://kith.example/tags/bouldering\" class=\"mention hashtag\" rel=\"tag\">#bouldering</a> and sourdough.</p>"
            .into(),
    );
    maria.url = Some(here("@maria"));
    maria.outbox = Some(here("people/maria/outbox"));
    maria.followers = Some(here("people/maria/followers"));
    maria.following = Some(here("people/maria/following"));
    maria.featured = Some(here("people/maria/collections/featured"));
    maria.featured_tags = Some(here("people/maria/collections/tags"));
    maria.upcoming_events = Some(here("people/maria/events"));
    maria.endpoints = Some(Endpoints {
        shared_inbox: here("inbox"),
    });
    maria.manually_approves_followers = Some(false);
    maria.discoverable = Some(true);
    maria.indexable = Some(false);
    maria.published = Some("2026-02-03T00:00:00Z".into());
    maria.updated = Some("2026-08-01T09:12:44Z".into());
    maria.also_known_as = vec![url("https://mastodon.example/users/maria_l")];
    maria.attribution_domains = vec!["maria.example".into()];
    maria.icon = Some(image("media/a/maria.webp", Some("Maria on a boulder")));
    maria.image = Some(image("media/h/maria.webp", Some("Berlin roofs")));
    maria.attachment = vec![
        line("Works as", "Electrical engineer at Voltwerk"),
        line(
            "Website",
            "<a href=\"https://maria.example\" rel=\"me nofollow noopener\" target=\"_blank\">https://maria.example</a>",
        ),
    ];
    maria.tag = vec![hashtag("bouldering")];
    maria.assertion_method = vec![OutgoingMultikey {
        id: here("people/maria#ed25519-key"),
        controller: here("people/maria"),
        public_key_multibase: "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQXJt6pKxL2Ziz".into(),
    }];
    maria.generator = Some(Generator {
        id: Some(here("actor")),
        implements: vec![Specification::rfc9421()],
    });
    maria
}

#[test]
fn a_person_is_served_as_the_example_shows() {
    assert_is("person", &maria().document());
}

#[test]
fn a_group_is_served_as_the_example_shows() {
    let mut group = core(ActorKind::Group, "groups/climb_berlin", "climb_berlin");
    group.name = Some("Climb Berlin".into());
    group.summary =
        Some("<p>Bouldering every Thursday. Mention us to post to everybody.</p>".into());
    group.url = Some(here("@climb_berlin"));
    group.outbox = Some(here("groups/climb_berlin/outbox"));
    group.followers = Some(here("groups/climb_berlin/followers"));
    group.members = Some(here("groups/climb_berlin/members"));
    group.events = Some(here("groups/climb_berlin/events"));
    group.upcoming_events = Some(here("groups/climb_berlin/events"));
    group.featured = Some(here("groups/climb_berlin/collections/featured"));
    group.attributed_to = Some(here("groups/climb_berlin/moderators"));
    group.endpoints = Some(Endpoints {
        shared_inbox: here("inbox"),
    });
    group.openness = Some("open".into());
    group.access_type = Some("open".into());
    group.capabilities = Some(Capabilities {
        accepts_joins: true,
        tentative_membership: false,
    });
    group.member_count = Some(41);
    group.posting_restricted_to_mods = Some(false);
    group.manually_approves_followers = Some(false);
    group.discoverable = Some(true);
    group.indexable = Some(true);
    group.published = Some("2026-03-01T00:00:00Z".into());
    group.updated = Some("2026-08-01T09:12:44Z".into());
    group.icon = Some(image("media/g/climb.webp", None));
    group.tag = vec![hashtag("climbing")];
    assert_is("group", &group.document());
}

#[test]
fn the_instance_actor_is_served_as_the_example_shows() {
    let mut actor = core(ActorKind::Application, "actor", "kith.example");
    actor.webfinger = Some("kith.example@kith.example".into());
    actor.name = Some("Kith".into());
    actor.summary = Some("<p>The server itself. Follow it for all public events.</p>".into());
    actor.url = Some(here("about"));
    actor.outbox = Some(here("actor/outbox"));
    actor.followers = Some(here("actor/followers"));
    actor.endpoints = Some(Endpoints {
        shared_inbox: here("inbox"),
    });
    actor.manually_approves_followers = Some(false);
    actor.discoverable = Some(false);
    actor.indexable = Some(false);
    actor.published = Some("2026-02-01T00:00:00Z".into());
    actor.implements = vec![Specification::rfc9421()];
    assert_is("application", &actor.document());
}

#[test]
fn a_changed_profile_is_sent_whole() {
    let update = OutgoingActivity::update(
        here("people/maria/updates/7"),
        here("people/maria"),
        maria(),
    );
    assert_is(
        "update_person",
        &update.addressed(vec![public()], vec![]).document(),
    );
}

#[test]
fn we_understand_our_own_actors() {
    let maria = IncomingActor::parse(maria().document().to_json().as_bytes()).unwrap();
    assert_eq!(maria.page_url(), Some(&here("@maria")));
    assert!(maria.inboxes_on_own_origin());
    assert_eq!(
        (
            maria.fields.len(),
            maria.keys().pem.len(),
            maria.keys().multi.len()
        ),
        (2, 1, 1)
    );
    assert_eq!(maria.implements().count(), 1);
    assert_eq!(
        maria.icon.unwrap().alt.as_deref(),
        Some("Maria on a boulder")
    );
}
