//! Work in the background: loops that run as long as the process, and jobs that wait in the database.
//!
//! Here belongs when something runs, and what happens when it fails. What it does is a use case of `services`,
//! `friendship` or `federation`.

mod cleaning;
pub mod media;
mod polls;
mod process;
mod queue;
mod quotes;
mod runner;
mod scheduled;
mod send_mail;
mod send_push;
mod signals;
mod software;

pub use queue::{Job, JobError, kinds, run_due};
pub use runner::{Role, start};
