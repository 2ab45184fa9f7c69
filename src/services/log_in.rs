//! Logging in and out with a browser.

use std::net::IpAddr;
use std::time::Duration;

use crate::auth::password::{PasswordError, Passwords};
use crate::auth::token::{Token as Secret, TokenHash};
use crate::domain::account::{Account, Device, Purpose, SESSION_IDLE, Session};
use crate::domain::ids::{AccountId, SessionId};
use crate::store::{self, Conn, Reader, account_secrets, accounts, actors, sessions};

use super::second_factor;
use super::throttle::{self, Gate};
use super::{Chance, Ctx};

/// Over which log-ins are counted.
const WINDOW: Duration = Duration::from_mins(10);
/// A client address may try as often as this many accounts together: people share addresses.
const ACCOUNTS_PER_ADDRESS: u32 = 6;
/// The same for questions to browsers, which one log-in page puts again every few minutes.
const QUESTIONS_PER_ADDRESS: u32 = 30;
/// Longer names are not looked up; no handle or mail address is longer.
const NAME_BYTES: usize = 320;

/// What somebody typed, and from where.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// A handle or a mail address.
    pub name: &'a str,
    pub password: &'a str,
    pub device: &'a Device,
    /// What addresses are counted by.
    pub network: IpAddr,
}

/// Why somebody is not logged in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// No such account, another password, or too many attempts at this account: which of them is not told.
    #[error("name or password is wrong")]
    Wrong,
    /// Password and name are right, but a moderator shut the account out.
    #[error("this account is suspended")]
    Suspended,
    /// The password was right too long ago.
    #[error("the password has to be typed again")]
    Over,
    /// Tried too often.
    #[error("too many attempts")]
    Throttled(Duration),
    /// Passwords cannot be checked at the moment.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// Checks a password and opens a session, or asks for a code. Secrets are answered once and never stored. `next` is kept
/// until the code was typed.
///
/// Whether there is such an account changes neither the answer nor the work.
///
/// # Errors
/// [`LogInError`].
pub async fn log_in(
    ctx: &Ctx,
    passwords: &Passwords,
    attempt: Attempt<'_>,
    next: &str,
) -> Result<Entry, LogInError> {
    let account = check(ctx, passwords, attempt).await?;
    let secret = Secret::generate(&mut Chance(&*ctx.random));
    let (id, hash) = (account.id, secret.hash());
    let is_guarded = ctx
        .store
        .transaction(async |tx| {
            let is_guarded = second_factor::is_on(tx, id).await?;
            if is_guarded {
                half(ctx, tx, (id, &hash), next).await?;
            } else {
                insert(ctx, tx, (id, attempt.device), &hash).await?;
            }
            Ok::<_, LogInError>(is_guarded)
        })
        .await?;
    Ok(if is_guarded {
        Entry::Code(secret)
    } else {
        Entry::In(secret)
    })
}

/// How far a right password leads.
#[derive(Debug)]
pub enum Entry {
    /// In, with this cookie.
    In(Secret),
    /// To the question for a code; the secret proves that the password was right.
    Code(Secret),
}

/// The row of a log-in of which the code is missing.
async fn half(
    ctx: &Ctx,
    tx: &mut Conn,
    (account, hash): (AccountId, &TokenHash),
    next: &str,
) -> store::Result<()> {
    let purpose = Purpose::SecondFactor;
    let row = account_secrets::Secret {
        account,
        purpose,
        detail: next.to_owned(),
        expires_at: ctx.now().plus(purpose.lifetime()),
    };
    account_secrets::put(tx, &row, hash.to_string().as_bytes()).await
}

/// Finishes a log-in with a code of the app, or a recovery code. Answers the cookie and where to go.
///
/// # Errors
/// [`LogInError::Wrong`] for a wrong code, [`LogInError::Over`] when the password has to be typed again.
pub async fn finish(
    ctx: &Ctx,
    (half, code): (&str, &str),
    device: &Device,
) -> Result<(Secret, String), LogInError> {
    let presented: Secret = half.parse().ok().ok_or(LogInError::Over)?;
    let hash = presented.hash().to_string();
    let key = (Purpose::SecondFactor, hash.as_bytes());
    let mut reader = ctx.store.reader().await?;
    let found = account_secrets::find(&mut reader, key, ctx.now()).await?;
    drop(reader);
    let (row, account) = found.ok_or(LogInError::Over)?;
    let gate = Gate::new(
        "code",
        &account.id.to_string(),
        (ctx.limits.login_per_account_per_10min, WINDOW),
    );
    if let Some(wait) = throttle::spend(ctx, &gate).await? {
        return Err(LogInError::Throttled(wait));
    }
    let secret = Secret::generate(&mut Chance(&*ctx.random));
    ctx.store
        .transaction(async |tx| {
            if !second_factor::take(tx, account.id, (code, ctx.now())).await? {
                return Err(LogInError::Wrong);
            }
            if !account_secrets::take(tx, key).await? {
                return Err(LogInError::Over);
            }
            Ok(insert(ctx, tx, (account.id, device), &secret.hash()).await?)
        })
        .await?;
    throttle::reset(ctx, &gate).await?;
    Ok((secret, row.detail))
}

/// The account whose name and password these are.
async fn check(
    ctx: &Ctx,
    passwords: &Passwords,
    attempt: Attempt<'_>,
) -> Result<Account, LogInError> {
    let name = normal(attempt.name);
    let by_name = gate(ctx, "log-in-name", &name, 1);
    let by_address = address_gate(ctx, attempt.network);
    for gate in [&by_address, &by_name] {
        if let Some(wait) = throttle::spend(ctx, gate).await? {
            return Err(LogInError::Throttled(wait));
        }
    }
    let account = find(ctx, &name).await?;
    // Counted for a stranger too: the same work. A handle and an address of one account share this count, and it is
    // not told, because it would tell that the two belong together.
    let by_account = match &account {
        Some(found) => account_gate(ctx, found.id),
        None => gate(ctx, "log-in", &name, 1),
    };
    let is_over = throttle::spend(ctx, &by_account).await?.is_some();
    let stored = account
        .as_ref()
        .and_then(|account| account.password.as_deref());
    let is_right = passwords.verify(attempt.password, stored).await?;
    let account = account
        .filter(|_| is_right && !is_over)
        .ok_or(LogInError::Wrong)?;
    throttle::reset(ctx, &by_name).await?;
    throttle::reset(ctx, &by_account).await?;
    if account.suspended_at.is_some() {
        return Err(LogInError::Suspended);
    }
    Ok(account)
}

fn gate(ctx: &Ctx, what: &str, whom: &str, times: u32) -> Gate {
    let most = ctx.limits.login_per_account_per_10min.saturating_mul(times);
    Gate::new(what, whom, (most, WINDOW))
}

/// Counts tries at the password of one account, wherever it is asked for.
pub(super) fn account_gate(ctx: &Ctx, account: AccountId) -> Gate {
    gate(ctx, "log-in", &account.to_string(), 1)
}

/// Counts tries to log in from one client address, with passwords and passkeys.
pub(super) fn address_gate(ctx: &Ctx, network: IpAddr) -> Gate {
    let whom = network.to_string();
    gate(ctx, "log-in-address", &whom, ACCOUNTS_PER_ADDRESS)
}

/// Counts how often one client address asks for a question to its passkeys: each is a row for some minutes.
pub(super) fn question_gate(ctx: &Ctx, network: IpAddr) -> Gate {
    let whom = network.to_string();
    gate(ctx, "passkey-question", &whom, QUESTIONS_PER_ADDRESS)
}

/// Counts tries with passkeys of one account. By itself, so that who guesses passwords does not shut them out.
pub(super) fn passkey_gate(ctx: &Ctx, account: AccountId) -> Gate {
    gate(ctx, "passkey", &account.to_string(), 1)
}

/// A name in the one form in which it is looked up and counted.
pub(super) fn normal(name: &str) -> String {
    let name = name.trim().to_lowercase();
    if name.len() > NAME_BYTES || name.chars().any(char::is_control) {
        return String::new();
    }
    name.trim_start_matches('@').to_owned()
}

/// By mail address, or by handle, with or without our own host behind it.
pub(super) async fn find(ctx: &Ctx, name: &str) -> store::Result<Option<Account>> {
    let mut reader = ctx.store.reader().await?;
    let ours = name
        .strip_suffix(ctx.uris.domain())
        .and_then(|handle| handle.strip_suffix('@'));
    if name.contains('@') {
        let found = accounts::find_by_email(&mut reader, name).await?;
        if found.is_some() || ours.is_none() {
            return Ok(found);
        }
    }
    by_handle(&mut reader, ours.unwrap_or(name)).await
}

async fn by_handle(reader: &mut Reader, handle: &str) -> store::Result<Option<Account>> {
    match actors::find_local(reader, handle).await? {
        Some(actor) => accounts::find_by_actor(reader, actor.id).await,
        None => Ok(None),
    }
}

/// The row of a new session.
pub(super) async fn insert(
    ctx: &Ctx,
    tx: &mut Conn,
    (account, device): (AccountId, &Device),
    hash: &TokenHash,
) -> store::Result<()> {
    let session = Session {
        id: SessionId(ctx.id()),
        account,
        device: device.clone(),
        created_at: ctx.now(),
        seen_at: ctx.now(),
    };
    sessions::insert(tx, &session, hash.to_string().as_bytes()).await
}

/// Ends one session of an account; `false` when it has none by that id.
///
/// # Errors
/// When the database fails.
pub async fn log_out(ctx: &Ctx, account: AccountId, session: SessionId) -> store::Result<bool> {
    ctx.store
        .transaction(async |tx| sessions::end(tx, (account, session), ctx.now()).await)
        .await
}

/// Ends every session and revokes every token of an account.
///
/// # Errors
/// When the database fails.
pub async fn log_out_everywhere(ctx: &Ctx, account: AccountId) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| accounts::end_log_ins(tx, account, ctx.now()).await)
        .await
}

/// The sessions of an account that still count, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(ctx: &Ctx, account: AccountId) -> store::Result<Vec<Session>> {
    let mut reader = ctx.store.reader().await?;
    sessions::list(&mut reader, account, ctx.now().minus(SESSION_IDLE)).await
}
