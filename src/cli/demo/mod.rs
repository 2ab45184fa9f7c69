//! `kith demo`: two communities in one process, and a story played between them over real HTTP.
//!
//! Here belongs what only the demo needs: its people, starting two instances side by side, an app's view of the client
//! API, and the story. Nothing that a real instance needs belongs here.

mod phone;
mod place;
mod seed;
mod story;
mod town;

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::print;
use crate::telemetry::metrics::Metrics;

use self::phone::Phone;
use self::place::Place;
use self::seed::PASSWORD;
use self::town::{Town, Where};

const ALPHA: &str = include_str!("alpha.toml");
const BETA: &str = include_str!("beta.toml");

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// End after the story
    #[arg(long)]
    once: bool,
    /// The first of the ports N, N+1, N+100 and N+101
    #[arg(long, value_name = "N", default_value_t = 7000, value_parser = clap::value_parser!(u16).range(1..=65_434))]
    port: u16,
    /// An empty folder for the data, which is kept; without it a temporary one is removed at the end
    #[arg(long)]
    dir: Option<PathBuf>,
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let place = Place::new(self.dir.as_deref())?;
        let metrics = Metrics::install()?;
        let at = |name, port| Where {
            folder: place.path().join(name),
            domain: format!("{name}.localhost:{port}"),
            port,
            peers: [
                format!("alpha.localhost:{}", self.port),
                format!("beta.localhost:{}", self.port + 1),
            ],
        };
        print::line("Starting alpha (Berlin) and beta (Hamburg) ...")?;
        let alpha = Box::pin(Town::start(&at("alpha", self.port), metrics.clone())).await?;
        let beta = match Box::pin(Town::start(&at("beta", self.port + 1), metrics)).await {
            Ok(beta) => beta,
            Err(error) => {
                alpha.stop().await;
                return Err(error);
            }
        };
        let mut outcome = Box::pin(until_told(play((&alpha, &beta), &place))).await;
        if outcome.is_ok() && !self.once {
            print::line("")?;
            print::line("Both keep running; Ctrl-C ends them.")?;
            outcome = asked_to_end().await;
        }
        tokio::join!(alpha.stop(), beta.stop());
        outcome
    }
}

/// Fills both instances, plays the story, and says how to look at them.
async fn play((alpha, beta): (&Town, &Town), place: &Place) -> anyhow::Result<()> {
    let (berlin, hamburg) =
        tokio::try_join!(seed::fill(alpha.ctx(), ALPHA), seed::fill(beta.ctx(), BETA))?;
    print::line(&format!(
        "{} people and {} groups live on each of them.",
        berlin.people, berlin.groups
    ))?;
    print::line("")?;
    let cast = story::Cast {
        maria: Phone::of(alpha, &berlin, "maria").await?,
        aylin: Phone::of(alpha, &berlin, "aylin").await?,
        jonas: Phone::of(beta, &hamburg, "jonas").await?,
    };
    Box::pin(story::play(&cast)).await?;
    tell_log_ins(&cast, place)
}

/// Works until done; that somebody ended the program before is an error.
async fn until_told(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::select! {
        outcome = work => outcome,
        asked = asked_to_end() => {
            asked?;
            bail!("ended before the story was told")
        }
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn asked_to_end() -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn tell_log_ins(cast: &story::Cast, place: &Place) -> anyhow::Result<()> {
    print::line("")?;
    print::line("Log in (the tokens are for apps: Authorization: Bearer TOKEN)")?;
    for phone in [&cast.maria, &cast.aylin, &cast.jonas] {
        print::line(&format!(
            "  {:<30} {:<24} password {PASSWORD}   token {}",
            phone.handle(),
            phone.email(),
            phone.token()
        ))?;
    }
    print::line("")?;
    print::line("Open")?;
    for page in [
        cast.maria.address("/"),
        cast.maria.address("/groups/climb_berlin"),
        cast.maria.address("/people/maria"),
        cast.jonas.address("/"),
        cast.jonas.address("/people/jonas"),
    ] {
        print::line(&format!("  {page}"))?;
    }
    if place.is_kept() {
        print::line("")?;
        print::line(&format!(
            "The data stays in {}; kith --config {}/alpha/kith.toml works on it.",
            place.path().display(),
            place.path().display()
        ))?;
    }
    Ok(())
}
