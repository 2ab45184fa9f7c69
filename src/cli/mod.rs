//! The commands of the contract, one file each.
//!
//! Here belongs what a command takes, prints and answers. What it does is a use case. Commands open the database
//! themselves and work while a server runs on it. Exit codes: 0 done, 1 it could not be done (one line on standard error
//! says why and what to do), 2 wrong usage.

mod bench;
mod check;
mod demo;
mod domain;
mod domain_csv;
mod federation;
mod group;
mod init;
mod moderation;
mod print;
mod queue;
mod serve;
mod sign_ups;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::{Config, environment, log_settings};
use crate::telemetry::logging::{self, LogFormat};

/// A federated server that turns the people you know from work into friends.
#[derive(Debug, Parser)]
#[command(name = "kith", version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
struct Common {
    /// The settings file [default: ./kith.toml, then /etc/kith/kith.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start two communities on this machine and play a story between them
    Demo(demo::Demo),
    /// Make settings, data folder, keys and database of a new instance
    Init(init::Init),
    /// Run the instance
    Serve(serve::Serve),
    /// Look whether the instance can run well, and say how to mend what is wrong
    Check,
    /// Accounts
    #[command(subcommand)]
    User(user::User),
    /// Groups
    #[command(subcommand)]
    Group(group::Group),
    /// Rules about other servers
    #[command(subcommand)]
    Domain(domain::Domain),
    /// What was reported
    #[command(subcommand)]
    Moderation(moderation::Moderation),
    /// Questions about other servers
    #[command(subcommand)]
    Federation(federation::Federation),
    /// What waits and what was given up
    #[command(subcommand)]
    Queue(queue::Queue),
    /// How much work a core does; needs no settings
    #[command(subcommand)]
    Bench(bench::Bench),
}

/// Reads the command line. Ends the process with 2 where it is wrong, and with 0 after `--help`.
#[must_use]
pub fn parse() -> Arguments {
    Arguments::parse()
}

/// Runs a command to its end.
pub async fn run(arguments: Arguments) -> ExitCode {
    let settings = log_settings(&environment());
    // Only the server tells what it is doing; commands print what was asked for, and trouble.
    let quiet = matches!(arguments.command, Command::Serve(_))
        .then_some(logging::DEFAULT_FILTER)
        .unwrap_or("warn");
    let format = if settings.json {
        LogFormat::Json
    } else {
        LogFormat::Text
    };
    let filter = settings.filter.as_deref().or(Some(quiet));
    let outcome = match logging::init(filter, format).context("KITH_LOG cannot be used") {
        Ok(()) => Box::pin(dispatch(arguments)).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kith: {}", print::causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let common = &arguments.common;
    match arguments.command {
        Command::Demo(command) => Box::pin(command.run()).await?,
        Command::Init(command) => Box::pin(command.run(common)).await?,
        Command::Serve(command) => Box::pin(command.run(common)).await?,
        Command::Bench(command) => Box::pin(command.run(common)).await?,
        Command::Check => return Box::pin(check::run(common)).await,
        Command::User(command) => {
            with_app(common, async |app| command.run(app, common).await).await?;
        }
        Command::Group(command) => {
            with_app(common, async |app| command.run(app, common).await).await?;
        }
        Command::Domain(command) => {
            with_app(common, async |app| command.run(app, common).await).await?;
        }
        Command::Moderation(command) => {
            with_app(common, async |app| command.run(app, common).await).await?;
        }
        Command::Federation(command) => {
            with_app(common, async |app| command.run(app, common).await).await?;
        }
        Command::Queue(command) => {
            with_app(common, async |app| command.run(app, common).await).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Common {
    /// The settings, from the file that was named or found.
    fn load(&self) -> anyhow::Result<Config> {
        let file = self.config.clone().or_else(Config::find);
        if file.is_none() && !environment().contains_key("KITH__INSTANCE__DOMAIN") {
            anyhow::bail!(
                "there is no kith.toml here or in /etc/kith; name one with --config, or make one with `kith init`"
            );
        }
        Ok(Config::load(file.as_deref(), environment().into_iter())?)
    }
}

/// Opens the instance for one command, and leaves it in order.
async fn with_app(
    common: &Common,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let config = common.load()?;
    let place = config.database.url.redacted();
    let app = App::start(config)
        .await
        .with_context(|| format!("the instance cannot be opened (database {place})"))?;
    let outcome = Box::pin(work(&app)).await;
    if let Err(error) = app.leave().await {
        tracing::warn!(%error, "the process number could not be given back; it is free in a minute");
    }
    outcome
}
