//! Passwords and mail addresses: forgotten, changed, confirmed.

use std::net::IpAddr;
use std::time::Duration;

use crate::auth::password::{PasswordError, Passwords};
use crate::auth::token::Token;
use crate::domain::account::{Account, Device, Purpose};
use crate::domain::ids::AccountId;
use crate::store::account_secrets::{self, Secret};
use crate::store::signals::{self, Topic};
use crate::store::{self, Conn, accounts};

use super::accounts as people;
use super::log_in;
use super::mails::{self, Notice};
use super::throttle::{self, Gate};
use super::{Chance, Ctx};

const HOUR: Duration = Duration::from_hours(1);
/// Mails that one address gets in an hour because somebody asked.
const MAILS: u32 = 3;
/// Mails that one client address may cause in an hour.
const MAILS_PER_CLIENT: u32 = 20;

/// Why a password or an address was not changed.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The password that should prove who is there is wrong, or was tried too often.
    #[error("this is not your password")]
    WrongPassword,
    /// The new password cannot be used, or no password can be checked at the moment.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// No mail address.
    #[error("this is not a mail address")]
    Email,
    /// The link was used, is too old, or a newer one was sent.
    #[error("this link does not count any more")]
    Link,
    /// Asked too often.
    #[error("too many requests")]
    Throttled(Duration),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// Mails a link for a new password to whoever has `name` (a handle or a mail address), if anybody has. The answer and
/// the work do not tell.
///
/// # Errors
/// [`CredentialError::Throttled`], or when the database fails.
pub async fn forgot(ctx: &Ctx, name: &str, network: IpAddr) -> Result<(), CredentialError> {
    let name = log_in::normal(name);
    let client = Gate::new(
        "mail-client",
        &network.to_string(),
        (MAILS_PER_CLIENT, HOUR),
    );
    let by_name = Gate::new("reset", &name, (MAILS, HOUR));
    for gate in [client, by_name] {
        if let Some(wait) = throttle::spend(ctx, &gate).await? {
            return Err(CredentialError::Throttled(wait));
        }
    }
    let found = log_in::find(ctx, &name).await?;
    let account = found.filter(|account| account.suspended_at.is_none());
    let id = account.map_or(AccountId(0), |account| account.id);
    let by_account = Gate::new("reset", &id.to_string(), (MAILS, HOUR));
    // Nobody learns that two names share a count; a stranger's row is written as well, and leads to no mail.
    let is_over = id.0 != 0 && throttle::spend(ctx, &by_account).await?.is_some();
    if is_over {
        return Ok(());
    }
    ctx.store
        .transaction(async |tx| {
            if id.0 != 0 {
                put(ctx, tx, (id, Purpose::ResetPassword), "").await?;
            }
            mails::enqueue(ctx, tx, &Notice::ResetPassword { account: id }).await
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}

/// Makes the row of a secret; the secret itself is made when its mail leaves. The one before counts no more.
async fn put(
    ctx: &Ctx,
    tx: &mut Conn,
    (account, purpose): (AccountId, Purpose),
    detail: &str,
) -> store::Result<()> {
    let secret = Secret {
        account,
        purpose,
        detail: detail.to_owned(),
        expires_at: ctx.now().plus(purpose.lifetime()),
    };
    let unknown = Token::generate(&mut Chance(&*ctx.random)).hash();
    account_secrets::put(tx, &secret, unknown.to_string().as_bytes()).await
}

/// The account and detail of a secret that somebody presents; `None` when it does not count any more.
///
/// # Errors
/// When the database fails.
pub async fn find(
    ctx: &Ctx,
    purpose: Purpose,
    token: &str,
) -> store::Result<Option<(Secret, Account)>> {
    let Ok(token) = token.parse::<Token>() else {
        return Ok(None);
    };
    let hash = token.hash().to_string();
    let mut reader = ctx.store.reader().await?;
    account_secrets::find(&mut reader, (purpose, hash.as_bytes()), ctx.now()).await
}

/// Uses up the secret that somebody presents.
async fn take(
    ctx: &Ctx,
    tx: &mut Conn,
    (purpose, token): (Purpose, &str),
) -> Result<(Secret, Account), CredentialError> {
    let token: Token = token.parse().ok().ok_or(CredentialError::Link)?;
    let hash = token.hash().to_string();
    let key = (purpose, hash.as_bytes());
    let found = account_secrets::find(tx, key, ctx.now()).await?;
    let found = found.ok_or(CredentialError::Link)?;
    if !account_secrets::take(tx, key).await? {
        return Err(CredentialError::Link);
    }
    Ok(found)
}

/// Sets a new password with the secret of a mail, and ends all log-ins.
///
/// # Errors
/// [`CredentialError`].
pub async fn reset(
    ctx: &Ctx,
    passwords: &Passwords,
    (token, password): (&str, &str),
) -> Result<(), CredentialError> {
    if find(ctx, Purpose::ResetPassword, token).await?.is_none() {
        return Err(CredentialError::Link);
    }
    let hash = passwords.hash(password, &mut Chance(&*ctx.random)).await?;
    ctx.store
        .transaction(async |tx| {
            let (_, account) = take(ctx, tx, (Purpose::ResetPassword, token)).await?;
            set(ctx, tx, account, &hash).await
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}

/// Sets a password, ends all log-ins, and tells the person.
async fn set(
    ctx: &Ctx,
    tx: &mut Conn,
    account: Account,
    hash: &str,
) -> Result<(), CredentialError> {
    let account = Account {
        password: Some(hash.to_owned()),
        ..account
    };
    accounts::update(tx, &account).await?;
    accounts::end_log_ins(tx, account.id, ctx.now()).await?;
    signals::insert(tx, ctx.id(), Topic::Actor, &account.actor.to_string()).await?;
    let account = account.id;
    Ok(mails::enqueue(ctx, tx, &Notice::SecurityChanged { account }).await?)
}

/// The account, if `password` is its password. Counted together with log-ins.
///
/// # Errors
/// [`CredentialError::WrongPassword`] also after too many tries.
pub async fn prove(
    ctx: &Ctx,
    passwords: &Passwords,
    id: AccountId,
    password: &str,
) -> Result<Account, CredentialError> {
    let gate = log_in::account_gate(ctx, id);
    let is_over = throttle::spend(ctx, &gate).await?.is_some();
    let mut reader = ctx.store.reader().await?;
    let account = accounts::find(&mut reader, id).await?;
    drop(reader);
    let stored = account
        .as_ref()
        .and_then(|account| account.password.as_deref());
    let is_right = passwords.verify(password, stored).await?;
    let account = account
        .filter(|account| is_right && !is_over && account.suspended_at.is_none())
        .ok_or(CredentialError::WrongPassword)?;
    throttle::reset(ctx, &gate).await?;
    Ok(account)
}

/// Changes the password of somebody who is logged in. Every other log-in ends, this one goes on with the cookie that is
/// answered.
///
/// # Errors
/// [`CredentialError`].
pub async fn change_password(
    ctx: &Ctx,
    passwords: &Passwords,
    (id, device): (AccountId, &Device),
    (old, new): (&str, &str),
) -> Result<Token, CredentialError> {
    let account = prove(ctx, passwords, id, old).await?;
    let hash = passwords.hash(new, &mut Chance(&*ctx.random)).await?;
    let secret = Token::generate(&mut Chance(&*ctx.random));
    ctx.store
        .transaction(async |tx| {
            set(ctx, tx, account.clone(), &hash).await?;
            Ok::<_, CredentialError>(log_in::insert(ctx, tx, (id, device), &secret.hash()).await?)
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(secret)
}

/// Asks the new address of somebody to be confirmed; until then the old one counts. Whether another account uses it is
/// not told: the mail tells whoever reads it.
///
/// # Errors
/// [`CredentialError`].
pub async fn change_email(
    ctx: &Ctx,
    passwords: &Passwords,
    id: AccountId,
    (password, email): (&str, &str),
) -> Result<(), CredentialError> {
    let email = people::email(email).ok().ok_or(CredentialError::Email)?;
    let account = prove(ctx, passwords, id, password).await?;
    for (what, whom) in [
        ("mail-account", account.id.to_string()),
        ("mail-to", email.to_lowercase()),
    ] {
        let gate = Gate::new(what, &whom, (MAILS * 2, HOUR));
        if let Some(wait) = throttle::spend(ctx, &gate).await? {
            return Err(CredentialError::Throttled(wait));
        }
    }
    ctx.store
        .transaction(async |tx| {
            let notice = match accounts::find_by_email(tx, &email).await? {
                Some(other) if other.id != id => Notice::AddressInUse { account: other.id },
                _ => {
                    put(ctx, tx, (id, Purpose::ChangeEmail), &email).await?;
                    Notice::ConfirmEmail { account: id }
                }
            };
            mails::enqueue(ctx, tx, &notice).await
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}

/// The mail address of an account, for its owner.
///
/// # Errors
/// When the database fails.
pub async fn email_of(ctx: &Ctx, id: AccountId) -> store::Result<Option<String>> {
    let mut reader = ctx.store.reader().await?;
    let account = accounts::find(&mut reader, id).await?;
    Ok(account.map(|account| account.email))
}

/// Makes the new address count, and tells the old one.
///
/// # Errors
/// [`CredentialError::Link`] also when somebody else uses the address by now.
pub async fn confirm_email(ctx: &Ctx, token: &str) -> Result<(), CredentialError> {
    ctx.store
        .transaction(async |tx| {
            let (secret, account) = take(ctx, tx, (Purpose::ChangeEmail, token)).await?;
            let used = accounts::find_by_email(tx, &secret.detail).await?;
            if used.is_some_and(|other| other.id != account.id) {
                return Err(CredentialError::Link);
            }
            let notice = Notice::EmailChanged {
                account: account.id,
                old: account.email.clone(),
            };
            let account = Account {
                email: secret.detail,
                ..account
            };
            match accounts::update(tx, &account).await {
                Err(store::Error::Duplicate(_)) => return Err(CredentialError::Link),
                other => other?,
            }
            Ok(mails::enqueue(ctx, tx, &notice).await?)
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}
