//! Lists of people that somebody follows.

use crate::domain::actor::Actor;
use crate::domain::ids::{ActorId, ListId, RowId};
use crate::domain::list::{List, RepliesPolicy};
use crate::store::{self, Conn, follows, lists};

use super::Ctx;

/// Lists that somebody has at most.
pub const MAX_LISTS: usize = 50;
/// Members of a list at most.
pub const MAX_MEMBERS: i64 = 2_000;
/// Longest title, in characters.
pub const MAX_TITLE: usize = 256;

/// Why a list is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("a list needs a title of at most {MAX_TITLE} characters")]
    Title,
    #[error("too many lists, or too many people in one")]
    TooMany,
    #[error("there is no such list")]
    NoSuchList,
    #[error("only people whom one follows are put into lists")]
    NotFollowed,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// What a list is to be; `None` leaves things as they are.
#[derive(Debug, Clone, Default)]
pub struct ListDraft {
    pub title: Option<String>,
    pub replies: Option<RepliesPolicy>,
    pub exclusive: Option<bool>,
}

impl ListDraft {
    fn onto(&self, list: &List) -> Result<List, ListError> {
        let title = self
            .title
            .as_deref()
            .map_or(list.title.as_str(), str::trim)
            .to_owned();
        if title.is_empty() || title.chars().count() > MAX_TITLE {
            return Err(ListError::Title);
        }
        Ok(List {
            title,
            replies: self.replies.unwrap_or(list.replies),
            exclusive: self.exclusive.unwrap_or(list.exclusive),
            id: list.id,
            owner: list.owner,
        })
    }
}

/// All lists of `who`.
///
/// # Errors
/// When the database fails.
pub async fn all(ctx: &Ctx, who: ActorId) -> store::Result<Vec<List>> {
    let mut c = ctx.store.reader().await?;
    lists::list(&mut c, who).await
}

/// The lists of `who` with `member` in them.
///
/// # Errors
/// When the database fails.
pub async fn with(ctx: &Ctx, who: ActorId, member: ActorId) -> store::Result<Vec<List>> {
    let mut c = ctx.store.reader().await?;
    lists::list_with(&mut c, who, member).await
}

/// One list of `who`.
///
/// # Errors
/// [`ListError::NoSuchList`].
pub async fn one(ctx: &Ctx, who: ActorId, id: ListId) -> Result<List, ListError> {
    let mut c = ctx.store.reader().await?;
    find(&mut c, who, id).await
}

async fn find(c: &mut Conn, who: ActorId, id: ListId) -> Result<List, ListError> {
    lists::find(c, who, id).await?.ok_or(ListError::NoSuchList)
}

/// See the name.
///
/// # Errors
/// See [`ListError`].
pub async fn create(ctx: &Ctx, who: &Actor, draft: &ListDraft) -> Result<List, ListError> {
    let list = draft.onto(&List {
        id: ListId(ctx.id()),
        owner: who.id,
        title: String::new(),
        replies: RepliesPolicy::List,
        exclusive: false,
    })?;
    ctx.store
        .transaction(async |tx| {
            if lists::list(tx, who.id).await?.len() >= MAX_LISTS {
                return Err(ListError::TooMany);
            }
            lists::insert(tx, &list, ctx.now()).await?;
            Ok(list.clone())
        })
        .await
}

/// See the name.
///
/// # Errors
/// See [`ListError`].
pub async fn change(
    ctx: &Ctx,
    who: &Actor,
    id: ListId,
    draft: &ListDraft,
) -> Result<List, ListError> {
    ctx.store
        .transaction(async |tx| {
            let list = draft.onto(&find(tx, who.id, id).await?)?;
            lists::update(tx, &list).await?;
            Ok(list)
        })
        .await
}

/// See the name.
///
/// # Errors
/// See [`ListError`].
pub async fn delete(ctx: &Ctx, who: &Actor, id: ListId) -> Result<(), ListError> {
    ctx.store
        .transaction(async |tx| {
            let list = find(tx, who.id, id).await?;
            Ok(lists::delete(tx, list.id).await?)
        })
        .await
}

/// Puts people whom `who` follows into a list: all of them or nobody.
///
/// # Errors
/// See [`ListError`].
pub async fn add(ctx: &Ctx, who: &Actor, id: ListId, people: &[ActorId]) -> Result<(), ListError> {
    ctx.store
        .transaction(async |tx| {
            let list = find(tx, who.id, id).await?;
            let more = i64::try_from(people.len()).unwrap_or(i64::MAX);
            if lists::count_members(tx, list.id)
                .await?
                .saturating_add(more)
                > MAX_MEMBERS
            {
                return Err(ListError::TooMany);
            }
            for &person in people {
                if person != who.id && follows::find(tx, who.id, person).await?.is_none() {
                    return Err(ListError::NotFollowed);
                }
                lists::insert_member(tx, RowId(ctx.id()), list.id, person).await?;
            }
            Ok(())
        })
        .await
}

/// Takes people out of a list.
///
/// # Errors
/// See [`ListError`].
pub async fn remove(
    ctx: &Ctx,
    who: &Actor,
    id: ListId,
    people: &[ActorId],
) -> Result<(), ListError> {
    ctx.store
        .transaction(async |tx| {
            let list = find(tx, who.id, id).await?;
            for &person in people {
                lists::delete_member(tx, list.id, person).await?;
            }
            Ok(())
        })
        .await
}
