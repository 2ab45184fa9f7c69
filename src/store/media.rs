//! Pictures that people uploaded. What is given up is seen by nobody any more; its files go, then its row.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::domain::clock::Timestamp;
use crate::domain::ids::{ActorId, MediaId, PostId, ScheduledId};
use crate::domain::media::{FileName, Focus, Media, MediaRole, Picture, Stored};

use super::Conn;
use super::backend::MultiBackend;
use super::error::{Error, Result, word};
use super::schema::media;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = media, check_for_backend(MultiBackend))]
struct MediaRow {
    id: i64,
    owner_id: i64,
    role: String,
    post_id: Option<i64>,
    scheduled_id: Option<i64>,
    file: String,
    width: i64,
    height: i64,
    bytes: i64,
    preview_file: Option<String>,
    preview_width: i64,
    preview_height: i64,
    preview_bytes: i64,
    blurhash: String,
    alt: String,
    focus_x: f64,
    focus_y: f64,
    given_up: bool,
    created_at: i64,
}

fn picture(
    column: &'static str,
    name: &str,
    (width, height, bytes): (i64, i64, i64),
) -> Result<Picture> {
    Ok(Picture {
        file: word(column, FileName::parse(name))?,
        width: word(column, u32::try_from(width).ok())?,
        height: word(column, u32::try_from(height).ok())?,
        bytes: u64::try_from(bytes).unwrap_or_default(),
    })
}

impl TryFrom<MediaRow> for Media {
    type Error = Error;

    fn try_from(row: MediaRow) -> Result<Media> {
        let small = (row.preview_width, row.preview_height, row.preview_bytes);
        let preview = row.preview_file.as_deref();
        Ok(Media {
            id: MediaId(row.id),
            owner: ActorId(row.owner_id),
            role: word("media.role", MediaRole::parse(&row.role))?,
            post: row.post_id.map(PostId),
            scheduled: row.scheduled_id.map(ScheduledId),
            stored: Stored {
                whole: picture("media.file", &row.file, (row.width, row.height, row.bytes))?,
                preview: preview
                    .map(|name| picture("media.preview_file", name, small))
                    .transpose()?,
                blurhash: row.blurhash,
            },
            alt: row.alt,
            focus: Focus {
                x: row.focus_x,
                y: row.focus_y,
            },
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

impl From<&Media> for MediaRow {
    fn from(media: &Media) -> Self {
        let bytes = |picture: &Picture| i64::try_from(picture.bytes).unwrap_or(i64::MAX);
        let whole = &media.stored.whole;
        let preview = media.stored.preview.as_ref();
        MediaRow {
            id: media.id.0,
            owner_id: media.owner.0,
            role: media.role.as_str().to_owned(),
            post_id: media.post.map(|id| id.0),
            scheduled_id: media.scheduled.map(|id| id.0),
            file: whole.file.as_str().to_owned(),
            width: whole.width.into(),
            height: whole.height.into(),
            bytes: bytes(whole),
            preview_file: preview.map(|small| small.file.as_str().to_owned()),
            preview_width: preview.map_or(0, |small| small.width.into()),
            preview_height: preview.map_or(0, |small| small.height.into()),
            preview_bytes: preview.map_or(0, bytes),
            blurhash: media.stored.blurhash.clone(),
            alt: media.alt.clone(),
            focus_x: media.focus.x,
            focus_y: media.focus.y,
            given_up: false,
            created_at: media.created_at.micros(),
        }
    }
}

/// Adds a picture whose files are kept already.
///
/// # Errors
/// When the database fails.
pub async fn insert(c: &mut Conn, new: &Media) -> Result<()> {
    diesel::insert_into(media::table)
        .values(MediaRow::from(new))
        .execute(c)
        .await?;
    Ok(())
}

/// The picture with this key, unless it was given up.
///
/// # Errors
/// When the database fails.
pub async fn find(c: &mut Conn, id: MediaId) -> Result<Option<Media>> {
    Ok(list(c, &[id]).await?.pop())
}

/// The pictures with these keys that were not given up, in no particular order.
///
/// # Errors
/// When the database fails.
pub async fn list(c: &mut Conn, ids: &[MediaId]) -> Result<Vec<Media>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<MediaRow> = media::table
        .filter(media::id.eq_any(ids))
        .filter(media::given_up.eq(false))
        .select(MediaRow::as_select())
        .load(c)
        .await?;
    rows.into_iter().map(Media::try_from).collect()
}

/// Changes what is said of a picture.
///
/// # Errors
/// When the database fails.
pub async fn describe(c: &mut Conn, id: MediaId, alt: &str, focus: Focus) -> Result<()> {
    diesel::update(media::table.find(id.0))
        .set((
            media::alt.eq(alt),
            media::focus_x.eq(focus.x),
            media::focus_y.eq(focus.y),
        ))
        .execute(c)
        .await?;
    Ok(())
}

/// Hangs pictures on a post. Answers how many: one that hangs on another already is left there.
///
/// # Errors
/// When the database fails.
pub async fn attach(c: &mut Conn, ids: &[MediaId], post: PostId) -> Result<usize> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let is_free = media::post_id.is_null().or(media::post_id.eq(post.0));
    Ok(diesel::update(
        media::table
            .filter(media::id.eq_any(ids))
            .filter(is_free)
            .filter(media::scheduled_id.is_null())
            .filter(media::given_up.eq(false)),
    )
    .set(media::post_id.eq(post.0))
    .execute(c)
    .await?)
}

/// Keeps free pictures for a waiting post. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn hold(c: &mut Conn, ids: &[MediaId], scheduled: ScheduledId) -> Result<usize> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    Ok(diesel::update(
        media::table
            .filter(media::id.eq_any(ids))
            .filter(media::post_id.is_null())
            .filter(media::scheduled_id.is_null())
            .filter(media::given_up.eq(false)),
    )
    .set(media::scheduled_id.eq(scheduled.0))
    .execute(c)
    .await?)
}

/// Lets go of what was kept for a waiting post.
pub(super) async fn release(c: &mut Conn, scheduled: ScheduledId) -> Result<()> {
    diesel::update(media::table.filter(media::scheduled_id.eq(scheduled.0)))
        .set(media::scheduled_id.eq(None::<i64>))
        .execute(c)
        .await?;
    Ok(())
}

/// Gives up a picture that hangs on nothing; `false` when it hangs on something.
///
/// # Errors
/// When the database fails.
pub async fn give_up_free(c: &mut Conn, id: MediaId) -> Result<bool> {
    let given_up = diesel::update(
        media::table
            .find(id.0)
            .filter(media::post_id.is_null())
            .filter(media::scheduled_id.is_null()),
    )
    .set(media::given_up.eq(true))
    .execute(c)
    .await?;
    Ok(given_up > 0)
}

/// Gives up what somebody has in this role.
///
/// # Errors
/// When the database fails.
pub async fn give_up_role(c: &mut Conn, owner: ActorId, role: MediaRole) -> Result<()> {
    diesel::update(
        media::table
            .filter(media::owner_id.eq(owner.0))
            .filter(media::role.eq(role.as_str())),
    )
    .set(media::given_up.eq(true))
    .execute(c)
    .await?;
    Ok(())
}

/// Gives up what hung on a post, in any of its versions.
pub(super) async fn give_up_of_post(c: &mut Conn, post: PostId) -> Result<()> {
    diesel::update(media::table.filter(media::post_id.eq(post.0)))
        .set(media::given_up.eq(true))
        .execute(c)
        .await?;
    Ok(())
}

/// Gives up all pictures of somebody.
pub(super) async fn give_up_of_owner(c: &mut Conn, owner: ActorId) -> Result<()> {
    diesel::update(media::table.filter(media::owner_id.eq(owner.0)))
        .set(media::given_up.eq(true))
        .execute(c)
        .await?;
    Ok(())
}

/// Gives up what was uploaded before `before` and never hung on anything. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn give_up_forgotten(c: &mut Conn, before: Timestamp) -> Result<usize> {
    Ok(diesel::update(
        media::table
            .filter(media::post_id.is_null())
            .filter(media::created_at.lt(before.micros()))
            .filter(media::scheduled_id.is_null())
            .filter(media::role.eq(MediaRole::Attachment.as_str()))
            .filter(media::given_up.eq(false)),
    )
    .set(media::given_up.eq(true))
    .execute(c)
    .await?)
}

/// What was given up, with its files. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list_given_up(c: &mut Conn, limit: i64) -> Result<Vec<(MediaId, Vec<FileName>)>> {
    let rows: Vec<(i64, String, Option<String>)> = media::table
        .filter(media::given_up.eq(true))
        .order(media::id)
        .limit(limit)
        .select((media::id, media::file, media::preview_file))
        .load(c)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, file, preview)| {
            let names = std::iter::once(file).chain(preview);
            let names = names.filter_map(|name| FileName::parse(&name)).collect();
            (MediaId(id), names)
        })
        .collect())
}

/// Removes rows whose files are gone.
///
/// # Errors
/// When the database fails.
pub async fn delete(c: &mut Conn, ids: &[MediaId]) -> Result<()> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    diesel::delete(media::table.filter(media::id.eq_any(ids)))
        .execute(c)
        .await?;
    Ok(())
}

/// Which of these names belong to a picture.
///
/// # Errors
/// When the database fails.
pub async fn known(c: &mut Conn, names: &[FileName]) -> Result<Vec<String>> {
    let names: Vec<&str> = names.iter().map(FileName::as_str).collect();
    let mut known: Vec<String> = media::table
        .filter(media::file.eq_any(&names))
        .select(media::file)
        .load(c)
        .await?;
    let previews: Vec<Option<String>> = media::table
        .filter(media::preview_file.eq_any(&names))
        .select(media::preview_file)
        .load(c)
        .await?;
    known.extend(previews.into_iter().flatten());
    Ok(known)
}
