//! Letting programs act for people: registration, consent, codes and tokens (RFC 6749, 7009, 7636).

use std::time::Duration;

use crate::auth::pkce;
use crate::auth::scope::{Scope, Scopes};
use crate::auth::token::{Token as Secret, TokenHash};
use crate::domain::account::Token;
use crate::domain::client_app::{BadRedirect, ClientApp, Redirects};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, ClientAppId, TokenId};
use crate::store::authorization_codes::Grant;
use crate::store::{self, accounts, authorization_codes, client_apps, sign_up_tokens};

use super::throttle::{self, Gate};
use super::{Chance, Ctx};

/// Programs that one client address may register within an hour.
const PER_ADDRESS: (u32, Duration) = (60, Duration::from_hours(1));
/// How long a code may be exchanged.
const CODE_LIVES: Duration = Duration::from_mins(10);
/// Longest name of a program, in characters.
const NAME_CHARS: usize = 100;
/// Programs shown to a person who looks through what they let in.
const SHOWN: i64 = 200;

/// Why something asked of the authorization server is refused. `as_str` names it in the standard's words.
#[derive(Debug, thiserror::Error)]
pub enum OauthError {
    #[error("there is no such client, or its secret is wrong")]
    InvalidClient,
    #[error(
        "the code or its verifier is wrong, was used, has expired, or was made for something else"
    )]
    InvalidGrant,
    #[error("the scope is unknown, or more than the client registered for")]
    InvalidScope,
    #[error("{0}")]
    InvalidRequest(&'static str),
    #[error("this kind of grant is not given here")]
    UnsupportedGrant,
    #[error(transparent)]
    Redirect(#[from] BadRedirect),
    #[error("too many clients were registered from this address")]
    Throttled(Duration),
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// A program as it registers itself.
#[derive(Debug, Clone, Default)]
pub struct NewApp {
    pub name: String,
    pub website: Option<String>,
    /// One to a line.
    pub redirect_uris: String,
    /// Space separated; `read` where it is empty.
    pub scopes: String,
    /// Whence it registers, as limits are counted.
    pub network: String,
}

/// What a program asks a person for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub client_id: String,
    pub redirect_uri: String,
    /// Space separated; `read` where it is empty.
    pub scopes: String,
    pub challenge: Option<String>,
    pub challenge_method: Option<String>,
}

/// A request that may be put before a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub app: ClientApp,
    pub redirect_uri: String,
    pub scopes: Scopes,
    challenge: Option<String>,
}

/// A token as it is handed out, once.
#[derive(Debug, Clone)]
pub struct Issued {
    pub secret: Secret,
    pub scopes: Scopes,
    /// In seconds since 1970.
    pub created_at: i64,
}

/// A program that shows its secret, or that has none to show.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    pub client_id: &'a str,
    pub secret: Option<&'a str>,
}

/// Registers a program. Its secret is answered once.
///
/// # Errors
/// When its name, an address or a scope is not usable, or too many were registered from the same place.
pub async fn register(ctx: &Ctx, new: NewApp) -> Result<(ClientApp, Secret), OauthError> {
    let gate = Gate::new("client-app", &new.network, PER_ADDRESS);
    if let Some(wait) = throttle::spend(ctx, &gate).await? {
        return Err(OauthError::Throttled(wait));
    }
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(OauthError::InvalidRequest(
            "a client's name has 1 to 100 characters on one line",
        ));
    }
    let website = match new.website.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => Some(website(text)?),
    };
    let mut chance = Chance(&*ctx.random);
    let secret = Secret::generate(&mut chance);
    let app = ClientApp {
        id: ClientAppId(ctx.id()),
        client_id: Secret::generate(&mut chance).hash().to_string(),
        name: name.to_owned(),
        website,
        redirects: Redirects::parse(&new.redirect_uris)?,
        scopes: scopes(&new.scopes)?.to_string(),
        created_at: ctx.now(),
    };
    let hash = stored(&secret.hash());
    ctx.store
        .transaction(async |tx| client_apps::insert(tx, &app, &hash).await)
        .await?;
    Ok((app, secret))
}

fn website(text: &str) -> Result<String, OauthError> {
    url::Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && text.len() <= 2_000)
        .map(String::from)
        .ok_or(OauthError::InvalidRequest(
            "a client's website is an http or https address",
        ))
}

fn scopes(text: &str) -> Result<Scopes, OauthError> {
    if text.trim().is_empty() {
        return Ok([Scope::ReadAll].into_iter().collect());
    }
    // Old clients separate by `+`, which a form turns into a space, or by commas.
    let text = text.replace([',', '+'], " ");
    text.parse().ok().ok_or(OauthError::InvalidScope)
}

fn stored(hash: &TokenHash) -> Vec<u8> {
    hash.to_string().into_bytes()
}

/// Checks what a program asks for, before a person is asked.
///
/// # Errors
/// When the program is unknown, the address is not among its own, or it asks for more than it registered for. Nobody is
/// to be sent to the address then.
pub async fn propose(ctx: &Ctx, asked: &Asked) -> Result<Proposal, OauthError> {
    let mut reader = ctx.store.reader().await?;
    let (app, _) = client_apps::find_by_client_id(&mut reader, &asked.client_id)
        .await?
        .ok_or(OauthError::InvalidClient)?;
    if !app.redirects.include(&asked.redirect_uri) {
        return Err(OauthError::InvalidRequest(
            "the client has not registered this redirect address",
        ));
    }
    let wanted = within(&app, &asked.scopes)?;
    let challenge = match (&asked.challenge, asked.challenge_method.as_deref()) {
        (None, None) => None,
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Some(challenge.clone()),
        _ => {
            return Err(OauthError::InvalidRequest(
                "of code challenges only those by S256 are understood",
            ));
        }
    };
    Ok(Proposal {
        app,
        redirect_uri: asked.redirect_uri.clone(),
        scopes: wanted,
        challenge,
    })
}

fn within(app: &ClientApp, asked: &str) -> Result<Scopes, OauthError> {
    let wanted = scopes(asked)?;
    if scopes(&app.scopes)?.cover(&wanted) {
        Ok(wanted)
    } else {
        Err(OauthError::InvalidScope)
    }
}

/// The person behind `account` agrees to a proposal. Answers the code for the program.
///
/// # Errors
/// When the database fails.
pub async fn agree(
    ctx: &Ctx,
    account: AccountId,
    proposal: &Proposal,
) -> Result<Secret, OauthError> {
    let code = Secret::generate(&mut Chance(&*ctx.random));
    let grant = Grant {
        id: ctx.id(),
        app: proposal.app.id,
        account,
        redirect_uri: proposal.redirect_uri.clone(),
        scopes: proposal.scopes.to_string(),
        challenge: proposal.challenge.clone(),
        created_at: ctx.now(),
        used_at: None,
        token: None,
    };
    let hash = stored(&code.hash());
    ctx.store
        .transaction(async |tx| authorization_codes::insert(tx, &grant, &hash).await)
        .await?;
    Ok(code)
}

/// What a program presents for a token.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    pub code: &'a str,
    pub redirect_uri: &'a str,
    pub verifier: Option<&'a str>,
}

/// Exchanges a code for a token, once. A code that comes a second time was stolen, by whoever came first or second: its
/// token ends.
///
/// # Errors
/// [`OauthError::InvalidClient`] and [`OauthError::InvalidGrant`].
pub async fn exchange(
    ctx: &Ctx,
    who: Credentials<'_>,
    exchange: Exchange<'_>,
) -> Result<Issued, OauthError> {
    let code: Secret = exchange.code.parse().ok().ok_or(OauthError::InvalidGrant)?;
    let mut reader = ctx.store.reader().await?;
    let (app, secret_hash) = client_apps::find_by_client_id(&mut reader, who.client_id)
        .await?
        .ok_or(OauthError::InvalidClient)?;
    let grant = authorization_codes::find(&mut reader, &stored(&code.hash()))
        .await?
        .ok_or(OauthError::InvalidGrant)?;
    drop(reader);
    // A program that cannot keep a secret proves by the verifier that it was the one who asked.
    match who.secret {
        Some(secret) if !is_secret(secret, &secret_hash) => return Err(OauthError::InvalidClient),
        None if grant.challenge.is_none() => return Err(OauthError::InvalidClient),
        _ => {}
    }
    if grant.app != app.id || grant.redirect_uri != exchange.redirect_uri {
        return Err(OauthError::InvalidGrant);
    }
    let proven = match (&grant.challenge, exchange.verifier) {
        (Some(challenge), Some(verifier)) => pkce::fits(challenge, verifier),
        (None, None) => true,
        _ => false,
    };
    if !proven {
        return Err(OauthError::InvalidGrant);
    }
    redeem(ctx, &grant).await
}

async fn redeem(ctx: &Ctx, grant: &Grant) -> Result<Issued, OauthError> {
    let now = ctx.now();
    let secret = Secret::generate(&mut Chance(&*ctx.random));
    let token = Token {
        id: TokenId(ctx.id()),
        account: grant.account,
        client_app: Some(grant.app),
        scopes: grant.scopes.clone(),
        created_at: now,
    };
    let hash = stored(&secret.hash());
    let is_late = now.since(grant.created_at) > ctx.scale.apply(CODE_LIVES);
    let redeemed = ctx
        .store
        .transaction(async |tx| {
            if is_late || !authorization_codes::redeem(tx, grant.id, token.id, now).await? {
                return Ok::<_, store::Error>(false);
            }
            accounts::insert_token(tx, &token, &hash).await?;
            Ok(true)
        })
        .await?;
    if redeemed {
        return Ok(Issued {
            secret,
            scopes: scopes(&grant.scopes)?,
            created_at: now.secs(),
        });
    }
    end_stolen(ctx, grant).await?;
    Err(OauthError::InvalidGrant)
}

async fn end_stolen(ctx: &Ctx, grant: &Grant) -> Result<(), OauthError> {
    let now = ctx.now();
    ctx.store
        .transaction(async |tx| {
            let token = authorization_codes::token_of(tx, grant.id).await?;
            if let Some(token) = token {
                accounts::revoke_token(tx, token, now).await?;
                tracing::warn!(account.id = %grant.account, "an authorization code was presented twice; its token ends");
            }
            Ok::<_, store::Error>(())
        })
        .await?;
    Ok(())
}

fn is_secret(secret: &str, stored: &[u8]) -> bool {
    let known: Option<TokenHash> = std::str::from_utf8(stored)
        .ok()
        .and_then(|text| text.parse().ok());
    match (secret.parse::<Secret>(), known) {
        (Ok(secret), Some(known)) => secret.hash() == known,
        _ => false,
    }
}

async fn proven_app(ctx: &Ctx, who: Credentials<'_>) -> Result<ClientApp, OauthError> {
    let mut reader = ctx.store.reader().await?;
    let (app, hash) = client_apps::find_by_client_id(&mut reader, who.client_id)
        .await?
        .ok_or(OauthError::InvalidClient)?;
    if who.secret.is_some_and(|secret| is_secret(secret, &hash)) {
        Ok(app)
    } else {
        Err(OauthError::InvalidClient)
    }
}

/// A token for a program that acts for nobody.
///
/// # Errors
/// [`OauthError::InvalidClient`] and [`OauthError::InvalidScope`].
pub async fn issue_to_app(
    ctx: &Ctx,
    who: Credentials<'_>,
    asked: &str,
) -> Result<Issued, OauthError> {
    let app = proven_app(ctx, who).await?;
    let granted = within(&app, asked)?;
    let secret = Secret::generate(&mut Chance(&*ctx.random));
    let (id, now, hash) = (ctx.id(), ctx.now(), stored(&secret.hash()));
    let text = granted.to_string();
    ctx.store
        .transaction(async |tx| {
            client_apps::insert_token(tx, id, app.id, (&hash, &text), now).await
        })
        .await?;
    Ok(Issued {
        secret,
        scopes: granted,
        created_at: now.secs(),
    })
}

/// Ends a token of the program that asks. That there is none like it is no error (RFC 7009 §2.2).
///
/// # Errors
/// [`OauthError::InvalidClient`].
pub async fn revoke(ctx: &Ctx, who: Credentials<'_>, token: &str) -> Result<(), OauthError> {
    let app = proven_app(ctx, who).await?;
    let Ok(secret) = token.parse::<Secret>() else {
        return Ok(());
    };
    let (hash, now) = (stored(&secret.hash()), ctx.now());
    ctx.store
        .transaction(async |tx| {
            if !client_apps::delete_token(tx, app.id, &hash).await?
                && !sign_up_tokens::delete(tx, app.id, &hash).await?
                && let Some((_, token)) = accounts::find_by_token(tx, &hash).await?
                && token.client_app == Some(app.id)
            {
                accounts::revoke_token(tx, token.id, now).await?;
            }
            Ok::<_, store::Error>(())
        })
        .await?;
    Ok(())
}

/// The program whose own token hashes to `hash`, with the token's scopes.
///
/// # Errors
/// When the database fails.
pub async fn app_by_token(
    ctx: &Ctx,
    hash: &TokenHash,
) -> store::Result<Option<(ClientApp, Scopes)>> {
    let mut reader = ctx.store.reader().await?;
    let found = client_apps::find_by_token(&mut reader, &stored(hash)).await?;
    Ok(found.map(|(app, text)| (app, text.parse().unwrap_or_default())))
}

/// The program with this key.
///
/// # Errors
/// When the database fails.
pub async fn app(ctx: &Ctx, id: ClientAppId) -> store::Result<Option<ClientApp>> {
    client_apps::find(&mut *ctx.store.reader().await?, id).await
}

/// A program that acts for somebody.
#[derive(Debug, Clone)]
pub struct LetIn {
    pub app: ClientApp,
    /// What it may do.
    pub scopes: Scopes,
    pub since: Timestamp,
}

/// The programs that act for an account, latest first.
///
/// # Errors
/// When the database fails.
pub async fn list_let_in(ctx: &Ctx, account: AccountId) -> store::Result<Vec<LetIn>> {
    let mut reader = ctx.store.reader().await?;
    let all = client_apps::list_authorized(&mut reader, account, SHOWN).await?;
    let each = all.into_iter().map(|(app, scopes, since)| LetIn {
        app,
        scopes: scopes.parse().unwrap_or_default(),
        since,
    });
    Ok(each.collect())
}

/// A person lets a program act for them no longer.
///
/// # Errors
/// When the database fails.
pub async fn dismiss(ctx: &Ctx, account: AccountId, app: ClientAppId) -> store::Result<()> {
    let now = ctx.now();
    ctx.store
        .transaction(async |tx| client_apps::revoke(tx, app, account, now).await.map(drop))
        .await
}
