//! Codes beside the password: set up, asked for, turned off.

use crate::auth::password::Passwords;
use crate::auth::totp::{RECOVERY_CODES, TotpSecret, recovery_code, recovery_hash};
use crate::domain::clock::Timestamp;
use crate::domain::ids::AccountId;
use crate::store::second_factors::{self, SecondFactor};
use crate::store::{self, Conn};

use super::credentials::{self, CredentialError};
use super::mails::{self, Notice};
use super::{Chance, Ctx};

/// How an account is guarded besides its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Codes are asked for.
    pub is_on: bool,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
}

/// How an account is guarded.
///
/// # Errors
/// When the database fails.
pub async fn guard(ctx: &Ctx, account: AccountId) -> store::Result<Guard> {
    let mut reader = ctx.store.reader().await?;
    let factor = second_factors::find(&mut reader, account).await?;
    Ok(Guard {
        is_on: factor.is_some_and(|factor| factor.confirmed_at.is_some()),
        recovery_codes: second_factors::count_recovery_codes(&mut reader, account).await?,
    })
}

/// Makes a secret for an app to try out; `None` when codes are asked for already.
///
/// # Errors
/// [`CredentialError::WrongPassword`], or when the database fails.
pub async fn begin(
    ctx: &Ctx,
    passwords: &Passwords,
    (id, password): (AccountId, &str),
) -> Result<Option<TotpSecret>, CredentialError> {
    credentials::prove(ctx, passwords, id, password).await?;
    let secret = TotpSecret::generate(&mut Chance(&*ctx.random));
    let tried = SecondFactor {
        account: id,
        secret: secret.bytes().to_owned(),
        confirmed_at: None,
        last_step: 0,
    };
    let is_new = ctx
        .store
        .transaction(async |tx| {
            if is_on(tx, id).await? {
                return Ok::<_, store::Error>(false);
            }
            second_factors::put(tx, &tried).await?;
            Ok(true)
        })
        .await?;
    Ok(is_new.then_some(secret))
}

/// The secret that an app tries out.
///
/// # Errors
/// When the database fails.
pub async fn tried(ctx: &Ctx, account: AccountId) -> store::Result<Option<TotpSecret>> {
    let mut reader = ctx.store.reader().await?;
    let found = second_factors::find(&mut reader, account).await?;
    Ok(found
        .filter(|factor| factor.confirmed_at.is_none())
        .map(|factor| TotpSecret::from_bytes(factor.secret)))
}

/// Asks for codes from now on, once one was right. Answers the recovery codes, which are never shown again; `None` when
/// the code is wrong.
///
/// # Errors
/// When the database fails.
pub async fn turn_on(
    ctx: &Ctx,
    account: AccountId,
    code: &str,
) -> store::Result<Option<Vec<String>>> {
    let codes = recovery_codes(ctx);
    let now = ctx.now();
    let is_right = ctx
        .store
        .transaction(async |tx| {
            let found = second_factors::find(tx, account).await?;
            let Some(factor) = found.filter(|factor| factor.confirmed_at.is_none()) else {
                return Ok(false);
            };
            let secret = TotpSecret::from_bytes(factor.secret.clone());
            let Some(step) = secret.check(code, now.secs(), factor.last_step) else {
                return Ok(false);
            };
            let factor = SecondFactor {
                confirmed_at: Some(now),
                last_step: step,
                ..factor
            };
            second_factors::put(tx, &factor).await?;
            keep(ctx, tx, account, &codes).await?;
            mails::enqueue(ctx, tx, &Notice::SecurityChanged { account }).await?;
            Ok::<_, store::Error>(true)
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(is_right.then_some(codes))
}

/// New recovery codes in the place of those before; none of the old ones counts any more.
///
/// # Errors
/// [`CredentialError::WrongPassword`], or when the database fails.
pub async fn renew_codes(
    ctx: &Ctx,
    passwords: &Passwords,
    (id, password): (AccountId, &str),
) -> Result<Vec<String>, CredentialError> {
    credentials::prove(ctx, passwords, id, password).await?;
    let codes = recovery_codes(ctx);
    ctx.store
        .transaction(async |tx| {
            if is_on(tx, id).await? {
                keep(ctx, tx, id, &codes).await?;
            }
            Ok::<_, store::Error>(())
        })
        .await?;
    Ok(codes)
}

/// Asks for no codes any more.
///
/// # Errors
/// [`CredentialError::WrongPassword`], or when the database fails.
pub async fn turn_off(
    ctx: &Ctx,
    passwords: &Passwords,
    (id, password): (AccountId, &str),
) -> Result<(), CredentialError> {
    credentials::prove(ctx, passwords, id, password).await?;
    ctx.store
        .transaction(async |tx| {
            second_factors::delete(tx, id).await?;
            mails::enqueue(ctx, tx, &Notice::SecurityChanged { account: id }).await
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}

/// Whether a code is asked for.
pub(super) async fn is_on(c: &mut Conn, account: AccountId) -> store::Result<bool> {
    let factor = second_factors::find(c, account).await?;
    Ok(factor.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// Whether `code` is one of the app or a recovery code; either counts once.
pub(super) async fn take(
    tx: &mut Conn,
    account: AccountId,
    (code, now): (&str, Timestamp),
) -> store::Result<bool> {
    let found = second_factors::find(tx, account).await?;
    let Some(factor) = found.filter(|factor| factor.confirmed_at.is_some()) else {
        return Ok(false);
    };
    let secret = TotpSecret::from_bytes(factor.secret);
    if let Some(step) = secret.check(code, now.secs(), factor.last_step) {
        return second_factors::take_step(tx, account, step).await;
    }
    second_factors::take_recovery_code(tx, account, &recovery_hash(code)).await
}

fn recovery_codes(ctx: &Ctx) -> Vec<String> {
    let mut rng = Chance(&*ctx.random);
    (0..RECOVERY_CODES)
        .map(|_| recovery_code(&mut rng))
        .collect()
}

async fn keep(ctx: &Ctx, tx: &mut Conn, account: AccountId, codes: &[String]) -> store::Result<()> {
    let hashes: Vec<_> = codes
        .iter()
        .map(|code| (ctx.id(), recovery_hash(code)))
        .collect();
    second_factors::set_recovery_codes(tx, account, &hashes).await
}
