//! What people do not want to read.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::filter::{Filter, FilterAction, FilterContext, Keyword};
use crate::domain::ids::{ActorId, FilterId, PostId, RowId};

use super::Conn;
use super::backend::{Both, padded};
use super::error::{Result, word};
use super::schema::{filter_keywords, filter_posts, filters};

type Row = (i64, i64, String, String, String, Option<i64>);

#[diesel::dsl::auto_type(no_type_alias)]
fn columns() -> _ {
    (
        filters::id,
        filters::actor_id,
        filters::title,
        filters::contexts,
        filters::action,
        filters::ends_at,
    )
}

async fn complete(c: &mut Conn, rows: Vec<Row>) -> Result<Vec<Filter>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids = padded(rows.iter().map(|row| row.0));
    let keywords: Vec<(i64, i64, String, bool)> = filter_keywords::table
        .filter(filter_keywords::filter_id.eq_any(&ids))
        .order(filter_keywords::id)
        .select(filter_keywords::all_columns)
        .load(c)
        .await?;
    let posts: Vec<(i64, i64, i64)> = filter_posts::table
        .filter(filter_posts::filter_id.eq_any(&ids))
        .order(filter_posts::id)
        .select(filter_posts::all_columns)
        .load(c)
        .await?;
    rows.into_iter()
        .map(|(id, owner, title, contexts, action, ends_at)| {
            Ok(Filter {
                id: FilterId(id),
                owner: ActorId(owner),
                title,
                contexts: contexts
                    .split_whitespace()
                    .filter_map(FilterContext::parse)
                    .collect(),
                action: word("filters.action", FilterAction::parse(&action))?,
                ends_at: ends_at.map(Timestamp::from_micros),
                keywords: keywords
                    .iter()
                    .filter(|row| row.1 == id)
                    .map(|(id, _, text, whole_word)| Keyword {
                        id: RowId(*id),
                        text: text.clone(),
                        whole_word: *whole_word,
                    })
                    .collect(),
                posts: posts
                    .iter()
                    .filter(|row| row.1 == id)
                    .map(|(id, _, post)| (RowId(*id), PostId(*post)))
                    .collect(),
            })
        })
        .collect()
}

/// All filters of `owner`, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, owner: ActorId) -> Result<Vec<Filter>> {
    let rows: Vec<Row> = filters::table
        .filter(filters::actor_id.eq(owner.0))
        .order(filters::id)
        .select(columns())
        .load(c)
        .await?;
    complete(c, rows).await
}

/// One filter of `owner`.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, owner: ActorId, id: FilterId) -> Result<Option<Filter>> {
    let rows: Vec<Row> = filters::table
        .find(id.0)
        .filter(filters::actor_id.eq(owner.0))
        .select(columns())
        .load(c)
        .await?;
    Ok(complete(c, rows).await?.pop())
}

fn words(contexts: &[FilterContext]) -> String {
    let words: Vec<&str> = contexts.iter().map(|context| context.as_str()).collect();
    words.join(" ")
}

/// Adds a filter with its keywords.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, filter: &Filter, now: Timestamp) -> Result<()> {
    diesel::insert_into(filters::table)
        .values((
            filters::id.eq(filter.id.0),
            filters::actor_id.eq(filter.owner.0),
            filters::title.eq(&filter.title),
            filters::contexts.eq(words(&filter.contexts)),
            filters::action.eq(filter.action.as_str()),
            filters::ends_at.eq(filter.ends_at.map(Timestamp::micros)),
            filters::created_at.eq(now.micros()),
        ))
        .execute(c)
        .await?;
    for keyword in &filter.keywords {
        insert_keyword(c, filter.id, keyword).await?;
    }
    Ok(())
}

/// Replaces a filter and its keywords; its posts stay.
///
/// # Errors
/// When the database fails.
pub async fn update(c: &mut Conn, filter: &Filter) -> Result<()> {
    diesel::update(filters::table.find(filter.id.0))
        .set((
            filters::title.eq(&filter.title),
            filters::contexts.eq(words(&filter.contexts)),
            filters::action.eq(filter.action.as_str()),
            filters::ends_at.eq(filter.ends_at.map(Timestamp::micros)),
        ))
        .execute(c)
        .await?;
    diesel::delete(filter_keywords::table.filter(filter_keywords::filter_id.eq(filter.id.0)))
        .execute(c)
        .await?;
    for keyword in &filter.keywords {
        insert_keyword(c, filter.id, keyword).await?;
    }
    Ok(())
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, id: FilterId) -> Result<()> {
    diesel::delete(filter_keywords::table.filter(filter_keywords::filter_id.eq(id.0)))
        .execute(c)
        .await?;
    diesel::delete(filter_posts::table.filter(filter_posts::filter_id.eq(id.0)))
        .execute(c)
        .await?;
    diesel::delete(filters::table.find(id.0)).execute(c).await?;
    Ok(())
}

async fn insert_keyword(c: &mut Conn, filter: FilterId, keyword: &Keyword) -> Result<()> {
    diesel::insert_into(filter_keywords::table)
        .values((
            filter_keywords::id.eq(keyword.id.0),
            filter_keywords::filter_id.eq(filter.0),
            filter_keywords::keyword.eq(&keyword.text),
            filter_keywords::whole_word.eq(keyword.whole_word),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// The filter that a keyword with this key belongs to.
///
/// # Errors
/// When the database fails.
pub async fn of_keyword(c: &mut Conn, id: RowId) -> Result<Option<FilterId>> {
    let found: Option<i64> = filter_keywords::table
        .find(id.0)
        .select(filter_keywords::filter_id)
        .first(c)
        .await
        .optional()?;
    Ok(found.map(FilterId))
}

/// The filter that a post's row with this key belongs to.
///
/// # Errors
/// When the database fails.
pub async fn of_post(c: &mut Conn, id: RowId) -> Result<Option<FilterId>> {
    let found: Option<i64> = filter_posts::table
        .find(id.0)
        .select(filter_posts::filter_id)
        .first(c)
        .await
        .optional()?;
    Ok(found.map(FilterId))
}

/// Adds a post to a filter; once is enough.
///
/// # Errors
/// When the database fails.
pub async fn insert_post(
    c: &mut Conn,
    id: RowId,
    (filter, post): (FilterId, PostId),
) -> Result<()> {
    Both(
        diesel::insert_into(filter_posts::table)
            .values((
                filter_posts::id.eq(id.0),
                filter_posts::filter_id.eq(filter.0),
                filter_posts::post_id.eq(post.0),
            ))
            .on_conflict_do_nothing(),
    )
    .execute(c)
    .await?;
    Ok(())
}

/// See the name.
///
/// # Errors
/// When the database fails.
pub async fn delete_post(c: &mut Conn, id: RowId) -> Result<()> {
    diesel::delete(filter_posts::table.find(id.0))
        .execute(c)
        .await?;
    Ok(())
}
