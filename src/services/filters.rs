//! Filters of local people: what they do not want to read. Apps apply them; this server says what fits.

use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::filter::{Filter, FilterAction, FilterContext, Keyword};
use crate::domain::ids::{ActorId, FilterId, PostId, RowId};
use crate::store::{self, Conn, filters};

use super::Ctx;

/// Filters that somebody has at most.
pub const MAX_FILTERS: usize = 100;
/// Keywords, and posts, of a filter at most.
pub const MAX_PARTS: usize = 100;
/// Longest title or keyword, in characters.
pub const MAX_TEXT: usize = 200;

/// Why a filter is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    #[error("a filter needs a title of at most {MAX_TEXT} characters")]
    Title,
    #[error("a filter counts somewhere: name at least one context")]
    NoContext,
    #[error("a keyword has between 1 and {MAX_TEXT} characters")]
    Keyword,
    #[error("too many filters, or too much in one")]
    TooMany,
    #[error("there is no such filter")]
    NoSuchFilter,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// What becomes of one keyword.
#[derive(Debug, Clone)]
pub struct KeywordChange {
    /// The one that is changed; none for a new one.
    pub id: Option<RowId>,
    pub text: Option<String>,
    pub whole_word: Option<bool>,
    pub remove: bool,
}

/// What a filter is to be; `None` leaves things as they are.
#[derive(Debug, Clone, Default)]
pub struct FilterDraft {
    pub title: Option<String>,
    pub contexts: Option<Vec<FilterContext>>,
    pub action: Option<FilterAction>,
    /// `Some(None)`: for ever.
    pub lasting: Option<Option<Duration>>,
    pub keywords: Vec<KeywordChange>,
}

fn text(value: &str, wrong: FilterError) -> Result<String, FilterError> {
    let value = value.trim();
    if value.is_empty() || value.chars().count() > MAX_TEXT {
        return Err(wrong);
    }
    Ok(value.to_owned())
}

impl FilterDraft {
    fn onto(&self, ctx: &Ctx, mut filter: Filter) -> Result<Filter, FilterError> {
        if let Some(title) = &self.title {
            filter.title.clone_from(title);
        }
        filter.title = text(&filter.title, FilterError::Title)?;
        if let Some(contexts) = &self.contexts {
            filter.contexts.clone_from(contexts);
        }
        if filter.contexts.is_empty() {
            return Err(FilterError::NoContext);
        }
        filter.action = self.action.unwrap_or(filter.action);
        if let Some(lasting) = self.lasting {
            filter.ends_at = lasting.map(|time| ctx.now().plus(time));
        }
        for change in &self.keywords {
            apply(ctx, &mut filter.keywords, change)?;
        }
        if filter.keywords.len() > MAX_PARTS {
            return Err(FilterError::TooMany);
        }
        Ok(filter)
    }
}

fn apply(
    ctx: &Ctx,
    keywords: &mut Vec<Keyword>,
    change: &KeywordChange,
) -> Result<(), FilterError> {
    let Some(id) = change.id else {
        keywords.push(Keyword {
            id: RowId(ctx.id()),
            text: text(
                change.text.as_deref().unwrap_or_default(),
                FilterError::Keyword,
            )?,
            whole_word: change.whole_word.unwrap_or(false),
        });
        return Ok(());
    };
    if change.remove {
        keywords.retain(|keyword| keyword.id != id);
        return Ok(());
    }
    let keyword = keywords
        .iter_mut()
        .find(|keyword| keyword.id == id)
        .ok_or(FilterError::NoSuchFilter)?;
    if let Some(new) = &change.text {
        keyword.text = text(new, FilterError::Keyword)?;
    }
    keyword.whole_word = change.whole_word.unwrap_or(keyword.whole_word);
    Ok(())
}

/// All filters of `who`.
///
/// # Errors
/// When the database fails.
pub async fn all(ctx: &Ctx, who: ActorId) -> store::Result<Vec<Filter>> {
    let mut c = ctx.store.reader().await?;
    filters::list(&mut c, who).await
}

/// One filter of `who`.
///
/// # Errors
/// [`FilterError::NoSuchFilter`].
pub async fn one(ctx: &Ctx, who: ActorId, id: FilterId) -> Result<Filter, FilterError> {
    let mut c = ctx.store.reader().await?;
    find(&mut c, who, id).await
}

async fn find(c: &mut Conn, who: ActorId, id: FilterId) -> Result<Filter, FilterError> {
    filters::find(c, who, id)
        .await?
        .ok_or(FilterError::NoSuchFilter)
}

/// The filter of `who` with this keyword.
///
/// # Errors
/// [`FilterError::NoSuchFilter`].
pub async fn with_keyword(ctx: &Ctx, who: ActorId, id: RowId) -> Result<Filter, FilterError> {
    let mut c = ctx.store.reader().await?;
    let filter = filters::of_keyword(&mut c, id).await?;
    find(&mut c, who, filter.ok_or(FilterError::NoSuchFilter)?).await
}

/// The filter of `who` with this post's row.
///
/// # Errors
/// [`FilterError::NoSuchFilter`].
pub async fn with_post(ctx: &Ctx, who: ActorId, id: RowId) -> Result<Filter, FilterError> {
    let mut c = ctx.store.reader().await?;
    let filter = filters::of_post(&mut c, id).await?;
    find(&mut c, who, filter.ok_or(FilterError::NoSuchFilter)?).await
}

/// See the name.
///
/// # Errors
/// See [`FilterError`].
pub async fn create(ctx: &Ctx, who: &Actor, draft: &FilterDraft) -> Result<Filter, FilterError> {
    let filter = draft.onto(
        ctx,
        Filter {
            id: FilterId(ctx.id()),
            owner: who.id,
            title: String::new(),
            contexts: Vec::new(),
            action: FilterAction::Warn,
            ends_at: None,
            keywords: Vec::new(),
            posts: Vec::new(),
        },
    )?;
    ctx.store
        .transaction(async |tx| {
            if filters::list(tx, who.id).await?.len() >= MAX_FILTERS {
                return Err(FilterError::TooMany);
            }
            filters::insert(tx, &filter, ctx.now()).await?;
            Ok(filter.clone())
        })
        .await
}

/// See the name.
///
/// # Errors
/// See [`FilterError`].
pub async fn change(
    ctx: &Ctx,
    who: &Actor,
    id: FilterId,
    draft: &FilterDraft,
) -> Result<Filter, FilterError> {
    ctx.store
        .transaction(async |tx| {
            let filter = draft.onto(ctx, find(tx, who.id, id).await?)?;
            filters::update(tx, &filter).await?;
            Ok(filter)
        })
        .await
}

/// See the name.
///
/// # Errors
/// See [`FilterError`].
pub async fn delete(ctx: &Ctx, who: &Actor, id: FilterId) -> Result<(), FilterError> {
    ctx.store
        .transaction(async |tx| {
            let filter = find(tx, who.id, id).await?;
            Ok(filters::delete(tx, filter.id).await?)
        })
        .await
}

/// Adds a post that `who` may see to a filter.
///
/// # Errors
/// See [`FilterError`].
pub async fn add_post(
    ctx: &Ctx,
    who: &Actor,
    id: FilterId,
    post: PostId,
) -> Result<Filter, FilterError> {
    ctx.store
        .transaction(async |tx| {
            let filter = find(tx, who.id, id).await?;
            if filter.posts.len() >= MAX_PARTS {
                return Err(FilterError::TooMany);
            }
            filters::insert_post(tx, RowId(ctx.id()), (filter.id, post)).await?;
            find(tx, who.id, id).await
        })
        .await
}

/// Takes a post out of a filter, by the key of its row.
///
/// # Errors
/// See [`FilterError`].
pub async fn remove_post(ctx: &Ctx, who: &Actor, row: RowId) -> Result<(), FilterError> {
    ctx.store
        .transaction(async |tx| {
            let filter = filters::of_post(tx, row).await?;
            find(tx, who.id, filter.ok_or(FilterError::NoSuchFilter)?).await?;
            Ok(filters::delete_post(tx, row).await?)
        })
        .await
}
