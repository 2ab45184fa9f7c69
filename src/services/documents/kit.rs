//! For tests of documents, here and in `http::ap`: an instance with people, groups and remote actors.

use std::sync::Arc;

use crate::config::Config;
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::audience::{Audience, FieldAudience};
use crate::domain::clock::{FixedClock, Timestamp};
use crate::domain::delivery::TimeScale;
use crate::domain::event::{Event, EventVisibility, JoinMode, Place};
use crate::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use crate::domain::ids::{ActorId, FollowId, IdMaker};
use crate::domain::interaction::Policy;
use crate::domain::keys::{Algorithm, KeyPair, PublicKeyRow};
use crate::domain::moderation::{DomainAction, DomainRules, FederationMode};
use crate::domain::post::Post;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::domain::uris::Uris;
use crate::services::event::EventDraft;
use crate::services::post::Draft;
use crate::services::{self, Cached, Ctx, SystemRandom, Wake};
use crate::store::queue_kit::TestDb;
use crate::store::{self, actor_keys, actors, follows, profile_fields};

use super::{Document, Eyes, Server, Wanted, read};

pub(crate) const DOMAIN: &str = "kith.example";

/// What stands before the seed.
const ED25519: [u8; 16] = [
    0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
];

/// An instance on a database of its own, with a clock that stands still.
pub(crate) struct Kit {
    pub(crate) ctx: Ctx,
    pub(crate) clock: Arc<FixedClock>,
    _db: TestDb,
}

impl Kit {
    pub(crate) async fn new() -> Self {
        let db = TestDb::sqlite().await;
        let clock = Arc::new(FixedClock::at(Timestamp::from_secs(1_800_000_000)));
        let config = Config::minimal(DOMAIN, std::path::Path::new("/nowhere"));
        let ctx = Ctx {
            store: db.store.clone(),
            uris: Arc::new(Uris::new("https", DOMAIN)),
            clock: clock.clone(),
            random: Arc::new(SystemRandom),
            ids: Arc::new(IdMaker::new(1)),
            wake: Arc::new(Wake::default()),
            scale: TimeScale(1.0),
            limits: Arc::new(config.limits),
            instance: ActorId(1),
            rules: Arc::new(Cached::new(DomainRules::default())),
        };
        let kit = Kit {
            ctx,
            clock,
            _db: db,
        };
        let uri = kit.ctx.uris.instance_actor();
        let mut instance = kit.actor(&uri, DOMAIN, DOMAIN, ActorKind::Application);
        instance.id = kit.ctx.instance;
        kit.insert(&instance).await;
        kit
    }

    fn actor(&self, uri: &str, handle: &str, host: &str, kind: ActorKind) -> Actor {
        let at = |name: &str| Some(format!("{uri}/{name}"));
        Actor {
            id: ActorId(self.ctx.id()),
            uri: uri.to_owned(),
            kind,
            local: host == DOMAIN,
            handle: handle.to_owned(),
            host: host.to_owned(),
            handle_confirmed: true,
            name: format!("The {handle}"),
            summary: "<p>Hello</p>".to_owned(),
            summary_source: None,
            url: Some(uri.to_owned()),
            inbox: format!("{uri}/inbox"),
            shared_inbox: None,
            outbox: at("outbox"),
            followers: at("followers"),
            following: at("following"),
            featured: at("collections/featured"),
            icon: None,
            image: None,
            manually_approves: false,
            discoverable: true,
            indexable: false,
            accepts_joins: false,
            created_at: self.ctx.now(),
            updated_at: self.ctx.now(),
            fetched_at: self.ctx.now(),
            suspended_at: None,
            gone_at: None,
        }
    }

    async fn insert(&self, actor: &Actor) {
        let pair = |algorithm, public: Vec<u8>| KeyPair {
            algorithm,
            public,
            // PKCS#8 of an Ed25519 key (RFC 8410 §7); only the instance's signs.
            private: [&ED25519[..], &[7; 32]].concat(),
        };
        let key = |name: &str| format!("{}#{name}", actor.uri);
        let pairs = [
            (
                self.ctx.id(),
                key("main-key"),
                pair(Algorithm::Rsa, vec![48; 294]),
            ),
            (
                self.ctx.id(),
                key("ed25519-key"),
                pair(Algorithm::Ed25519, vec![7; 32]),
            ),
        ];
        // Ours that sign sign with RSA where they have it, and that one is made up.
        let skipped = usize::from(actor.kind == ActorKind::Application);
        let pairs = &pairs[skipped..];
        self.write(async |tx| {
            if !actor.local {
                return actors::insert(tx, actor).await;
            }
            actors::insert_local(tx, actor).await?;
            actor_keys::insert_pairs(tx, actor.id, pairs).await
        })
        .await;
    }

    pub(crate) async fn write<T, F>(&self, unit: F) -> T
    where
        F: for<'c> store::Unit<'c, store::Result<T>>,
    {
        self.ctx.store.transaction(unit).await.unwrap()
    }

    pub(crate) async fn person(&self, handle: &str) -> Actor {
        let uri = self.ctx.uris.person(handle);
        let actor = self.actor(&uri, handle, DOMAIN, ActorKind::Person);
        self.insert(&actor).await;
        actor
    }

    pub(crate) async fn group(&self, handle: &str, organizer: &Actor) -> Actor {
        let uri = self.ctx.uris.group(handle);
        let actor = self.actor(&uri, handle, DOMAIN, ActorKind::Group);
        self.insert(&actor).await;
        self.follow(organizer, &actor, MemberRole::Organizer).await;
        actor
    }

    pub(crate) async fn remote(&self, handle: &str, host: &str) -> Actor {
        let uri = format!("https://{host}/users/{handle}");
        let actor = self.actor(&uri, handle, host, ActorKind::Person);
        self.insert(&actor).await;
        actor
    }

    /// A remote actor whose key is known: it need not be fetched.
    pub(crate) async fn remote_with_key(&self, handle: &str, host: &str, key: Vec<u8>) -> Actor {
        let actor = self.remote(handle, host).await;
        let row = PublicKeyRow {
            uri: actor.main_key_uri(),
            algorithm: Algorithm::Ed25519,
            public: key,
        };
        let keys = &[(self.ctx.id(), row)];
        self.write(async |tx| actor_keys::replace_public(tx, actor.id, keys).await)
            .await;
        actor
    }

    pub(crate) async fn follow(&self, who: &Actor, target: &Actor, role: MemberRole) {
        let id = self.ctx.id();
        let follow = &Follow {
            id: FollowId(id),
            follower: who.id,
            target: target.id,
            uri: format!("{}/follows/{id}", who.uri),
            asked_by: AskedBy::Follow,
            state: FollowState::Accepted,
            role,
            created_at: self.ctx.now(),
        };
        self.write(async |tx| follows::insert(tx, follow).await)
            .await;
    }

    /// Changes what is stored of an actor.
    pub(crate) async fn change(&self, mut actor: Actor, how: impl FnOnce(&mut Actor)) {
        how(&mut actor);
        let actor = &actor;
        self.write(async |tx| actors::update(tx, actor).await).await;
        super::forget(&self.ctx, &actor.uri);
    }

    /// One field for each audience; its value is the name of the audience.
    pub(crate) async fn fields_of_every_audience(&self, actor: &Actor) {
        let fields: Vec<ProfileField> = FieldAudience::ALL
            .iter()
            .map(|audience| ProfileField {
                kind: FieldKind::Custom,
                name: format!("for {audience}"),
                value: format!("secret of {audience}"),
                audience: *audience,
            })
            .collect();
        let fields = &fields;
        self.write(async |tx| profile_fields::replace(tx, actor.id, fields).await)
            .await;
    }

    pub(crate) async fn post(&self, author: &Actor, text: &str, audience: Audience) -> Post {
        self.post_to(author, text, audience, &[]).await
    }

    /// `text` has to name the people as `@handle@host`.
    pub(crate) async fn post_to(
        &self,
        author: &Actor,
        text: &str,
        audience: Audience,
        mentioned: &[Actor],
    ) -> Post {
        let draft = draft(text, audience, mentioned);
        services::post::publish(&self.ctx, author, &draft)
            .await
            .unwrap()
    }

    pub(crate) async fn edit(&self, author: &Actor, post: &Post, text: &str) -> Post {
        let draft = draft(text, post.audience, &[]);
        services::post::edit(&self.ctx, author, post.id, &draft)
            .await
            .unwrap()
    }

    pub(crate) async fn event(
        &self,
        who: &Actor,
        group: Option<&Actor>,
        visibility: EventVisibility,
    ) -> Event {
        let draft = EventDraft {
            group: group.map(|group| group.id),
            title: "Thursday bouldering".to_owned(),
            description: "First time?".to_owned(),
            starts_at: self.ctx.now().plus(std::time::Duration::from_hours(48)),
            ends_at: None,
            timezone: "Europe/Berlin".to_owned(),
            place: Some(Place {
                name: "Boulderhalle Nord".to_owned(),
                street: "Geheime Straße 4".to_owned(),
                city: "Berlin".to_owned(),
                postal_code: "10999".to_owned(),
                latitude: Some(52.490_123),
                longitude: Some(13.430_987),
                ..Place::default()
            }),
            online_url: Some("https://meet.example/secret-room".to_owned()),
            capacity: Some(16),
            join_mode: JoinMode::Free,
            visibility,
            language: Some("en".to_owned()),
        };
        services::event::publish(&self.ctx, who, &draft)
            .await
            .unwrap()
    }

    pub(crate) fn block(&self, domain: &str) {
        self.ctx.rules.set(DomainRules::new(
            FederationMode::Open,
            [(domain.to_owned(), DomainAction::Block)],
        ));
    }

    /// What a stranger reads.
    pub(super) async fn read(&self, wanted: Wanted<'_>) -> Document {
        read(&self.ctx, wanted, Eyes::Everyone).await.unwrap()
    }

    /// What the server `host` reads.
    pub(super) async fn read_from(&self, host: &str, wanted: Wanted<'_>) -> Document {
        let origin = format!("https://{host}");
        let eyes = Eyes::Server(Server {
            origin: &origin,
            host,
        });
        read(&self.ctx, wanted, eyes).await.unwrap()
    }
}

fn draft(text: &str, audience: Audience, mentioned: &[Actor]) -> Draft {
    Draft {
        text: text.to_owned(),
        audience,
        warning: String::new(),
        sensitive: false,
        language: Some("en".to_owned()),
        in_reply_to: None,
        poll: None,
        media: Vec::new(),
        media_changes: Vec::new(),
        quoted: None,
        policy: Policy::default(),
        mentioned: mentioned.to_vec(),
    }
}

impl Document {
    /// The JSON of what was found.
    pub(crate) fn json(&self) -> serde_json::Value {
        match self {
            Document::Found(sheet) => serde_json::from_slice(&sheet.json).unwrap(),
            other => panic!("nothing was found: {other:?}"),
        }
    }

    /// The JSON of a tombstone.
    pub(crate) fn tombstone(&self) -> serde_json::Value {
        match self {
            Document::Gone(sheet) => serde_json::from_slice(&sheet.json).unwrap(),
            other => panic!("it is not gone: {other:?}"),
        }
    }
}
