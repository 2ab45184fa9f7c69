//! Passkeys: added, shown, removed, and logged in with, in place of password and code.

use std::net::IpAddr;

use crate::auth::passkey::{Assertion, Made, Owner, PasskeyError, Question, RelyingParty};
use crate::auth::password::Passwords;
use crate::auth::token::Token;
use crate::domain::account::Device;
use crate::domain::ids::{AccountId, PasskeyId};
use crate::domain::passkey::{CEREMONY_LIFETIME, MOST_PASSKEYS, PASSKEY_NAME, Passkey, UserHandle};
use crate::store::passkeys::{self, Ceremony};
use crate::store::{self, accounts, actors};
use crate::text::name::clean_name;

use super::credentials::{self, CredentialError};
use super::log_in::{self, LogInError};
use super::mails::{self, Notice};
use super::throttle;
use super::{Chance, Ctx};

/// The name of a passkey that was given none.
const NAMELESS: &str = "Passkey";

/// A question to a browser, and what the answer names it by. Both are answered once and never stored.
pub struct Asked {
    /// JSON for the script of the page.
    pub options: String,
    pub ceremony: Token,
}

/// What came back.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    pub ceremony: &'a str,
    /// JSON of the script of the page.
    pub text: &'a str,
}

/// Why a passkey is not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The password is wrong, or something failed.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// There are as many as one may have.
    #[error("you have ten passkeys, which is the most; remove one first")]
    TooMany,
    /// The question was answered before, too late, or by somebody else.
    #[error("that took too long; please begin once more")]
    Over,
    /// It does not answer the question, or somebody has this passkey.
    #[error("this passkey cannot be used here")]
    Refused,
}

impl From<store::Error> for AddError {
    fn from(error: store::Error) -> Self {
        AddError::Credential(error.into())
    }
}

/// The passkeys of an account, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(ctx: &Ctx, account: AccountId) -> store::Result<Vec<Passkey>> {
    let mut reader = ctx.store.reader().await?;
    passkeys::list(&mut reader, account).await
}

/// Asks the browser of somebody for a new passkey.
///
/// # Errors
/// [`AddError`].
pub async fn begin_adding(
    ctx: &Ctx,
    passwords: &Passwords,
    party: &RelyingParty,
    (id, password): (AccountId, &str),
) -> Result<Asked, AddError> {
    let account = credentials::prove(ctx, passwords, id, password).await?;
    let mut reader = ctx.store.reader().await?;
    let known = passkeys::list(&mut reader, id).await?;
    let actor = actors::find(&mut reader, account.actor).await?;
    drop(reader);
    if known.len() >= MOST_PASSKEYS {
        return Err(AddError::TooMany);
    }
    let actor = actor.ok_or(AddError::Over)?;
    let handle = actor.full_handle();
    let name = clean_name(actor.display_name(), PASSKEY_NAME);
    let owner = Owner {
        user_handle: user_handle(ctx, &known),
        handle: &handle,
        name: if name.is_empty() { &handle } else { &name },
    };
    let known = known.into_iter().map(|one| one.credential_id).collect();
    let question = party
        .ask_for_new(owner, known)
        .map_err(|error| refused(id, &error))?;
    Ok(begin(ctx, Some(id), question).await?)
}

/// The one that the account's passkeys have; a new one for the first.
fn user_handle(ctx: &Ctx, known: &[Passkey]) -> UserHandle {
    known.first().map_or_else(
        || {
            let mut fresh = UserHandle::default();
            ctx.random.fill(&mut fresh);
            fresh
        },
        |one| one.user_handle,
    )
}

/// Keeps a new passkey under a name, and tells its owner by mail.
///
/// # Errors
/// [`AddError`].
pub async fn add(
    ctx: &Ctx,
    party: &RelyingParty,
    (account, name): (AccountId, &str),
    answer: Answer<'_>,
) -> Result<(), AddError> {
    let state = take(ctx, Some(account), answer.ceremony).await?;
    let state = state.ok_or(AddError::Over)?;
    let made = party
        .make(&state, answer.text)
        .map_err(|error| refused(account, &error))?;
    let new = named(ctx, account, (name, made));
    ctx.store
        .transaction(async |tx| {
            // Locked, so that two that are added at once are counted one after the other.
            let owner = accounts::find_locked(tx, account).await?;
            owner.ok_or(AddError::Over)?;
            if passkeys::list(tx, account).await?.len() >= MOST_PASSKEYS {
                return Err(AddError::TooMany);
            }
            match passkeys::insert(tx, &new).await {
                Err(store::Error::Duplicate(_)) => return Err(AddError::Refused),
                other => other?,
            }
            Ok(mails::enqueue(ctx, tx, &Notice::PasskeyAdded { account }).await?)
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}

fn named(ctx: &Ctx, account: AccountId, (name, made): (&str, Made)) -> Passkey {
    let name = clean_name(name, PASSKEY_NAME);
    Passkey {
        id: PasskeyId(ctx.id()),
        account,
        name: if name.is_empty() {
            NAMELESS.to_owned()
        } else {
            name
        },
        credential_id: made.credential_id,
        user_handle: made.user_handle,
        credential: made.credential,
        created_at: ctx.now(),
        used_at: None,
    }
}

/// Removes a passkey of somebody, and tells them by mail; `false` when they have none with that id.
///
/// # Errors
/// [`CredentialError::WrongPassword`], or when the database fails.
pub async fn remove(
    ctx: &Ctx,
    passwords: &Passwords,
    (account, password): (AccountId, &str),
    passkey: PasskeyId,
) -> Result<bool, CredentialError> {
    credentials::prove(ctx, passwords, account, password).await?;
    let is_gone = ctx
        .store
        .transaction(async |tx| {
            let is_gone = passkeys::delete(tx, (account, passkey)).await?;
            if is_gone {
                mails::enqueue(ctx, tx, &Notice::PasskeyRemoved { account }).await?;
            }
            Ok::<_, store::Error>(is_gone)
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(is_gone)
}

/// Asks a browser for any passkey of this instance. `network` is what client addresses are counted by.
///
/// # Errors
/// [`LogInError::Throttled`], or when the database fails.
pub async fn begin_log_in(
    ctx: &Ctx,
    party: &RelyingParty,
    network: IpAddr,
) -> Result<Asked, LogInError> {
    let gate = log_in::question_gate(ctx, network);
    if let Some(wait) = throttle::spend(ctx, &gate).await? {
        return Err(LogInError::Throttled(wait));
    }
    let question = party.ask_for_any().map_err(|error| wrong(None, &error))?;
    Ok(begin(ctx, None, question).await?)
}

/// Logs somebody in with a passkey, and answers the cookie. It counts for password and code: the device looked who holds
/// it.
///
/// # Errors
/// [`LogInError`]; [`LogInError::Suspended`] only with the right passkey.
pub async fn log_in(
    ctx: &Ctx,
    party: &RelyingParty,
    answer: Answer<'_>,
    (device, network): (&Device, IpAddr),
) -> Result<Token, LogInError> {
    let by_address = log_in::address_gate(ctx, network);
    if let Some(wait) = throttle::spend(ctx, &by_address).await? {
        return Err(LogInError::Throttled(wait));
    }
    let state = take(ctx, None, answer.ceremony).await?;
    let state = state.ok_or(LogInError::Over)?;
    let assertion = Assertion::read(answer.text).map_err(|error| wrong(None, &error))?;
    let mut reader = ctx.store.reader().await?;
    let found = passkeys::find_by_credential(&mut reader, assertion.credential_id()).await?;
    drop(reader);
    let (known, account) = found.ok_or(LogInError::Wrong)?;
    let by_account = log_in::passkey_gate(ctx, account.id);
    if let Some(wait) = throttle::spend(ctx, &by_account).await? {
        return Err(LogInError::Throttled(wait));
    }
    let stored = (known.user_handle, known.credential.as_str());
    let proven = party
        .check(&state, &assertion, stored)
        .map_err(|error| wrong(Some(account.id), &error))?;
    if account.suspended_at.is_some() {
        return Err(LogInError::Suspended);
    }
    let secret = Token::generate(&mut Chance(&*ctx.random));
    let (hash, now) = (secret.hash(), ctx.now());
    ctx.store
        .transaction(async |tx| {
            if !passkeys::advance(tx, &known, (&proven, now)).await? {
                return Err(LogInError::Wrong);
            }
            Ok(log_in::insert(ctx, tx, (account.id, device), &hash).await?)
        })
        .await?;
    throttle::reset(ctx, &by_account).await?;
    Ok(secret)
}

/// Keeps the question until its answer comes.
async fn begin(
    ctx: &Ctx,
    account: Option<AccountId>,
    question: Question,
) -> Result<Asked, store::Error> {
    let ceremony = Token::generate(&mut Chance(&*ctx.random));
    let row = Ceremony {
        id: ctx.id(),
        account,
        state: question.state,
        expires_at: ctx.now().plus(CEREMONY_LIFETIME),
    };
    let hash = ceremony.hash().to_string();
    ctx.store
        .transaction(async |tx| passkeys::begin_ceremony(tx, &row, hash.as_bytes()).await)
        .await?;
    Ok(Asked {
        options: question.options,
        ceremony,
    })
}

/// What was kept of a question. It is used up now, whatever the answer is worth.
async fn take(
    ctx: &Ctx,
    account: Option<AccountId>,
    ceremony: &str,
) -> store::Result<Option<String>> {
    let Ok(presented) = ceremony.parse::<Token>() else {
        return Ok(None);
    };
    let hash = presented.hash().to_string();
    let key = (account, hash.as_bytes());
    ctx.store
        .transaction(async |tx| passkeys::take_ceremony(tx, key, ctx.now()).await)
        .await
}

fn refused(account: AccountId, error: &PasskeyError) -> AddError {
    note(Some(account), error);
    AddError::Refused
}

fn wrong(account: Option<AccountId>, error: &PasskeyError) -> LogInError {
    note(account, error);
    LogInError::Wrong
}

/// Only the log says which check it was.
fn note(account: Option<AccountId>, error: &PasskeyError) {
    let account = account.map(|account| account.0);
    match error {
        PasskeyError::Stored(source) => {
            tracing::error!(account.id = account, %error, %source, "a passkey could not be used");
        }
        PasskeyError::Copied => {
            tracing::warn!(account.id = account, %error, "a passkey was refused");
        }
        PasskeyError::Unreadable
        | PasskeyError::Stranger
        | PasskeyError::Embedded
        | PasskeyError::Refused(_) => {
            tracing::info!(account.id = account, %error, "a passkey was refused");
        }
    }
}
