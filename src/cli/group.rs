//! `kith group`: groups.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Common, print, user};
use crate::app::App;
use crate::domain::actor::{Actor, ActorKind};
use crate::federation::keys::generate_pairs;
use crate::services::accounts::{self, AccountError, JoinMode, NewGroup};
use crate::store;

/// Groups read at once.
const PAGE: i64 = 200;

#[derive(Debug, Subcommand)]
pub(super) enum Group {
    /// Make a group
    Create(Create),
    /// List all groups
    List,
    /// Show one group
    Show { handle: String },
    /// Delete a group for good, here and wherever something of it was sent; the handle is never given again
    Delete { handle: String },
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// 2 to 30 of a-z, 0-9 and _
    handle: String,
    #[arg(long)]
    name: String,
    /// A person of this instance
    #[arg(long)]
    organizer: String,
    /// How one becomes a member
    #[arg(long, default_value = "open", value_parser = join_mode)]
    join: JoinMode,
}

fn join_mode(text: &str) -> Result<JoinMode, String> {
    match text {
        "open" => Ok(JoinMode::Open),
        "approval" => Ok(JoinMode::Approval),
        "invite" => Ok(JoinMode::Invite),
        _ => Err("choose open, approval or invite".to_owned()),
    }
}

/// A group as it is printed.
#[derive(Debug, Serialize)]
struct Shown {
    handle: String,
    uri: String,
    name: String,
    join: &'static str,
    created_at: String,
    suspended: bool,
}

impl From<&Actor> for Shown {
    fn from(group: &Actor) -> Self {
        Shown {
            handle: group.full_handle(),
            uri: group.uri.clone(),
            name: group.display_name().to_owned(),
            join: if group.manually_approves {
                "approval"
            } else {
                "open"
            },
            created_at: group.created_at.rfc3339(),
            suspended: group.suspended_at.is_some(),
        }
    }
}

impl Group {
    pub(super) async fn run(self, app: &App, common: &Common) -> anyhow::Result<()> {
        match self {
            Group::Create(new) => {
                let (organizer, _) = accounts::find_person(&app.ctx, &new.organizer).await?;
                let pairs = tokio::task::spawn_blocking(generate_pairs).await??;
                let group = NewGroup {
                    handle: new.handle,
                    name: new.name,
                    organizer: organizer.id,
                    join: new.join,
                };
                show(
                    common,
                    &accounts::create_group(&app.ctx, group, pairs).await?,
                )
            }
            Group::List => list(app, common).await,
            Group::Show { handle } => show(common, &find(app, &handle).await?),
            Group::Delete { handle } => {
                let group = find(app, &handle).await?;
                user::delete(app, common, &group).await
            }
        }
    }
}

async fn find(app: &App, handle: &str) -> anyhow::Result<Actor> {
    let group = accounts::find(&app.ctx, handle).await?;
    if group.is_group() {
        return Ok(group);
    }
    Err(AccountError::Unknown.into())
}

fn show(common: &Common, group: &Actor) -> anyhow::Result<()> {
    let shown = Shown::from(group);
    if common.json {
        return print::json(&shown);
    }
    print::line(&format!(
        "{} ({}), join: {}",
        shown.handle, shown.name, shown.join
    ))?;
    print::line(&shown.uri)
}

async fn list(app: &App, common: &Common) -> anyhow::Result<()> {
    let mut reader = app.ctx.store.reader().await?;
    let mut all: Vec<Shown> = Vec::new();
    let mut after = None;
    loop {
        let page = store::actors::list_local(&mut reader, ActorKind::Group, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        all.extend(page.iter().map(Shown::from));
    }
    if common.json {
        return print::json(&all);
    }
    let rows: Vec<_> = all
        .into_iter()
        .map(|group| [group.handle, group.name, group.join.to_owned()])
        .collect();
    print::table(["HANDLE", "NAME", "JOIN"], &rows)
}
