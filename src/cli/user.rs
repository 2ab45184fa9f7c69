//! `kith user`: accounts.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Common, print, sign_ups};
use crate::app::App;
use crate::auth::scope::Scopes;
use crate::domain::account::Account;
use crate::domain::actor::{Actor, Role};
use crate::federation::keys::generate_pairs;
use crate::services::accounts::{self, NewPerson};
use crate::services::{Chance, Random, documents};
use crate::store;

/// Accounts read at once.
const PAGE: i64 = 200;
/// Letters of generated passwords: no two look alike.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make an account
    Create(Create),
    /// List all accounts
    List,
    /// Show one account
    Show { name: String },
    /// Shut an account out and end its log-ins
    Suspend { name: String },
    /// Let a suspended account in again
    Unsuspend { name: String },
    /// Delete an account for good, here and wherever something of it was sent; the name is never given again
    Delete { name: String },
    /// Set a new password and end all log-ins
    Password {
        name: String,
        /// The new password; one is made and printed where none is given
        #[arg(long)]
        password: Option<String>,
    },
    /// List the people who wait for a moderator to let them in
    Waiting,
    /// Let in somebody who waits
    Approve { name: String },
    /// Turn away somebody who waits
    Reject { name: String },
    /// Print a link with which people may sign up
    Invite {
        /// How many people
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        uses: u32,
        /// For how many days
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
        days: u32,
    },
    /// Make a bearer token for the client API
    Token {
        name: String,
        /// What it may do
        #[arg(long, num_args = 1.., default_value = "read write follow push")]
        scopes: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The handle: 2 to 30 of a-z, 0-9 and _
    name: String,
    #[arg(long)]
    email: String,
    /// At least 10 characters; one is made and printed where none is given
    #[arg(long)]
    password: Option<String>,
    #[arg(long, default_value = "member", value_parser = role)]
    role: Role,
    /// What others see; the handle where it is not given
    #[arg(long, default_value = "")]
    display_name: String,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "choose member, moderator or admin".to_owned())
}

/// An account as it is printed.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    handle: String,
    uri: String,
    display_name: String,
    email: String,
    role: &'static str,
    created_at: String,
    suspended: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

impl Shown {
    fn new(actor: &Actor, account: &Account) -> Self {
        Shown {
            name: actor.handle.clone(),
            handle: actor.full_handle(),
            uri: actor.uri.clone(),
            display_name: actor.display_name().to_owned(),
            email: account.email.clone(),
            role: account.role.as_str(),
            created_at: account.created_at.rfc3339(),
            suspended: account.suspended_at.is_some(),
            password: None,
        }
    }
}

impl User {
    pub(super) async fn run(self, app: &App, common: &Common) -> anyhow::Result<()> {
        match self {
            User::Create(new) => create(app, common, new).await,
            User::List => list(app, common).await,
            User::Show { name } => {
                let (actor, account) = accounts::find_person(&app.ctx, &name).await?;
                show(common, &Shown::new(&actor, &account))
            }
            User::Suspend { name } => {
                let (actor, _) = accounts::find_person(&app.ctx, &name).await?;
                accounts::suspend(&app.ctx, actor.id).await?;
                print::line(&format!("{} is suspended.", actor.full_handle()))
            }
            User::Unsuspend { name } => {
                let (actor, _) = accounts::find_person(&app.ctx, &name).await?;
                accounts::unsuspend(&app.ctx, actor.id).await?;
                print::line(&format!("{} may come in again.", actor.full_handle()))
            }
            User::Delete { name } => {
                let actor = accounts::find(&app.ctx, &name).await?;
                if actor.is_group() {
                    anyhow::bail!("{name} is a group; `kith group delete {name}` deletes it");
                }
                delete(app, common, &actor).await
            }
            User::Password { name, password } => set_password(app, common, (&name, password)).await,
            User::Waiting => sign_ups::waiting(app, common).await,
            User::Approve { name } => sign_ups::approve(app, common, &name).await,
            User::Reject { name } => sign_ups::reject(app, common, &name).await,
            User::Invite { uses, days } => sign_ups::invite(app, common, (uses, days)).await,
            User::Token { name, scopes } => token(app, common, (&name, &scopes.join(" "))).await,
        }
    }
}

/// Deletes a person or group, and says what that left. The servers that run have to serve the tombstone before the
/// Delete leaves: some peers look whether it is true.
pub(super) async fn delete(app: &App, common: &Common, actor: &Actor) -> anyhow::Result<()> {
    accounts::suspend(&app.ctx, actor.id).await?;
    tokio::time::sleep(documents::KEPT * 2).await;
    let left = accounts::delete(&app.ctx, actor.id).await?;
    let handle = actor.full_handle();
    let orphaned: Vec<_> = left.orphaned.iter().map(Actor::full_handle).collect();
    if common.json {
        return print::json(&serde_json::json!({ "deleted": handle, "orphaned_groups": orphaned }));
    }
    print::line(&format!(
        "{handle} is deleted; the servers that knew it are told while `kith serve` runs."
    ))?;
    for group in orphaned {
        print::line(&format!("Nobody organizes {group} any more."))?;
    }
    Ok(())
}

async fn create(app: &App, common: &Common, new: Create) -> anyhow::Result<()> {
    let (password, made) = chosen(new.password, &*app.ctx.random);
    let hash = app
        .passwords
        .hash(&password, &mut Chance(&*app.ctx.random))
        .await?;
    let person = NewPerson {
        handle: new.name,
        email: new.email,
        password_hash: Some(hash),
        role: new.role,
        name: new.display_name,
    };
    let pairs = tokio::task::spawn_blocking(generate_pairs).await??;
    let (actor, account) = accounts::create_person(&app.ctx, person, pairs).await?;
    let mut shown = Shown::new(&actor, &account);
    shown.password = made.then_some(password);
    show(common, &shown)
}

/// The password given, or one of 100 random bits; and whether it was made.
fn chosen(given: Option<String>, random: &dyn Random) -> (String, bool) {
    if let Some(password) = given {
        return (password, false);
    }
    let mut bytes = [0; 20];
    random.fill(&mut bytes);
    let letters = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
    (letters.map(|letter| char::from(*letter)).collect(), true)
}

async fn list(app: &App, common: &Common) -> anyhow::Result<()> {
    let mut reader = app.ctx.store.reader().await?;
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store::accounts::list(&mut reader, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let ids: Vec<_> = page.iter().map(|account| account.actor).collect();
        let actors = store::actors::list(&mut reader, &ids).await?;
        all.extend(page.iter().filter_map(|account| {
            let actor = actors.iter().find(|actor| actor.id == account.actor)?;
            Some(Shown::new(actor, account))
        }));
    }
    if common.json {
        return print::json(&all);
    }
    let rows: Vec<_> = all
        .into_iter()
        .map(|one| {
            let state = if one.suspended { "suspended" } else { "" };
            [
                one.name,
                one.email,
                one.role.to_owned(),
                one.created_at,
                state.to_owned(),
            ]
        })
        .collect();
    print::table(["NAME", "E-MAIL", "ROLE", "SINCE", "STATE"], &rows)
}

fn show(common: &Common, one: &Shown) -> anyhow::Result<()> {
    if common.json {
        return print::json(one);
    }
    let state = if one.suspended { ", suspended" } else { "" };
    print::line(&format!(
        "{} ({}), {}, {}{state}",
        one.handle, one.display_name, one.email, one.role
    ))?;
    print::line(&one.uri)?;
    match &one.password {
        Some(password) => print::line(&format!("Password: {password}")),
        None => Ok(()),
    }
}

async fn set_password(
    app: &App,
    common: &Common,
    (name, given): (&str, Option<String>),
) -> anyhow::Result<()> {
    let (actor, _) = accounts::find_person(&app.ctx, name).await?;
    let (password, made) = chosen(given, &*app.ctx.random);
    let hash = app
        .passwords
        .hash(&password, &mut Chance(&*app.ctx.random))
        .await?;
    accounts::set_password(&app.ctx, actor.id, hash).await?;
    if common.json {
        let shown = made.then_some(password);
        return print::json(&serde_json::json!({ "name": actor.handle, "password": shown }));
    }
    if made {
        return print::line(&format!("Password: {password}"));
    }
    print::line(&format!("{} has a new password.", actor.full_handle()))
}

async fn token(app: &App, common: &Common, (name, scopes): (&str, &str)) -> anyhow::Result<()> {
    let scopes: Scopes = scopes.replace(',', " ").parse()?;
    let (_, account) = accounts::find_person(&app.ctx, name).await?;
    if account.suspended_at.is_some() {
        anyhow::bail!("{name} is suspended; `kith user unsuspend {name}` first");
    }
    let token = accounts::create_token(&app.ctx, account.id, &scopes).await?;
    if common.json {
        return print::json(
            &serde_json::json!({ "token": token.expose(), "scopes": scopes.to_string() }),
        );
    }
    print::line(token.expose())
}
