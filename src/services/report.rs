//! Reports to moderators: made here, and received from other servers. Nobody else reads them.

use std::time::Duration;

use crate::domain::actor::Actor;
use crate::domain::ids::{ActivityId, PostId, ReportId};
use crate::domain::outgoing::Receivers;
use crate::domain::report::{Report, ReportCategory};
use crate::store::{self, Conn, actors, posts, reports};
use crate::wire::activitystreams::outgoing::{ActivityObject, OutgoingActivity};
use crate::wire::activitystreams::render::url;

use super::Ctx;
use super::send::{Letter, send};

/// Longest comment, in characters.
pub const MAX_COMMENT: usize = 1_000;
/// Most posts that a report names.
pub const MAX_POSTS: usize = 100;
/// Most rules that a report names.
pub const MAX_RULES: usize = 20;
/// Reports that one reporter can make in a day.
const A_DAY: i64 = 100;

/// Why a report is not made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("a comment has at most {MAX_COMMENT} characters")]
    CommentTooLong,
    #[error("a report names at most {MAX_POSTS} posts")]
    TooManyPosts,
    #[error("there is no such post of this account")]
    NoSuchPost,
    #[error("too many reports for one day")]
    TooMany,
    #[error("the database failed")]
    Store(#[from] store::Error),
}

/// What somebody reports.
#[derive(Debug, Clone)]
pub struct NewReport {
    pub category: ReportCategory,
    pub comment: String,
    /// Posts of the reported account that the reporter may see.
    pub posts: Vec<PostId>,
    /// Rules, by number.
    pub rules: Vec<String>,
    /// Their server is to be told as well, without saying who reports.
    pub forward: bool,
}

/// `who` (local) reports `target`.
///
/// # Errors
/// See [`ReportError`].
pub async fn report(
    ctx: &Ctx,
    who: &Actor,
    target: &Actor,
    new: &NewReport,
) -> Result<Report, ReportError> {
    if new.comment.chars().count() > MAX_COMMENT {
        return Err(ReportError::CommentTooLong);
    }
    if new.posts.len() > MAX_POSTS {
        return Err(ReportError::TooManyPosts);
    }
    ctx.transact(async |tx| {
        not_too_many(ctx, tx, who).await?;
        let found = posts::list(tx, &new.posts).await?;
        if found.len() != new.posts.len() || found.iter().any(|post| post.author != target.id) {
            return Err(ReportError::NoSuchPost);
        }
        let id = ctx.id();
        let instance = actors::find(tx, ctx.instance).await?;
        let by = instance.map_or_else(|| ctx.uris.instance_actor(), |actor| actor.uri);
        let forwarded = new.forward && !target.local;
        let report = Report {
            id: ReportId(id),
            uri: ctx.uris.activity(&by, ActivityId(id)),
            local: true,
            reporter: who.id,
            target: target.id,
            category: new.category,
            comment: new.comment.trim().to_owned(),
            posts: found.into_iter().map(|post| post.uri).collect(),
            rules: new.rules.clone(),
            forwarded,
            created_at: ctx.now(),
            resolved_at: None,
        };
        reports::insert(tx, &report).await?;
        if forwarded {
            send(ctx, tx, flag(ctx, &report, &by, target)).await?;
        }
        Ok(report)
    })
    .await
}

async fn not_too_many(ctx: &Ctx, tx: &mut Conn, who: &Actor) -> Result<(), ReportError> {
    let yesterday = ctx.now().minus(Duration::from_hours(24));
    if reports::count_since(tx, who.id, yesterday).await? >= A_DAY {
        return Err(ReportError::TooMany);
    }
    Ok(())
}

/// The report for the server of `target`, in the name of this instance.
fn flag(ctx: &Ctx, report: &Report, by: &str, target: &Actor) -> Letter {
    let objects = std::iter::once(&target.uri)
        .chain(&report.posts)
        .filter_map(|uri| url::Url::parse(uri).ok())
        .collect();
    let mut activity =
        OutgoingActivity::flag(url(&report.uri), url(by), ActivityObject::Ids(objects))
            .to(vec![url(&target.uri)]);
    activity.content = Some(report.comment.clone());
    Letter {
        id: ActivityId(report.id.0),
        actor: ctx.instance,
        activity,
        object_uri: None,
        receivers: Receivers::only([target.id]),
        subjects: Vec::new(),
        listed: false,
        for_mobilizon: None,
    }
}

/// A Flag as it came, checked: who of ours is meant, and which addresses it names besides.
#[derive(Debug, Clone)]
pub struct ReceivedReport {
    pub uri: String,
    pub target: Actor,
    pub posts: Vec<String>,
    /// Plain text.
    pub comment: String,
}

/// Another server reports one of ours. Kept for moderators.
///
/// # Errors
/// See [`ReportError`].
pub async fn receive(
    ctx: &Ctx,
    tx: &mut Conn,
    who: &Actor,
    received: &ReceivedReport,
) -> Result<(), ReportError> {
    not_too_many(ctx, tx, who).await?;
    let report = Report {
        id: ReportId(ctx.id()),
        uri: received.uri.clone(),
        local: false,
        reporter: who.id,
        target: received.target.id,
        category: ReportCategory::Other,
        comment: received.comment.clone(),
        posts: received.posts.clone(),
        rules: Vec::new(),
        forwarded: false,
        created_at: ctx.now(),
        resolved_at: None,
    };
    reports::insert(tx, &report).await?;
    Ok(())
}

/// A report with who made it and whom it is about.
#[derive(Debug, Clone)]
pub struct OpenReport {
    pub report: Report,
    pub reporter: Option<Actor>,
    pub target: Option<Actor>,
}

/// What moderators have to look at, oldest first. At most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn open(ctx: &Ctx, limit: i64) -> store::Result<Vec<OpenReport>> {
    let mut c = ctx.store.reader().await?;
    let mut found = Vec::new();
    for report in reports::list_open(&mut c, None, limit).await? {
        found.push(OpenReport {
            reporter: actors::find(&mut c, report.reporter).await?,
            target: actors::find(&mut c, report.target).await?,
            report,
        });
    }
    Ok(found)
}

/// A moderator has dealt with a report; `false` when there is no such open one.
///
/// # Errors
/// When the database fails.
pub async fn resolve(ctx: &Ctx, id: ReportId) -> store::Result<bool> {
    let now = ctx.now();
    ctx.store
        .transaction(async |tx| reports::resolve(tx, id, now).await)
        .await
}
