//! People here and on other servers, written straight into the store.

use crate::app::App;
use crate::domain::account::Account;
use crate::domain::actor::{Actor, ActorKind, Role};
use crate::domain::ids::ActorId;
use crate::domain::keys::{Algorithm, KeyPair, PublicKeyRow};
use crate::federation::keys::generate_pairs;
use crate::federation::signatures::{PrivateKey, Signer};
use crate::services::accounts::{self, NewPerson};
use crate::services::profile::{self, Changes};
use crate::store::{self, actor_keys, actors};

/// Keys that everybody shares: what a key costs does not depend on whose it is.
const KEYS: usize = 8;

/// Rows written in one transaction.
const TOGETHER: usize = 200;

/// A person elsewhere, who can sign.
pub(super) struct Remote {
    pub(super) actor: Actor,
    pub(super) signer: Signer,
}

/// Makes `count` people here. They approve followers by hand, so that nothing is sent out in answer.
pub(super) async fn locals(app: &App, count: usize) -> anyhow::Result<Vec<Actor>> {
    let mut pairs: Vec<[KeyPair; 2]> = Vec::new();
    for _ in 0..KEYS.min(count) {
        pairs.push(tokio::task::spawn_blocking(generate_pairs).await??);
    }
    let mut made = Vec::with_capacity(count);
    for (number, pair) in (0..count).zip(pairs.iter().cycle()) {
        let person = NewPerson {
            handle: format!("person{number}"),
            email: format!("person{number}@bench.example"),
            password_hash: None,
            role: Role::Member,
            name: format!("Person {number}"),
        };
        let (actor, _): (Actor, Account) =
            accounts::create_person(&app.ctx, person, pair.clone()).await?;
        let changes = Changes {
            manually_approves: Some(true),
            ..Changes::default()
        };
        made.push(profile::update(&app.ctx, &actor, &changes).await?);
    }
    Ok(made)
}

/// Somebody here with a token that may do everything an app does.
pub(super) async fn with_token(app: &App, handle: &str) -> anyhow::Result<(Actor, String)> {
    let pair = tokio::task::spawn_blocking(generate_pairs).await??;
    person(app, handle, pair).await
}

/// The same for `count` people.
pub(super) async fn with_tokens(app: &App, count: usize) -> anyhow::Result<Vec<(Actor, String)>> {
    let pair = tokio::task::spawn_blocking(generate_pairs).await??;
    let mut made = Vec::with_capacity(count);
    for number in 0..count {
        made.push(person(app, &format!("listener{number}"), pair.clone()).await?);
    }
    Ok(made)
}

async fn person(app: &App, handle: &str, pair: [KeyPair; 2]) -> anyhow::Result<(Actor, String)> {
    let person = NewPerson {
        handle: handle.to_owned(),
        email: format!("{handle}@bench.example"),
        password_hash: None,
        role: Role::Member,
        name: handle.to_owned(),
    };
    let (actor, account) = accounts::create_person(&app.ctx, person, pair).await?;
    let scopes = "read write".parse()?;
    let token = accounts::create_token(&app.ctx, account.id, &scopes).await?;
    Ok((actor, token.expose().to_owned()))
}

/// Makes `count` people elsewhere, spread over `hosts`.
pub(super) async fn remotes(
    app: &App,
    count: usize,
    hosts: &[String],
) -> anyhow::Result<Vec<Remote>> {
    let mut keys = Vec::new();
    for _ in 0..KEYS.min(count) {
        keys.push(PrivateKey::generate(Algorithm::Rsa)?);
    }
    let mut made = Vec::with_capacity(count);
    for ((number, host), key) in (0..count)
        .zip(hosts.iter().cycle())
        .zip(keys.iter().cycle())
    {
        let actor = remote(app, number, host);
        let signer = Signer::new(key.clone(), actor.main_key_uri())?;
        made.push(Remote { actor, signer });
    }
    for some in made.chunks(TOGETHER) {
        app.ctx
            .store
            .transaction(async |tx| -> store::Result<()> {
                for Remote { actor, signer } in some {
                    actors::insert(tx, actor).await?;
                    let key = PublicKeyRow {
                        uri: signer.key_id().to_owned(),
                        algorithm: Algorithm::Rsa,
                        public: signer.key().public().to_der().to_vec(),
                    };
                    actor_keys::replace_public(tx, actor.id, &[(app.ctx.id(), key)]).await?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(made)
}

fn remote(app: &App, number: usize, host: &str) -> Actor {
    let uri = format!("http://{host}/users/user{number}");
    let at = |name: &str| format!("{uri}/{name}");
    let now = app.ctx.now();
    Actor {
        id: ActorId(app.ctx.id()),
        kind: ActorKind::Person,
        local: false,
        handle: format!("user{number}"),
        host: host.to_owned(),
        handle_confirmed: true,
        name: format!("User {number}"),
        summary: "<p>Somebody elsewhere</p>".to_owned(),
        summary_source: None,
        url: Some(format!("http://{host}/@user{number}")),
        inbox: at("inbox"),
        shared_inbox: Some(format!("http://{host}/inbox")),
        outbox: Some(at("outbox")),
        followers: Some(at("followers")),
        following: Some(at("following")),
        featured: None,
        icon: None,
        image: None,
        manually_approves: false,
        discoverable: true,
        indexable: true,
        accepts_joins: false,
        created_at: now,
        updated_at: now,
        fetched_at: now,
        suspended_at: None,
        gone_at: None,
        uri,
    }
}
