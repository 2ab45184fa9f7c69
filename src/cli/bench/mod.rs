//! `kith bench`: how much work a core does, each figure beside a ceiling measured in the same run.
//!
//! The measured server is this program in a process of its own, on an instance made for the run, so that its CPU time
//! is its own; this process makes the load. No settings are needed or read.

mod deliver;
mod home;
mod inbox;
mod instance;
mod load;
mod measure;
mod pages;
mod people;
mod report;
mod sink;
mod streams;

use clap::{Args, Subcommand};

use super::Common;
use instance::Instance;

#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// Deliveries, against bare RSA signatures
    Deliver(Options),
    /// Received activities, processed to their effects
    Inbox(Options),
    /// An actor's document and a profile page
    Pages(Options),
    /// The home timeline of somebody who follows 500, among 1,000,000 posts
    Home(Options),
    /// A post on its way to as many open streams as there are connections
    Streams(Options),
}

#[derive(Debug, Args)]
pub(super) struct Options {
    /// How many operations
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// A PostgreSQL server on which a database is made for the run: `postgres://user@host/name` [default: SQLite]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Connections at the same time
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1000))]
    connections: u32,
}

impl Options {
    fn count(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }

    fn connections(&self) -> usize {
        usize::try_from(self.connections).unwrap_or(usize::MAX)
    }
}

impl Bench {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<()> {
        let (Bench::Deliver(options)
        | Bench::Inbox(options)
        | Bench::Pages(options)
        | Bench::Home(options)
        | Bench::Streams(options)) = &self;
        let instance = Box::pin(Instance::make(options.database.as_deref())).await?;
        let outcome = match &self {
            Bench::Deliver(options) => Box::pin(deliver::run(&instance, options)).await,
            Bench::Inbox(options) => Box::pin(inbox::run(&instance, options)).await,
            Bench::Pages(options) => Box::pin(pages::run(&instance, options)).await,
            Bench::Home(options) => Box::pin(home::run(&instance, options)).await,
            Bench::Streams(options) => Box::pin(streams::run(&instance, options)).await,
        };
        instance.remove().await?;
        for report in outcome? {
            report.print(common.json)?;
        }
        Ok(())
    }
}
