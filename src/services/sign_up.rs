//! Asking for an account: by anybody, with a moderator's consent, or with a link, as `instance.registration` says.
//!
//! Nobody learns here whether a mail address is in use: whoever asks is told to look into their mail, and the mail says.

use std::net::IpAddr;
use std::time::Duration;

use crate::auth::password::{PasswordError, Passwords};
use crate::auth::token::{Token, TokenHash};
use crate::config::Registration;
use crate::domain::account::{Account, Device, SIGN_UP_LIFETIME, SignUp, SignUpLink};
use crate::domain::actor::{Actor, Role};
use crate::domain::handle::{Handle, HandleError};
use crate::domain::ids::{AccountId, SignUpId, SignUpLinkId};
use crate::domain::keys::KeyPair;
use crate::store::{self, Conn, accounts, actors, sign_up_tokens, sign_ups};

use super::accounts::{self as people, AccountError, Born, NewPerson};
use super::mails::{self, Notice};
use super::throttle::{self, Gate};
use super::{Chance, Ctx, log_in};

/// Longest reason, in characters.
pub const REASON_CHARS: usize = 1_000;
/// Sign-ups and links that are listed at once.
const LISTED: i64 = 200;
/// Over which requests are counted.
const WINDOW: Duration = Duration::from_hours(1);
/// Tries at the password of one sign-up.
const TRIES: u32 = 10;

/// What somebody typed, and from where.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub handle: &'a str,
    pub email: &'a str,
    pub password: &'a str,
    pub reason: &'a str,
    /// The secret of the link they came with; empty without one.
    pub link: &'a str,
    /// What addresses are counted by.
    pub network: IpAddr,
}

/// Why there is no account (yet).
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Nobody may sign up, or only with a link that counts.
    #[error("this server does not take sign-ups")]
    Closed,
    /// The link is used up, too old, or none.
    #[error("this invitation cannot be used any more")]
    Link,
    /// The handle breaks a rule.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// Somebody has, had, or asked for this handle.
    #[error("this handle is taken")]
    HandleTaken,
    /// No mail address.
    #[error("this is not a mail address")]
    Email,
    /// The moderators ask for a reason, of a certain length at most.
    #[error("please say in 1 to {REASON_CHARS} characters why you would like to join")]
    Reason,
    /// The password cannot be used, or cannot be checked at the moment.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Another password than the one that was chosen.
    #[error("this is not the password that you chose")]
    WrongPassword,
    /// Asked too often.
    #[error("too many requests")]
    Throttled(Duration),
    /// There is no such request, or somebody decided on it.
    #[error("nobody by that name waits for an account")]
    Unknown,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] store::Error),
}

impl From<AccountError> for SignUpError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Handle(error) => SignUpError::Handle(error),
            AccountError::HandleTaken => SignUpError::HandleTaken,
            AccountError::Store(error) => SignUpError::Store(error),
            // Somebody got an account with the address meanwhile: the request is over.
            AccountError::EmailTaken | AccountError::Unknown => SignUpError::Unknown,
            AccountError::Email | AccountError::Name(_) => SignUpError::Email,
        }
    }
}

/// What becomes of somebody who confirmed their address.
#[derive(Debug)]
pub enum Confirmed {
    /// They have an account, and are logged in with this cookie.
    In(Token),
    /// A moderator has to agree.
    Waiting,
}

/// Takes a wish for an account and mails a link to the address. The answer does not tell whether the address is in use.
///
/// # Errors
/// Says what is wrong with what was typed, or that there were too many wishes.
pub async fn ask(
    ctx: &Ctx,
    passwords: &Passwords,
    mode: Registration,
    wish: Wish<'_>,
) -> Result<(), SignUpError> {
    let new = prepare(ctx, (passwords, mode), wish).await?;
    ctx.store
        .transaction(async |tx| keep(ctx, tx, &new).await.map(drop))
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}

/// A wish that may be kept: checked, counted, its password hashed.
pub(super) async fn prepare(
    ctx: &Ctx,
    (passwords, mode): (&Passwords, Registration),
    wish: Wish<'_>,
) -> Result<SignUp, SignUpError> {
    let link = may_ask(ctx, mode, wish.link).await?;
    let handle = Handle::claim(wish.handle, ctx.uris.host())?;
    let email = people::email(wish.email)?;
    let reason = wish.reason.trim();
    let wants_reason = mode == Registration::Approval && link.is_none();
    let length = reason.chars().count();
    if length > REASON_CHARS || (wants_reason && length == 0) || reason.contains('\0') {
        return Err(SignUpError::Reason);
    }
    let hourly = (ctx.limits.signup_per_address_per_hour, WINDOW);
    for gate in [
        Gate::new("sign-up", &wish.network.to_string(), hourly),
        // Nobody's mailbox is filled from many addresses.
        Gate::new("sign-up-mail", &email.to_lowercase(), hourly),
    ] {
        if let Some(wait) = throttle::spend(ctx, &gate).await? {
            return Err(SignUpError::Throttled(wait));
        }
    }
    let password = passwords
        .hash(wish.password, &mut Chance(&*ctx.random))
        .await?;
    Ok(SignUp {
        id: SignUpId(ctx.id()),
        handle: handle.as_str().to_owned(),
        email,
        password,
        reason: reason.to_owned(),
        link: link.map(|link| link.id),
        confirmed_at: None,
        created_at: ctx.now(),
    })
}

/// The link somebody came with, where the mode lets them ask at all.
async fn may_ask(
    ctx: &Ctx,
    mode: Registration,
    link: &str,
) -> Result<Option<SignUpLink>, SignUpError> {
    let found = match link {
        "" => None,
        text => Some(find_link(ctx, text).await?.ok_or(SignUpError::Link)?),
    };
    match mode {
        Registration::Open | Registration::Approval => Ok(found),
        Registration::Invite if found.is_some() => Ok(found),
        Registration::Invite | Registration::Closed => Err(SignUpError::Closed),
    }
}

/// Stores a wish, unless the address has an account or waits already; a mail goes out in any case. Answers whether it was
/// stored, which nobody may learn.
pub(super) async fn keep(
    ctx: &Ctx,
    tx: &mut Conn,
    new: &SignUp,
) -> Result<Option<SignUpId>, SignUpError> {
    if is_taken(tx, &new.handle).await? {
        return Err(SignUpError::HandleTaken);
    }
    let notice = if let Some(account) = accounts::find_by_email(tx, &new.email).await? {
        Notice::AddressInUse {
            account: account.id,
        }
    } else if let Some(waiting) = sign_ups::find_waiting_by_email(tx, &new.email).await? {
        Notice::StillWaiting {
            sign_up: waiting.id,
        }
    } else {
        sign_ups::delete_unconfirmed(tx, &new.email).await?;
        // The secret is made when the mail leaves; until then nobody knows one.
        let unknown = Token::generate(&mut Chance(&*ctx.random)).hash();
        sign_ups::insert(tx, new, unknown.to_string().as_bytes()).await?;
        Notice::ConfirmSignUp { sign_up: new.id }
    };
    mails::enqueue(ctx, tx, &notice).await?;
    let is_kept = matches!(notice, Notice::ConfirmSignUp { .. });
    Ok(is_kept.then_some(new.id))
}

/// Whether somebody has, had or waits for a handle. Handles are no secret.
async fn is_taken(tx: &mut Conn, handle: &str) -> store::Result<bool> {
    Ok(actors::find_local(tx, handle).await?.is_some()
        || sign_ups::find_waiting(tx, handle).await?.is_some())
}

/// The request that `token` confirms; `None` when it is used up or too old.
///
/// # Errors
/// When the database fails.
pub async fn find(ctx: &Ctx, token: &str) -> store::Result<Option<SignUp>> {
    let Ok(secret) = token.parse::<Token>() else {
        return Ok(None);
    };
    let hash = secret.hash().to_string();
    let since = ctx.now().minus(SIGN_UP_LIFETIME);
    let mut reader = ctx.store.reader().await?;
    sign_ups::find_by_hash(&mut reader, hash.as_bytes(), since).await
}

/// Somebody who has the mail and knows the password.
#[derive(Debug)]
pub struct Proven {
    new: SignUp,
    handle: Handle,
}

/// Checks the password of `new` (from [`find`]), and the handle, which may be another one by now. The password is asked
/// for because the mail may have reached somebody else than who asked, and neither of them alone shall have the account.
///
/// # Errors
/// [`SignUpError`].
pub async fn prove(
    ctx: &Ctx,
    passwords: &Passwords,
    new: &SignUp,
    (handle, password): (&str, &str),
) -> Result<Proven, SignUpError> {
    let handle = Handle::claim(handle, ctx.uris.host())?;
    let gate = Gate::new("confirm", &new.id.to_string(), (TRIES, WINDOW));
    if let Some(wait) = throttle::spend(ctx, &gate).await? {
        return Err(SignUpError::Throttled(wait));
    }
    if !passwords.verify(password, Some(&new.password)).await? {
        return Err(SignUpError::WrongPassword);
    }
    let new = new.clone();
    Ok(Proven { new, handle })
}

/// Confirms the address: makes the account, or has a moderator look. `pairs` are the keys of the person who may be made.
///
/// # Errors
/// [`SignUpError`].
pub async fn confirm(
    ctx: &Ctx,
    mode: Registration,
    Proven { new, handle }: &Proven,
    (device, pairs): (&Device, [KeyPair; 2]),
) -> Result<Confirmed, SignUpError> {
    if mode == Registration::Closed || (mode == Registration::Invite && new.link.is_none()) {
        return Err(SignUpError::Closed);
    }
    if mode == Registration::Approval && new.link.is_none() {
        wait(ctx, new, handle.as_str()).await?;
        return Ok(Confirmed::Waiting);
    }
    let born = conceive(ctx, new, handle.as_str(), pairs)?;
    let secret = Token::generate(&mut Chance(&*ctx.random));
    ctx.store
        .transaction(async |tx| enter(ctx, tx, (new, &born), (device, &secret.hash())).await)
        .await?;
    Ok(Confirmed::In(secret))
}

async fn wait(ctx: &Ctx, new: &SignUp, handle: &str) -> Result<(), SignUpError> {
    let now = ctx.now();
    ctx.store
        .transaction(async |tx| {
            if is_taken(tx, handle).await? {
                return Err(SignUpError::HandleTaken);
            }
            match sign_ups::confirm(tx, new.id, handle, now).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(SignUpError::Unknown),
                Err(store::Error::Duplicate(_)) => Err(SignUpError::HandleTaken),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

fn conceive(
    ctx: &Ctx,
    new: &SignUp,
    handle: &str,
    pairs: [KeyPair; 2],
) -> Result<Born, SignUpError> {
    let person = NewPerson {
        handle: handle.to_owned(),
        email: new.email.clone(),
        password_hash: Some(new.password.clone()),
        role: Role::Member,
        name: String::new(),
    };
    Ok(people::conceive(ctx, person, pairs)?)
}

/// Uses link and request up, and makes account and session, all or nothing.
async fn enter(
    ctx: &Ctx,
    tx: &mut Conn,
    (new, born): (&SignUp, &Born),
    (device, hash): (&Device, &TokenHash),
) -> Result<(), SignUpError> {
    if !sign_ups::delete(tx, new.id).await? {
        return Err(SignUpError::Unknown);
    }
    if let Some(link) = new.link
        && !sign_ups::use_link(tx, link, ctx.now()).await?
    {
        return Err(SignUpError::Link);
    }
    if sign_ups::find_waiting(tx, &born.actor.handle)
        .await?
        .is_some()
    {
        return Err(SignUpError::HandleTaken);
    }
    born.insert(tx).await?;
    sign_up_tokens::hand_over(tx, new.id, born.account.id).await?;
    Ok(log_in::insert(ctx, tx, (born.account.id, device), hash).await?)
}

/// Those who wait for a moderator, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_waiting(ctx: &Ctx) -> store::Result<Vec<SignUp>> {
    let mut reader = ctx.store.reader().await?;
    sign_ups::list_waiting(&mut reader, LISTED).await
}

/// Lets somebody in who waits, and mails them so.
///
/// # Errors
/// [`SignUpError::Unknown`] when nobody waits for `handle`; [`SignUpError::HandleTaken`] when it was taken meanwhile.
pub async fn approve(
    ctx: &Ctx,
    handle: &str,
    pairs: [KeyPair; 2],
) -> Result<(Actor, Account), SignUpError> {
    let new = find_waiting(ctx, handle).await?;
    let born = conceive(ctx, &new, &new.handle, pairs)?;
    ctx.store
        .transaction(async |tx| {
            if !sign_ups::delete(tx, new.id).await? {
                return Err(SignUpError::Unknown);
            }
            born.insert(tx).await?;
            let account = born.account.id;
            sign_up_tokens::hand_over(tx, new.id, account).await?;
            Ok(mails::enqueue(ctx, tx, &Notice::Welcome { account }).await?)
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok((born.actor, born.account))
}

/// Turns somebody away who waits, and mails them so. What they typed is forgotten.
///
/// # Errors
/// [`SignUpError::Unknown`] when nobody waits for `handle`.
pub async fn reject(ctx: &Ctx, handle: &str) -> Result<(), SignUpError> {
    let new = find_waiting(ctx, handle).await?;
    ctx.store
        .transaction(async |tx| {
            if !sign_ups::delete(tx, new.id).await? {
                return Err(SignUpError::Unknown);
            }
            let email = new.email.clone();
            Ok(mails::enqueue(ctx, tx, &Notice::Declined { email }).await?)
        })
        .await?;
    ctx.wake.jobs.notify_one();
    Ok(())
}

async fn find_waiting(ctx: &Ctx, handle: &str) -> Result<SignUp, SignUpError> {
    let handle = handle.trim().trim_start_matches('@').to_ascii_lowercase();
    let mut reader = ctx.store.reader().await?;
    let found = sign_ups::find_waiting(&mut reader, &handle).await?;
    found.ok_or(SignUpError::Unknown)
}

/// Makes a link with which `uses` people may sign up within `days`. The secret is answered once and never stored.
///
/// # Errors
/// When the database fails.
pub async fn create_link(
    ctx: &Ctx,
    by: Option<AccountId>,
    (uses, days): (u32, u32),
) -> store::Result<String> {
    let secret = Token::generate(&mut Chance(&*ctx.random));
    let now = ctx.now();
    let link = SignUpLink {
        id: SignUpLinkId(ctx.id()),
        account: by,
        uses_left: i64::from(uses),
        created_at: now,
        expires_at: now.plus(Duration::from_hours(24 * u64::from(days))),
    };
    let hash = secret.hash().to_string();
    ctx.store
        .transaction(async |tx| sign_ups::insert_link(tx, &link, hash.as_bytes()).await)
        .await?;
    Ok(ctx.uris.at(&format!("/sign-up?invite={}", secret.expose())))
}

/// The link with this secret, if it still counts.
///
/// # Errors
/// When the database fails.
pub async fn find_link(ctx: &Ctx, text: &str) -> store::Result<Option<SignUpLink>> {
    let Ok(secret) = text.parse::<Token>() else {
        return Ok(None);
    };
    let hash = secret.hash().to_string();
    let mut reader = ctx.store.reader().await?;
    sign_ups::find_link(&mut reader, hash.as_bytes(), ctx.now()).await
}

/// The links that still count, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list_links(ctx: &Ctx) -> store::Result<Vec<SignUpLink>> {
    let mut reader = ctx.store.reader().await?;
    sign_ups::list_links(&mut reader, ctx.now(), LISTED).await
}

/// Withdraws a link.
///
/// # Errors
/// When the database fails.
pub async fn withdraw_link(ctx: &Ctx, link: SignUpLinkId) -> store::Result<()> {
    ctx.store
        .transaction(async |tx| sign_ups::delete_link(tx, link).await)
        .await
}
