//! People and groups of this instance: made, suspended, let in, and deleted.

mod build;
mod delete;
#[cfg(test)]
mod tests;

use crate::auth::token::Token as Secret;
use crate::domain::account::{Account, Token};
use crate::domain::actor::{Actor, ActorKind, Role};
use crate::domain::follow::{AskedBy, Follow, FollowState, MemberRole};
use crate::domain::handle::{Handle, HandleError};
use crate::domain::ids::{AccountId, ActorId, FollowId, TokenId};
use crate::domain::keys::KeyPair;
use crate::store::signals::Topic;
use crate::store::{self, Conn, Error};

use super::{Chance, Ctx, documents};

pub use delete::{Left, delete};

pub(super) use build::{Named, blank, email, named_keys};

/// Why an account or group could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The handle breaks a rule.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// Somebody has, or had, this handle.
    #[error("this handle is taken")]
    HandleTaken,
    /// No mail address.
    #[error("this is not a mail address")]
    Email,
    /// Another account uses the address.
    #[error("another account uses this mail address")]
    EmailTaken,
    /// Too long, empty, or several lines.
    #[error("a name has 1 to {0} characters on one line")]
    Name(usize),
    /// There is no such person or group here, or it was deleted.
    #[error("there is nobody here by that name")]
    Unknown,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] Error),
}

/// A person who gets an account.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// As it was typed; upper case is folded.
    pub handle: String,
    pub email: String,
    /// Argon2id in PHC form; `None` for one who cannot log in by password.
    pub password_hash: Option<String>,
    pub role: Role,
    /// What others see; the handle where it is empty.
    pub name: String,
}

/// How one becomes a member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinMode {
    /// By asking.
    Open,
    /// An organizer agrees.
    Approval,
    /// Only who was invited; others who ask wait like with `Approval`.
    Invite,
}

/// A group that a local person founds.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// As it was typed; upper case is folded.
    pub handle: String,
    pub name: String,
    /// A local person; becomes its first organizer.
    pub organizer: ActorId,
    pub join: JoinMode,
}

/// Makes a person with keys and an account.
///
/// # Errors
/// Says what is wrong with handle, address or name, or that one is taken.
pub async fn create_person(
    ctx: &Ctx,
    new: NewPerson,
    pairs: [KeyPair; 2],
) -> Result<(Actor, Account), AccountError> {
    let born = conceive(ctx, new, pairs)?;
    ctx.store
        .transaction(async |tx| born.insert(tx).await)
        .await?;
    Ok((born.actor, born.account))
}

/// A person who is about to be made: everything but the rows.
pub(super) struct Born {
    pub(super) actor: Actor,
    pub(super) account: Account,
    keys: Vec<(i64, String, KeyPair)>,
}

/// Checks what is wanted of a new person, and makes ids and addresses.
pub(super) fn conceive(
    ctx: &Ctx,
    new: NewPerson,
    pairs: [KeyPair; 2],
) -> Result<Born, AccountError> {
    let handle = Handle::claim(&new.handle, ctx.uris.host())?;
    let email = build::email(&new.email)?;
    let name = build::name(&new.name, handle.as_str(), ctx.limits.name_chars)?;
    let now = ctx.now();
    let named = Named {
        id: ActorId(ctx.id()),
        kind: ActorKind::Person,
        handle: handle.as_str(),
        name: &name,
        now,
    };
    let actor = blank(&ctx.uris, &ctx.uris.person(handle.as_str()), named);
    let account = Account {
        id: AccountId(ctx.id()),
        actor: actor.id,
        email,
        password: new.password_hash,
        role: new.role,
        created_at: now,
        suspended_at: None,
    };
    let keys = named_keys(&actor.uri, pairs, || ctx.id());
    Ok(Born {
        actor,
        account,
        keys,
    })
}

impl Born {
    /// The rows.
    pub(super) async fn insert(&self, tx: &mut Conn) -> Result<(), AccountError> {
        let used = store::accounts::find_by_email(tx, &self.account.email).await?;
        if used.is_some() {
            return Err(AccountError::EmailTaken);
        }
        insert(tx, &self.actor, &self.keys).await?;
        match store::accounts::insert(tx, &self.account).await {
            Err(Error::Duplicate(_)) => Err(AccountError::EmailTaken),
            other => Ok(other?),
        }
    }
}

/// Makes a group with keys; its founder is its organizer at once.
///
/// # Errors
/// Says what is wrong with handle or name; [`AccountError::Unknown`] where the founder is no active local person.
pub async fn create_group(
    ctx: &Ctx,
    new: NewGroup,
    pairs: [KeyPair; 2],
) -> Result<Actor, AccountError> {
    let handle = Handle::claim(&new.handle, ctx.uris.host())?;
    let name = build::name(&new.name, handle.as_str(), ctx.limits.name_chars)?;
    let named = Named {
        id: ActorId(ctx.id()),
        kind: ActorKind::Group,
        handle: handle.as_str(),
        name: &name,
        now: ctx.now(),
    };
    let actor = Actor {
        manually_approves: new.join != JoinMode::Open,
        accepts_joins: true,
        ..blank(&ctx.uris, &ctx.uris.group(handle.as_str()), named)
    };
    let keys = named_keys(&actor.uri, pairs, || ctx.id());
    let follow = FollowId(ctx.id());
    ctx.store
        .transaction(async |tx| {
            let founder = store::actors::find(tx, new.organizer)
                .await?
                .filter(|founder| founder.local && founder.is_active() && !founder.is_group())
                .ok_or(AccountError::Unknown)?;
            insert(tx, &actor, &keys).await?;
            let membership = Follow {
                id: follow,
                follower: founder.id,
                target: actor.id,
                uri: ctx.uris.under(&founder.uri, "follows", follow.0),
                asked_by: AskedBy::Join,
                state: FollowState::Accepted,
                role: MemberRole::Organizer,
                created_at: actor.created_at,
            };
            Ok::<_, AccountError>(store::follows::insert(tx, &membership).await?)
        })
        .await?;
    Ok(actor)
}

async fn insert(
    tx: &mut Conn,
    actor: &Actor,
    keys: &[(i64, String, KeyPair)],
) -> Result<(), AccountError> {
    match store::actors::insert_local(tx, actor).await {
        Err(Error::Duplicate(_)) => return Err(AccountError::HandleTaken),
        other => other?,
    }
    Ok(store::actor_keys::insert_pairs(tx, actor.id, keys).await?)
}

/// The local person or group called `handle`, also when suspended or gone.
///
/// # Errors
/// [`AccountError::Unknown`] when there never was one.
pub async fn find(ctx: &Ctx, handle: &str) -> Result<Actor, AccountError> {
    let handle = handle.trim().trim_start_matches('@').to_ascii_lowercase();
    let mut reader = ctx.store.reader().await?;
    store::actors::find_local(&mut reader, &handle)
        .await?
        .filter(|actor| actor.kind != ActorKind::Application)
        .ok_or(AccountError::Unknown)
}

/// The local person called `handle`, with the account.
///
/// # Errors
/// [`AccountError::Unknown`] when there is none.
pub async fn find_person(ctx: &Ctx, handle: &str) -> Result<(Actor, Account), AccountError> {
    let actor = find(ctx, handle).await?;
    let mut reader = ctx.store.reader().await?;
    let account = store::accounts::find_by_actor(&mut reader, actor.id).await?;
    Ok((actor, account.ok_or(AccountError::Unknown)?))
}

/// Shuts a local actor out: its pages answer 410, nothing is sent for it, and all its log-ins end.
///
/// # Errors
/// [`AccountError::Unknown`] when there is no such local actor.
pub async fn suspend(ctx: &Ctx, actor: ActorId) -> Result<(), AccountError> {
    let (now, signal) = (ctx.now(), ctx.id());
    let found = ctx
        .store
        .transaction(async |tx| {
            let (mut found, account) = load(tx, actor).await?;
            found.suspended_at = found.suspended_at.or(Some(now));
            store::actors::update(tx, &found).await?;
            if let Some(mut account) = account {
                account.suspended_at = account.suspended_at.or(Some(now));
                store::accounts::update(tx, &account).await?;
                store::accounts::end_log_ins(tx, account.id, now).await?;
            }
            announce(tx, signal, actor).await?;
            Ok::<_, AccountError>(found)
        })
        .await?;
    documents::forget(ctx, &found.uri);
    Ok(())
}

/// Lets a suspended local actor in again. It has to log in anew.
///
/// # Errors
/// [`AccountError::Unknown`] when there is no such local actor.
pub async fn unsuspend(ctx: &Ctx, actor: ActorId) -> Result<(), AccountError> {
    let signal = ctx.id();
    let found = ctx
        .store
        .transaction(async |tx| {
            let (mut found, account) = load(tx, actor).await?;
            found.suspended_at = None;
            store::actors::update(tx, &found).await?;
            if let Some(mut account) = account {
                account.suspended_at = None;
                store::accounts::update(tx, &account).await?;
            }
            announce(tx, signal, actor).await?;
            Ok::<_, AccountError>(found)
        })
        .await?;
    documents::forget(ctx, &found.uri);
    Ok(())
}

/// Replaces the password of a local person and ends all log-ins.
///
/// # Errors
/// [`AccountError::Unknown`] when the actor has no account.
pub async fn set_password(ctx: &Ctx, actor: ActorId, hash: String) -> Result<(), AccountError> {
    let (now, signal) = (ctx.now(), ctx.id());
    ctx.store
        .transaction(async |tx| {
            let (_, account) = load(tx, actor).await?;
            let mut account = account.ok_or(AccountError::Unknown)?;
            account.password = Some(hash.clone());
            store::accounts::update(tx, &account).await?;
            store::accounts::end_log_ins(tx, account.id, now).await?;
            announce(tx, signal, actor).await
        })
        .await
}

/// A local actor that is not gone, with its account if it has one.
async fn load(tx: &mut Conn, id: ActorId) -> Result<(Actor, Option<Account>), AccountError> {
    let actor = store::actors::find(tx, id)
        .await?
        .filter(|actor| actor.local && actor.gone_at.is_none())
        .ok_or(AccountError::Unknown)?;
    Ok((actor, store::accounts::find_by_actor(tx, id).await?))
}

/// Tells all processes that what they remember of this actor is old.
async fn announce(tx: &mut Conn, signal: i64, actor: ActorId) -> Result<(), AccountError> {
    Ok(store::signals::insert(tx, signal, Topic::Actor, &actor.to_string()).await?)
}

/// Makes a bearer token for the client API. The secret is answered once and never stored.
///
/// # Errors
/// When the database fails.
pub async fn create_token(
    ctx: &Ctx,
    account: AccountId,
    scopes: &crate::auth::scope::Scopes,
) -> Result<Secret, AccountError> {
    let secret = Secret::generate(&mut Chance(&*ctx.random));
    let token = Token {
        id: TokenId(ctx.id()),
        account,
        client_app: None,
        scopes: scopes.to_string(),
        created_at: ctx.now(),
    };
    let hash = secret.hash().to_string();
    ctx.store
        .transaction(async |tx| store::accounts::insert_token(tx, &token, hash.as_bytes()).await)
        .await?;
    Ok(secret)
}

/// Whom a bearer token stands for; `None` when it is unknown or revoked, or its account suspended.
///
/// # Errors
/// When the database fails.
pub async fn authenticate(ctx: &Ctx, bearer: &str) -> Result<Option<(Account, Token)>, Error> {
    let Ok(secret) = bearer.parse::<Secret>() else {
        return Ok(None);
    };
    let mut reader = ctx.store.reader().await?;
    store::accounts::find_by_token(&mut reader, secret.hash().to_string().as_bytes()).await
}
