//! `kith moderation`: what people and other servers reported.

use anyhow::bail;
use clap::Subcommand;

use super::{Common, print};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::ReportId;
use crate::services::report::{self, OpenReport};

/// Reports shown at once.
const SHOWN: i64 = 200;

#[derive(Debug, Subcommand)]
pub(super) enum Moderation {
    /// List open reports, oldest first
    Reports,
    /// Note that a report was dealt with
    Resolve {
        /// Its number, from `kith moderation reports`
        id: i64,
    },
}

impl Moderation {
    pub(super) async fn run(self, app: &App, common: &Common) -> anyhow::Result<()> {
        match self {
            Moderation::Reports => list(app, common).await,
            Moderation::Resolve { id } => {
                if !report::resolve(&app.ctx, ReportId(id)).await? {
                    bail!("there is no open report {id}; see `kith moderation reports`");
                }
                print::line(&format!("Report {id} is resolved."))
            }
        }
    }
}

/// Who it is, as far as that is still known.
fn name(actor: Option<&Actor>) -> String {
    actor.map_or_else(|| "(gone)".to_owned(), Actor::full_handle)
}

async fn list(app: &App, common: &Common) -> anyhow::Result<()> {
    let found = report::open(&app.ctx, SHOWN).await?;
    if common.json {
        let found: Vec<_> = found.iter().map(json).collect();
        return print::json(&found);
    }
    let rows: Vec<_> = found
        .iter()
        .map(|open| {
            let report = &open.report;
            [
                report.id.to_string(),
                name(open.target.as_ref()),
                name(open.reporter.as_ref()),
                report.category.to_string(),
                report.posts.len().to_string(),
                report.comment.clone(),
            ]
        })
        .collect();
    print::table(
        ["ID", "ABOUT", "FROM", "CATEGORY", "POSTS", "COMMENT"],
        &rows,
    )
}

fn json(open: &OpenReport) -> serde_json::Value {
    let report = &open.report;
    serde_json::json!({
        "id": report.id.to_string(),
        "uri": report.uri,
        "local": report.local,
        "target": name(open.target.as_ref()),
        "reporter": name(open.reporter.as_ref()),
        "category": report.category.as_str(),
        "comment": report.comment,
        "posts": report.posts,
        "rules": report.rules,
        "forwarded": report.forwarded,
        "created_at": report.created_at.rfc3339(),
    })
}
