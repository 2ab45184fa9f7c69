//! Quotes: which post shows which, and how that stands.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, PostId, QuoteId};
use crate::domain::quote::{Quote, QuoteState};

use super::Conn;
use super::backend::{Both, MultiBackend, padded};
use super::error::{Error, Result, word};
use super::schema::{posts, quotes};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = quotes, check_for_backend(MultiBackend), treat_none_as_null = true, treat_none_as_default_value = false)]
struct QuoteRow {
    id: i64,
    post_uri: String,
    post_id: Option<i64>,
    actor_id: i64,
    quoted_uri: String,
    quoted_id: Option<i64>,
    state: String,
    authorization_uri: Option<String>,
    created_at: i64,
}

impl TryFrom<QuoteRow> for Quote {
    type Error = Error;

    fn try_from(row: QuoteRow) -> Result<Quote> {
        Ok(Quote {
            id: QuoteId(row.id),
            post_uri: row.post_uri,
            post: row.post_id.map(PostId),
            author: ActorId(row.actor_id),
            quoted_uri: row.quoted_uri,
            quoted: row.quoted_id.map(PostId),
            state: word("quotes.state", QuoteState::parse(&row.state))?,
            authorization: row.authorization_uri,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

impl From<&Quote> for QuoteRow {
    fn from(quote: &Quote) -> Self {
        QuoteRow {
            id: quote.id.0,
            post_uri: quote.post_uri.clone(),
            post_id: quote.post.map(|id| id.0),
            actor_id: quote.author.0,
            quoted_uri: quote.quoted_uri.clone(),
            quoted_id: quote.quoted.map(|id| id.0),
            state: quote.state.as_str().to_owned(),
            authorization_uri: quote.authorization.clone(),
            created_at: quote.created_at.micros(),
        }
    }
}

/// The quote with this key.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: QuoteId) -> Result<Option<Quote>> {
    let row: Option<QuoteRow> = quotes::table
        .find(id.0)
        .select(QuoteRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Quote::try_from).transpose()
}

/// The quote of the quoting post with this ActivityPub id, which need not be stored.
///
/// # Errors
/// When the database fails.
pub async fn find_by_post_uri(c: &mut Conn, uri: &str) -> Result<Option<Quote>> {
    let row: Option<QuoteRow> = quotes::table
        .filter(quotes::post_uri.eq(uri))
        .select(QuoteRow::as_select())
        .first(c)
        .await
        .optional()?;
    row.map(Quote::try_from).transpose()
}

/// Quotes that this authorization stands for.
///
/// # Errors
/// When the database fails.
pub async fn list_by_authorization(c: &mut Conn, uri: &str) -> Result<Vec<Quote>> {
    let rows: Vec<QuoteRow> = quotes::table
        .filter(quotes::authorization_uri.eq(uri))
        .select(QuoteRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Quote::try_from).collect()
}

/// Whether a post quotes the one with this ActivityPub id, with or without leave.
///
/// # Errors
/// When the database fails.
pub async fn is_quoted(c: &mut Conn, uri: &str) -> Result<bool> {
    let quoting = quotes::table.filter(quotes::quoted_uri.eq(uri));
    Ok(diesel::select(diesel::dsl::exists(quoting))
        .get_result(c)
        .await?)
}

/// What these posts quote, in no particular order.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, quoting: &[PostId]) -> Result<Vec<Quote>> {
    if quoting.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Option<i64>> = padded(quoting.iter().map(|id| id.0))
        .into_iter()
        .map(Some)
        .collect();
    let rows: Vec<QuoteRow> = quotes::table
        .filter(quotes::post_id.eq_any(ids))
        .select(QuoteRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Quote::try_from).collect()
}

/// Keeps a new quote, and counts it where it stands. `false` when the post quotes already.
///
/// # Errors
/// When the database fails.
pub async fn insert_if_new(c: &mut Conn, quote: &Quote) -> Result<bool> {
    let row = diesel::insert_into(quotes::table).values(QuoteRow::from(quote));
    if Both(row.on_conflict_do_nothing()).execute(c).await? == 0 {
        return Ok(false);
    }
    if quote.stands() && quote.post.is_some() {
        count(c, quote.quoted, 1).await?;
    }
    Ok(true)
}

/// Replaces `before`, and counts what changes.
///
/// # Errors
/// When the database fails.
pub async fn update(c: &mut Conn, before: &Quote, quote: &Quote) -> Result<()> {
    diesel::update(quotes::table.find(quote.id.0))
        .set(QuoteRow::from(quote))
        .execute(c)
        .await?;
    if before.stands() && before.post.is_some() {
        count(c, before.quoted, -1).await?;
    }
    if quote.stands() && quote.post.is_some() {
        count(c, quote.quoted, 1).await?;
    }
    Ok(())
}

/// Removes a quote.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, quote: &Quote) -> Result<()> {
    diesel::delete(quotes::table.find(quote.id.0))
        .execute(c)
        .await?;
    if quote.stands() && quote.post.is_some() {
        count(c, quote.quoted, -1).await?;
    }
    Ok(())
}

/// A post goes: what it quotes is quoted once less, and what quotes it loses it.
pub(super) async fn forget_post(c: &mut Conn, post: PostId) -> Result<()> {
    for quote in list(c, &[post]).await? {
        delete(c, &quote).await?;
    }
    diesel::update(quotes::table.filter(quotes::quoted_id.eq(post.0)))
        .set((
            quotes::quoted_id.eq(None::<i64>),
            quotes::state.eq(QuoteState::Deleted.as_str()),
            quotes::authorization_uri.eq(None::<String>),
        ))
        .execute(c)
        .await?;
    Ok(())
}

async fn count(c: &mut Conn, quoted: Option<PostId>, by: i64) -> Result<()> {
    if let Some(quoted) = quoted {
        diesel::update(posts::table.find(quoted.0))
            .set(posts::quotes_count.eq(posts::quotes_count + by))
            .execute(c)
            .await?;
    }
    Ok(())
}
