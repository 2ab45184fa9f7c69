//! Who a presented token or cookie speaks for.

use crate::auth::scope::Scopes;
use crate::auth::token::TokenHash;
use crate::domain::account::Session;
use crate::domain::actor::{Actor, Role};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, ClientAppId, SessionId, TokenId};
use crate::store::{self, accounts, actors, sessions};

use super::Ctx;

/// A local person, as their token proves them.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub account: AccountId,
    pub actor: Actor,
    pub role: Role,
    pub token: TokenId,
    /// The program that holds the token, where it is one's.
    pub client_app: Option<ClientAppId>,
    /// What the token may do.
    pub scopes: Scopes,
}

/// A local person in a browser that is logged in. It may do whatever the person may.
#[derive(Debug, Clone)]
pub struct Visit {
    pub session: SessionId,
    pub account: AccountId,
    pub actor: Actor,
    pub role: Role,
}

/// The person whose token hashes to `hash`. `None` when it is unknown or revoked, or the person is suspended or gone.
///
/// A scope that this version does not know grants nothing.
///
/// # Errors
/// When the database fails.
pub async fn by_token(ctx: &Ctx, hash: &TokenHash) -> store::Result<Option<SignedIn>> {
    let mut c = ctx.store.reader().await?;
    let found = accounts::find_by_token(&mut c, hash.to_string().as_bytes()).await?;
    let Some((account, token)) = found else {
        return Ok(None);
    };
    let actor = actors::find(&mut c, account.actor).await?;
    Ok(actor.filter(Actor::is_active).map(|actor| SignedIn {
        account: account.id,
        actor,
        role: account.role,
        token: token.id,
        client_app: token.client_app,
        scopes: token
            .scopes
            .split_whitespace()
            .filter_map(|scope| scope.parse().ok())
            .collect(),
    }))
}

/// The person whose cookie hashes to `hash`. `None` when it is unknown, ended or idle for too long, or the person is
/// suspended or gone. Once an hour it is noted that the browser was seen.
///
/// # Errors
/// When the database fails.
pub async fn by_cookie(ctx: &Ctx, hash: &TokenHash) -> store::Result<Option<Visit>> {
    let now = ctx.now();
    let mut c = ctx.store.reader().await?;
    let found = sessions::find(&mut c, hash.to_string().as_bytes()).await?;
    let Some((session, account)) = found.filter(|(session, _)| !session.is_idle(now)) else {
        return Ok(None);
    };
    let actor = actors::find(&mut c, account.actor).await?;
    drop(c);
    if session.is_unseen(now) {
        note_seen(ctx, &session, now).await;
    }
    Ok(actor.filter(Actor::is_active).map(|actor| Visit {
        session: session.id,
        account: account.id,
        actor,
        role: account.role,
    }))
}

/// A page that cannot be noted is shown all the same.
async fn note_seen(ctx: &Ctx, session: &Session, now: Timestamp) {
    let noted = ctx
        .store
        .transaction(async |tx| sessions::touch(tx, session.id, now).await)
        .await;
    if let Err(error) = noted {
        tracing::info!(%error, "it could not be noted that a browser was seen");
    }
}
