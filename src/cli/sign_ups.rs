//! `kith user waiting`, `approve`, `reject`, `invite`: people who want to join.

use super::{Common, print};
use crate::app::App;
use crate::federation::keys::generate_pairs;
use crate::services::sign_up::{self, REASON_CHARS};
use crate::text::name::clean_name;

/// Who waits for a moderator.
pub(super) async fn waiting(app: &App, common: &Common) -> anyhow::Result<()> {
    let all = sign_up::list_waiting(&app.ctx).await?;
    if common.json {
        let all: Vec<_> = all
            .iter()
            .map(|new| {
                serde_json::json!({
                    "name": new.handle, "email": new.email, "reason": new.reason,
                    "asked_at": new.created_at.rfc3339(),
                })
            })
            .collect();
        return print::json(&all);
    }
    let rows: Vec<_> = all
        .into_iter()
        .map(|new| {
            // They wrote it: no sign of theirs may move the cursor.
            let plain = |text: &str| clean_name(text, REASON_CHARS);
            [
                new.handle,
                plain(&new.email),
                new.created_at.rfc3339(),
                plain(&new.reason),
            ]
        })
        .collect();
    print::table(["NAME", "E-MAIL", "SINCE", "REASON"], &rows)
}

/// Lets somebody in who waits.
pub(super) async fn approve(app: &App, common: &Common, name: &str) -> anyhow::Result<()> {
    let pairs = tokio::task::spawn_blocking(generate_pairs).await??;
    let (actor, _) = sign_up::approve(&app.ctx, name, pairs).await?;
    if common.json {
        let shown = serde_json::json!({ "name": actor.handle, "handle": actor.full_handle() });
        return print::json(&shown);
    }
    print::line(&format!(
        "{} has an account; the mail that says so leaves while `kith serve` runs.",
        actor.full_handle()
    ))
}

/// Turns somebody away who waits.
pub(super) async fn reject(app: &App, common: &Common, name: &str) -> anyhow::Result<()> {
    sign_up::reject(&app.ctx, name).await?;
    if common.json {
        return print::json(&serde_json::json!({ "rejected": name }));
    }
    print::line(&format!("{name} is turned away."))
}

/// Prints a link with which people may sign up.
pub(super) async fn invite(
    app: &App,
    common: &Common,
    (uses, days): (u32, u32),
) -> anyhow::Result<()> {
    let link = sign_up::create_link(&app.ctx, None, (uses, days)).await?;
    if common.json {
        return print::json(&serde_json::json!({ "link": link, "uses": uses, "days": days }));
    }
    print::line(&link)
}
