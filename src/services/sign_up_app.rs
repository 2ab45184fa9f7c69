//! Asking for an account from within an app: it is handed a token at once that counts when the account is there.
//!
//! Such a token is handed out for every wish, also where a mail says that the address is in use: nobody learns that here.

use std::time::Duration;

use crate::auth::password::Passwords;
use crate::auth::scope::Scopes;
use crate::auth::token::{Token as Secret, TokenHash};
use crate::config::Registration;
use crate::domain::account::SignUpToken;
use crate::domain::ids::{ClientAppId, SignUpId, TokenId};
use crate::store::{self, sign_up_tokens, sign_ups};

use super::mails::{self, Notice};
use super::oauth::Issued;
use super::sign_up::{self, SignUpError, Wish};
use super::throttle::{self, Gate};
use super::{Chance, Ctx};

/// How often the mail of one wish is sent again.
const AGAIN: (u32, Duration) = (2, Duration::from_hours(1));

/// Takes a wish for an account, as [`sign_up::ask`], and hands a token for it to the app, with the scopes that the app's
/// own token has.
///
/// # Errors
/// As [`sign_up::ask`].
pub async fn ask(
    ctx: &Ctx,
    (passwords, mode): (&Passwords, Registration),
    wish: Wish<'_>,
    (app, scopes): (ClientAppId, Scopes),
) -> Result<Issued, SignUpError> {
    let secret = Secret::generate(&mut Chance(&*ctx.random));
    let id = ctx.id();
    let now = ctx.now();
    let token = SignUpToken {
        id: TokenId(id),
        // That of no sign-up, until there is one.
        sign_up: SignUpId(id),
        client_app: app,
        scopes: scopes.to_string(),
        created_at: now,
    };
    let new = sign_up::prepare(ctx, (passwords, mode), wish).await?;
    let hash = stored(&secret.hash());
    ctx.store
        .transaction(async |tx| {
            let mut token = token.clone();
            if let Some(sign_up) = sign_up::keep(ctx, tx, &new).await? {
                token.sign_up = sign_up;
            }
            Ok::<_, SignUpError>(sign_up_tokens::insert(tx, &token, &hash).await?)
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(Issued {
        secret,
        scopes,
        created_at: now.secs(),
    })
}

fn stored(hash: &TokenHash) -> Vec<u8> {
    hash.to_string().into_bytes()
}

/// Whether this is the token of somebody whose account is not there yet.
///
/// # Errors
/// When the database fails.
pub async fn is_waiting(ctx: &Ctx, hash: &TokenHash) -> store::Result<bool> {
    let mut reader = ctx.store.reader().await?;
    let found = sign_up_tokens::find(&mut reader, &stored(hash)).await?;
    Ok(found.is_some())
}

/// Sends the mail of a wish once more, if there is one that waits for it. The answer does not tell.
///
/// # Errors
/// [`SignUpError::Unknown`] for a token that waits for nothing, and [`SignUpError::Throttled`].
pub async fn send_again(ctx: &Ctx, hash: &TokenHash) -> Result<(), SignUpError> {
    let hash = stored(hash);
    let mut reader = ctx.store.reader().await?;
    let found = sign_up_tokens::find(&mut reader, &hash).await?;
    drop(reader);
    let token = found.ok_or(SignUpError::Unknown)?;
    let gate = Gate::new("sign-up-again", &token.id.to_string(), AGAIN);
    if let Some(wait) = throttle::spend(ctx, &gate).await? {
        return Err(SignUpError::Throttled(wait));
    }
    ctx.store
        .transaction(async |tx| {
            let found = sign_ups::find(tx, token.sign_up).await?;
            if found.is_some_and(|new| new.confirmed_at.is_none()) {
                let sign_up = token.sign_up;
                mails::enqueue(ctx, tx, &Notice::ConfirmSignUp { sign_up }).await?;
            }
            Ok::<_, store::Error>(())
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}
