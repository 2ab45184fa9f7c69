//! Programs that people let act for them, and the tokens of programs that act for nobody.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::client_app::{ClientApp, Redirects};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{AccountId, ClientAppId, TokenId};

use super::backend::MultiBackend;
use super::error::{Error, Result, word};
use super::schema::{authorization_codes, client_app_tokens, client_apps, tokens};
use super::{Conn, push_subscriptions};

#[derive(Queryable, Selectable)]
#[diesel(table_name = client_apps, check_for_backend(MultiBackend))]
struct AppRow {
    id: i64,
    client_id: String,
    name: String,
    website: Option<String>,
    redirect_uris: String,
    scopes: String,
    created_at: i64,
}

impl TryFrom<AppRow> for ClientApp {
    type Error = Error;

    fn try_from(row: AppRow) -> Result<ClientApp> {
        Ok(ClientApp {
            id: ClientAppId(row.id),
            client_id: row.client_id,
            name: row.name,
            website: row.website,
            redirects: word(
                "client_apps.redirect_uris",
                Redirects::parse(&row.redirect_uris).ok(),
            )?,
            scopes: row.scopes,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// Registers a program; of its secret only the hash is stored.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, app: &ClientApp, secret_hash: &[u8]) -> Result<()> {
    diesel::insert_into(client_apps::table)
        .values((
            client_apps::id.eq(app.id.0),
            client_apps::client_id.eq(&app.client_id),
            client_apps::secret_hash.eq(secret_hash),
            client_apps::name.eq(&app.name),
            client_apps::website.eq(app.website.as_deref()),
            client_apps::redirect_uris.eq(app.redirects.to_string()),
            client_apps::scopes.eq(&app.scopes),
            client_apps::created_at.eq(app.created_at.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The program with this key.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: ClientAppId) -> Result<Option<ClientApp>> {
    let row: Option<AppRow> = client_apps::table
        .find(id.0)
        .select(AppRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(ClientApp::try_from).transpose()
}

/// The program that calls itself by `client_id`, and the hash of its secret.
///
/// # Errors
/// When the database fails.
pub async fn find_by_client_id(
    c: &mut Conn,
    client_id: &str,
) -> Result<Option<(ClientApp, Vec<u8>)>> {
    let row: Option<(AppRow, Vec<u8>)> = client_apps::table
        .filter(client_apps::client_id.eq(client_id))
        .select((AppRow::as_select(), client_apps::secret_hash))
        .first(c)
        .await
        .optional()?;
    row.map(|(row, hash)| Ok((ClientApp::try_from(row)?, hash)))
        .transpose()
}

/// Adds a token of a program that acts for nobody.
///
/// # Errors
/// When the database fails.
pub async fn insert_token(
    c: &mut Conn,
    id: i64,
    app: ClientAppId,
    (hash, scopes): (&[u8], &str),
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(client_app_tokens::table)
        .values((
            client_app_tokens::id.eq(id),
            client_app_tokens::client_app_id.eq(app.0),
            client_app_tokens::hash.eq(hash),
            client_app_tokens::scopes.eq(scopes),
            client_app_tokens::created_at.eq(now.micros()),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The program whose own token this is, and the token's scopes.
///
/// # Errors
/// When the database fails.
pub async fn find_by_token(c: &mut Conn, hash: &[u8]) -> Result<Option<(ClientApp, String)>> {
    let row: Option<(AppRow, String)> = client_app_tokens::table
        .inner_join(client_apps::table)
        .filter(client_app_tokens::hash.eq(hash))
        .select((AppRow::as_select(), client_app_tokens::scopes))
        .first(c)
        .await
        .optional()?;
    row.map(|(row, scopes)| Ok((ClientApp::try_from(row)?, scopes)))
        .transpose()
}

/// Removes a token of a program that acts for nobody; `false` when there is none like it.
///
/// # Errors
/// When the database fails.
pub async fn delete_token(c: &mut Conn, app: ClientAppId, hash: &[u8]) -> Result<bool> {
    let token = client_app_tokens::table.filter(
        client_app_tokens::client_app_id
            .eq(app.0)
            .and(client_app_tokens::hash.eq(hash)),
    );
    Ok(diesel::delete(token).execute(c).await? > 0)
}

/// The programs that act for an account, each with its token's scopes and when it was let in, latest first. At most
/// `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_authorized(
    c: &mut Conn,
    account: AccountId,
    limit: i64,
) -> Result<Vec<(ClientApp, String, Timestamp)>> {
    let rows: Vec<(AppRow, String, i64)> = tokens::table
        .inner_join(client_apps::table.on(tokens::client_app_id.eq(client_apps::id.nullable())))
        .filter(
            tokens::account_id
                .eq(account.0)
                .and(tokens::revoked_at.is_null()),
        )
        .order(tokens::id.desc())
        .limit(limit)
        .select((AppRow::as_select(), tokens::scopes, tokens::created_at))
        .load(c)
        .await?;
    rows.into_iter()
        .map(|(row, scopes, at)| {
            Ok((
                ClientApp::try_from(row)?,
                scopes,
                Timestamp::from_micros(at),
            ))
        })
        .collect()
}

/// Ends everything that a program may do for an account.
///
/// # Errors
/// When the database fails.
pub async fn revoke(
    c: &mut Conn,
    app: ClientAppId,
    account: AccountId,
    now: Timestamp,
) -> Result<usize> {
    diesel::delete(
        authorization_codes::table.filter(
            authorization_codes::client_app_id
                .eq(app.0)
                .and(authorization_codes::account_id.eq(account.0)),
        ),
    )
    .execute(c)
    .await?;
    let held = tokens::table.filter(
        tokens::account_id
            .eq(account.0)
            .and(tokens::client_app_id.eq(app.0))
            .and(tokens::revoked_at.is_null()),
    );
    let ids: Vec<i64> = held.select(tokens::id).load(c).await?;
    let ended: Vec<TokenId> = ids.iter().copied().map(TokenId).collect();
    push_subscriptions::delete_of_tokens(c, &ended).await?;
    let held = tokens::table.filter(tokens::id.eq_any(&ids));
    Ok(diesel::update(held)
        .set(tokens::revoked_at.eq(Some(now.micros())))
        .execute(c)
        .await?)
}

/// Forgets programs registered before `before` that hold no token and wait for none. At most `limit` at once; returns
/// how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_unused(c: &mut Conn, before: Timestamp, limit: i64) -> Result<usize> {
    use diesel::dsl::{exists, not};
    let acting = tokens::table.filter(tokens::client_app_id.eq(client_apps::id.nullable()));
    let own = client_app_tokens::table.filter(client_app_tokens::client_app_id.eq(client_apps::id));
    let asking =
        authorization_codes::table.filter(authorization_codes::client_app_id.eq(client_apps::id));
    let unused: Vec<i64> = client_apps::table
        .filter(client_apps::created_at.lt(before.micros()))
        .filter(not(exists(acting)))
        .filter(not(exists(own)))
        .filter(not(exists(asking)))
        .limit(limit)
        .select(client_apps::id)
        .load(c)
        .await?;
    Ok(
        diesel::delete(client_apps::table.filter(client_apps::id.eq_any(&unused)))
            .execute(c)
            .await?,
    )
}
