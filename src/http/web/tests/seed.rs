//! A small community with something to say.

use crate::domain::actor::{Actor, ActorKind};
use crate::domain::audience::{Audience, FieldAudience};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventStatus, EventVisibility, Place};
use crate::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use crate::domain::ids::{ActorId, EventId, FollowId, ParticipationId, PostId};
use crate::domain::participation::{Participation, Standing};
use crate::domain::post::{Post, Recipient};
use crate::domain::profile::{FieldKind, ProfileField};
use crate::store::{self, Conn};

use super::kit::{DOMAIN, Kit, now, some_actor, some_event, some_post};

pub(super) const MARIA: ActorId = ActorId(10);
pub(super) const JONAS: ActorId = ActorId(11);
pub(super) const CLIMB: ActorId = ActorId(12);
pub(super) const REMOTE: ActorId = ActorId(13);

impl Kit {
    pub(super) async fn actor(&self, actor: Actor) {
        let done: store::Result<()> = self
            .ctx()
            .store
            .transaction(async |tx: &mut Conn| {
                if actor.local {
                    store::actors::insert_local(tx, &actor).await
                } else {
                    store::actors::insert(tx, &actor).await
                }
            })
            .await;
        done.unwrap();
    }

    pub(super) async fn fields(&self, actor: ActorId, fields: &[ProfileField]) {
        let done: store::Result<()> = self
            .ctx()
            .store
            .transaction(async |tx: &mut Conn| {
                store::profile_fields::replace(tx, actor, fields).await
            })
            .await;
        done.unwrap();
    }

    pub(super) async fn post(&self, post: Post, to: &[ActorId], tags: &[&str]) {
        let recipients: Vec<Recipient> = to
            .iter()
            .map(|&actor| Recipient {
                actor,
                mentioned: true,
            })
            .collect();
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let done: store::Result<()> = self
            .ctx()
            .store
            .transaction(async |tx: &mut Conn| {
                store::posts::insert(tx, &post, &recipients, &tags).await
            })
            .await;
        done.unwrap();
    }

    pub(super) async fn event(&self, event: Event) {
        let done: store::Result<()> = self
            .ctx()
            .store
            .transaction(async |tx: &mut Conn| store::events::insert(tx, &event).await)
            .await;
        done.unwrap();
    }

    pub(super) async fn goes(&self, actor: ActorId, event: EventId) {
        let standing = Participation {
            id: ParticipationId(actor.0 * 1_000 + event.0),
            event,
            actor,
            standing: Standing::Going,
            guests: 0,
            uri: format!("https://{DOMAIN}/joins/{actor}-{event}"),
            created_at: now(),
            updated_at: now(),
        };
        let done: store::Result<()> = self
            .ctx()
            .store
            .transaction(async |tx: &mut Conn| store::participations::upsert(tx, &standing).await)
            .await;
        done.unwrap();
    }

    pub(super) async fn follows(&self, follower: ActorId, target: ActorId, role: MemberRole) {
        let id = follower.0 * 1_000 + target.0;
        let follow = Follow {
            id: FollowId(id),
            follower,
            target,
            uri: format!("https://{DOMAIN}/follows/{id}"),
            asked_by: AskedBy::Follow,
            state: FollowState::Accepted,
            role,
            created_at: now(),
        };
        let done: store::Result<()> = self
            .ctx()
            .store
            .transaction(async |tx: &mut Conn| store::follows::insert(tx, &follow).await)
            .await;
        done.unwrap();
    }

    pub(super) async fn gone(&self, path: &str, public: bool) {
        let gone = store::tombstones::Tombstone {
            uri: format!("https://{DOMAIN}{path}"),
            former_type: "Note".into(),
            public,
            deleted_at: now(),
        };
        let done: store::Result<()> = self
            .ctx()
            .store
            .transaction(async |tx: &mut Conn| store::tombstones::insert(tx, &gone).await)
            .await;
        done.unwrap();
    }
}

pub(super) fn field(kind: FieldKind, name: &str, value: &str) -> ProfileField {
    ProfileField {
        kind,
        name: name.into(),
        value: value.into(),
        audience: FieldAudience::Everyone,
    }
}

/// A confirmed person of another server.
pub(super) fn remote_actor() -> Actor {
    Actor {
        local: false,
        uri: "https://social.example/users/ines".into(),
        url: Some("https://social.example/@ines".into()),
        host: "social.example".into(),
        name: "Inês Duarte".into(),
        summary: "<p>Sourdough, slow trains and <a href=\"https://social.example/tags/fado\">#fado</a>.</p>".into(),
        icon: Some("https://social.example/media/ines.png".into()),
        inbox: "https://social.example/users/ines/inbox".into(),
        ..some_actor(REMOTE.0, "ines")
    }
}

fn people() -> Vec<Actor> {
    let said = [
        (
            "Maria Lindqvist",
            "maria",
            "<p>I design signage by day and plan picnics by night. Ask me about <strong>letterforms</strong>, Swedish cinnamon buns, or the best beginner walls in Berlin.</p><p>Always up for a Tuesday climb.</p>",
        ),
        (
            "Jonas Okafor",
            "jonas",
            "<p>Backend engineer, amateur baker. I will bring bread.</p>",
        ),
    ];
    said.into_iter()
        .zip([MARIA, JONAS])
        .map(|((name, handle, summary), id)| Actor {
            name: name.into(),
            summary: summary.into(),
            ..some_actor(id.0, handle)
        })
        .collect()
}

pub(super) fn group() -> Actor {
    let uri = format!("https://{DOMAIN}/groups/climb_berlin");
    Actor {
        kind: ActorKind::Group,
        url: Some(uri.clone()),
        uri,
        name: "Climb Berlin".into(),
        summary: "<p>Bouldering on Tuesdays, ropes on some Sundays, cake always. Beginners are the point: somebody will show you how to fall.</p>".into(),
        ..some_actor(CLIMB.0, "climb_berlin")
    }
}

pub(super) fn meetup() -> Event {
    Event {
        host: CLIMB,
        organizer: Some(MARIA),
        title: "Tuesday bouldering for beginners".into(),
        content: "<p>We meet by the shoe counter. Bring water and socks; shoes and chalk can be borrowed.</p><ul><li>19:00 warm up together</li><li>19:20 three easy walls</li><li>21:00 cake</li></ul>".into(),
        ends_at: Timestamp::parse("2026-05-12T20:00:00Z"),
        place: Some(Place {
            name: "Boulderhalle Südblock".into(),
            street: "Geheime Straße 4".into(),
            city: "Berlin".into(),
            postal_code: "10999".into(),
            country: "Germany".into(),
            ..Place::default()
        }),
        online_url: Some("https://meet.example/secret-room".into()),
        capacity: Some(12),
        seats_taken: 9,
        going: 8,
        ..some_event()
    }
}

fn posts() -> Vec<Post> {
    vec![
        Post {
            likes: 5,
            replies: 1,
            boosts: 2,
            ..some_post(100, MARIA, "<p>Found a hand-painted bakery sign from 1931 behind a billboard today. The <em>ß</em> has a tail like a cat. Who wants to come and look on Saturday?</p><p><a href=\"https://kith.example/tags/lettering\" class=\"mention hashtag\">#lettering</a></p>")
        },
        Post {
            in_reply_to: Some(PostId(100)),
            in_reply_to_uri: Some(format!("https://{DOMAIN}/posts/100")),
            thread: PostId(100),
            ..some_post(101, JONAS, "<p>Me! I will bring a loaf from the living to honour the dead bakery.</p>")
        },
        Post {
            warning: "Food, and a strong opinion about it".into(),
            ..some_post(102, MARIA, "<p>Cinnamon buns without cardamom are just rolls.</p>")
        },
        Post {
            local: false,
            uri: "https://social.example/users/ines/1".into(),
            url: Some("https://social.example/@ines/1".into()),
            attachments: Some("[{\"url\":\"https://social.example/media/1.jpg\",\"media_type\":\"image/jpeg\",\"alt\":\"A night train at a platform\"}]".into()),
            ..some_post(103, REMOTE, "<p>Night train to Lisbon, window open.</p>")
        },
        Post {
            kind: "Announce".into(),
            boost_of: Some(PostId(103)),
            thread: PostId(104),
            ..some_post(104, MARIA, "")
        },
    ]
}

/// People, a group, a friend from elsewhere, what they said and what they plan.
pub(super) async fn community(kit: &Kit) {
    for actor in people().into_iter().chain([group(), remote_actor()]) {
        kit.actor(actor).await;
    }
    neighbours(kit).await;
    maria_introduces_herself(kit).await;
    kit.follows(MARIA, CLIMB, MemberRole::Organizer).await;
    kit.follows(JONAS, CLIMB, MemberRole::Member).await;
    kit.follows(JONAS, MARIA, MemberRole::Follower).await;
    kit.follows(MARIA, JONAS, MemberRole::Follower).await;
    plans(kit).await;
    said(kit).await;
}

async fn neighbours(kit: &Kit) {
    let named = [
        (
            "Amara Nwosu",
            "amara",
            "Product manager. Learning the cello, badly and loudly.",
        ),
        (
            "Tomasz Zieliński",
            "tomasz",
            "Timber-frame carpenter. Board games with too many pieces.",
        ),
        (
            "藤井 さくら",
            "sakura",
            "Translator, night walker, collector of paper bags.",
        ),
        (
            "Leyla Haddad",
            "leyla",
            "Runs along the canal at six. Slowly. Join me?",
        ),
        ("Ben", "ben", ""),
    ];
    for (i, (name, handle, about)) in (20..).zip(named) {
        kit.actor(Actor {
            name: name.into(),
            summary: format!("<p>{about}</p>"),
            ..some_actor(i, handle)
        })
        .await;
    }
}

async fn maria_introduces_herself(kit: &Kit) {
    kit.fields(
        MARIA,
        &[
            field(
                FieldKind::Headline,
                "",
                "Makes signs that people actually read",
            ),
            field(FieldKind::Pronouns, "", "she/her"),
            field(FieldKind::Role, "", "Signage designer"),
            field(FieldKind::Organisation, "", "Studio Wegweiser"),
            field(FieldKind::Place, "", "Berlin"),
            field(FieldKind::Languages, "", "Swedish, German, English"),
            field(FieldKind::Link, "Website", "https://maria.example/"),
            field(
                FieldKind::Custom,
                "Could talk an hour about",
                "Why motorway fonts are kind",
            ),
            ProfileField {
                audience: FieldAudience::Instance,
                ..field(FieldKind::Custom, "Desk", "Third floor, by the fern")
            },
            ProfileField {
                audience: FieldAudience::Friends,
                ..field(FieldKind::Custom, "Birthday", "The ninth of June")
            },
            ProfileField {
                audience: FieldAudience::OnlyMe,
                ..field(FieldKind::Custom, "Wish", "Somebody to sing with")
            },
        ],
    )
    .await;
}

async fn plans(kit: &Kit) {
    kit.event(meetup()).await;
    kit.event(Event {
        id: EventId(901),
        uri: format!("https://{DOMAIN}/events/901"),
        title: "Sunday ropes at the old water tower".into(),
        host: CLIMB,
        starts_at: Timestamp::parse("2026-05-24T08:00:00Z").unwrap(),
        status: EventStatus::Cancelled,
        ..some_event()
    })
    .await;
    kit.event(Event {
        id: EventId(903),
        uri: format!("https://{DOMAIN}/events/903"),
        title: "A walk to look at old shop signs".into(),
        host: MARIA,
        starts_at: Timestamp::parse("2026-05-09T13:00:00Z").unwrap(),
        place: Some(Place {
            name: "Hermannplatz".into(),
            city: "Berlin".into(),
            ..Place::default()
        }),
        going: 3,
        ..some_event()
    })
    .await;
    kit.event(Event {
        id: EventId(902),
        uri: format!("https://{DOMAIN}/events/902"),
        title: "A picnic that is nobody's business".into(),
        host: MARIA,
        visibility: EventVisibility::Invited,
        ..some_event()
    })
    .await;
}

async fn said(kit: &Kit) {
    for post in posts() {
        let tags: &[&str] = if post.id.0 == 100 {
            &["lettering"]
        } else {
            &[]
        };
        kit.post(post, &[], tags).await;
    }
    kit.post(
        Post {
            audience: Audience::Followers,
            ..some_post(110, MARIA, "<p>Only for followers: I am moving out.</p>")
        },
        &[],
        &["lettering"],
    )
    .await;
    kit.post(
        Post {
            audience: Audience::Direct,
            in_reply_to: Some(PostId(100)),
            in_reply_to_uri: Some(format!("https://{DOMAIN}/posts/100")),
            thread: PostId(100),
            ..some_post(111, MARIA, "<p>Only for Jonas: do you like her?</p>")
        },
        &[JONAS],
        &["lettering"],
    )
    .await;
}
