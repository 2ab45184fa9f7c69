//! `kith check`: what is wrong, and how to mend it. It changes nothing.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use super::{Common, print};
use crate::app;
use crate::config::{
    Config, ConfigError, DatabaseUrl, MailTransport, Problem, Registration, environment,
};
use crate::domain::clock::{Clock as _, SystemClock, Timestamp};
use crate::domain::uris::Uris;
use crate::mail::Mailer;
use crate::store::{self, Conn, Pending};

/// How long a mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Half a year before this program was written: no right clock is before it.
const EARLIEST: Timestamp = Timestamp::from_secs(1_764_000_000);

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Report {
    problems: Vec<Finding>,
    notes: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Finding {
    about: String,
    advice: String,
}

impl Report {
    fn problem(&mut self, about: &str, advice: impl Into<String>) {
        let (about, advice) = (about.to_owned(), advice.into());
        self.problems.push(Finding { about, advice });
    }

    fn note(&mut self, about: &str, advice: impl Into<String>) {
        let (about, advice) = (about.to_owned(), advice.into());
        self.notes.push(Finding { about, advice });
    }
}

/// Looks at everything, prints what was found, and answers 1 if anything is wrong.
pub(super) async fn run(common: &Common) -> anyhow::Result<ExitCode> {
    let mut report = Report::default();
    let mut shown = None;
    match load(common) {
        Ok((config, file)) => {
            shown = Some(config.redacted());
            if let Some(file) = file {
                private(&mut report, &file);
            }
            private(&mut report, &config.data_dir);
            let database = database(&mut report, &config).await;
            storage(&mut report, &config);
            sign_ups(&mut report, &config);
            mail(&mut report, &config).await;
            clock(&mut report, &config, database).await;
        }
        Err(ConfigError::Invalid { problems }) => {
            for Problem { key, advice } in problems {
                report.problem(&key, advice);
            }
        }
        Err(error) => report.problem("configuration", error.to_string()),
    }
    tell(common, &report, shown.as_deref())?;
    if report.problems.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let count = report.problems.len();
    anyhow::bail!("{count} to mend; each is listed above with what to do")
}

fn load(common: &Common) -> Result<(Config, Option<std::path::PathBuf>), ConfigError> {
    let file = common.config.clone().or_else(Config::find);
    let config = Config::load(file.as_deref(), environment().into_iter())?;
    Ok((config, file))
}

fn tell(common: &Common, report: &Report, settings: Option<&str>) -> anyhow::Result<()> {
    if common.json {
        return print::json(report);
    }
    for line in settings.unwrap_or_default().lines() {
        print::line(line)?;
    }
    print::line("")?;
    for note in &report.notes {
        print::line(&format!("note: {}: {}", note.about, note.advice))?;
    }
    for problem in &report.problems {
        print::line(&format!("problem: {}: {}", problem.about, problem.advice))?;
    }
    if report.problems.is_empty() {
        print::line("All is well.")?;
    }
    Ok(())
}

/// Files and folders of the instance are for its own user alone.
fn private(report: &mut Report, path: &Path) {
    let about = path.display().to_string();
    match std::fs::metadata(path) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            let mode = if found.is_dir() { "700" } else { "600" };
            report.problem(
                &about,
                format!("Others on this machine can read it: chmod {mode} {about}"),
            );
        }
        Ok(_) => {}
        Err(error) => report.problem(
            &about,
            format!("It cannot be looked at ({error}); run `kith init`, or mend its owner."),
        ),
    }
}

/// Answers a connection where the database can be read as it is. Nothing is changed.
async fn database(report: &mut Report, config: &Config) -> Option<Conn> {
    const ABOUT: &str = "database.url";
    if let DatabaseUrl::Sqlite(path) = &config.database.url {
        if !path.exists() {
            report.problem(
                ABOUT,
                format!(
                    "{} does not exist; run `kith init`, or `kith serve` makes it.",
                    path.display()
                ),
            );
            return None;
        }
        private(report, path);
    }
    let looked = match app::look_at_database(config).await {
        Ok(mut connection) => state(&mut connection)
            .await
            .map(|state| (connection, state)),
        Err(error) => Err(error),
    };
    match looked {
        Ok((connection, (weak, pending))) => {
            if !weak.is_empty() {
                let advice = format!(
                    "Acknowledged work may be lost in a power cut ({}): turn it on.",
                    weak.join(", ")
                );
                report.problem(ABOUT, advice);
            }
            let is_ready = migrations(report, &pending);
            is_ready.then_some(connection)
        }
        Err(error) => {
            let place = config.database.url.redacted();
            report.problem(
                ABOUT,
                format!(
                    "{place} cannot be used ({}); is it running, and is the password right?",
                    print::causes(&error)
                ),
            );
            None
        }
    }
}

async fn state(connection: &mut Conn) -> Result<(Vec<String>, Pending), store::Error> {
    let weak = store::durability::weaknesses(connection).await?;
    Ok((weak, store::pending(connection).await?))
}

/// Says what the next start would do to the database; whether it can be read as it is.
fn migrations(report: &mut Report, pending: &Pending) -> bool {
    const ABOUT: &str = "migrations";
    if !pending.unknown.is_empty() {
        report.problem(
            ABOUT,
            format!(
                "A newer Kith made this database ({}); run that one, or restore a backup.",
                pending.unknown.join(", ")
            ),
        );
        return false;
    }
    let names = pending.names.join(", ");
    if pending.empty {
        report.note(
            ABOUT,
            format!("The database is empty; `kith serve` makes its tables ({names})."),
        );
    } else if !names.is_empty() {
        report.note(
            ABOUT,
            format!(
                "`kith serve` changes the database at its next start ({names}); make a copy before."
            ),
        );
    }
    names.is_empty()
}

fn storage(report: &mut Report, config: &Config) {
    if config.storage.s3.is_none() {
        writable(report, "storage.path", &config.storage.path);
    }
}

/// Tries to write a file in `folder`.
fn writable(report: &mut Report, about: &str, folder: &Path) {
    if !folder.exists() {
        report.problem(
            about,
            format!("{0} does not exist: mkdir -m 700 {0}", folder.display()),
        );
        return;
    }
    private(report, folder);
    let probe = folder.join(".kith-check");
    if let Err(error) = std::fs::write(&probe, b"kith").and_then(|()| std::fs::remove_file(&probe))
    {
        report.problem(
            about,
            format!(
                "{} cannot be written to ({error}); give it to the user that runs Kith.",
                folder.display()
            ),
        );
    }
}

/// An address is confirmed by mail.
fn sign_ups(report: &mut Report, config: &Config) {
    let is_closed = config.instance.registration == Registration::Closed;
    if !is_closed && matches!(config.mail.transport, MailTransport::None) {
        report.note(
            "instance.registration",
            "Nobody can sign up, because no mail is sent; set `mail.transport`, or `closed`.",
        );
    }
}

async fn mail(report: &mut Report, config: &Config) {
    const ABOUT: &str = "mail.transport";
    match &config.mail.transport {
        MailTransport::None => report.note(
            ABOUT,
            "No mail is sent; nobody can sign up, or reset a password by mail.",
        ),
        MailTransport::File(folder) => writable(report, ABOUT, folder),
        MailTransport::Smtp(server) => {
            let failure = match Mailer::new(config) {
                Ok(mailer) => match timeout(PATIENCE, mailer.test()).await {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => print::causes(&error),
                    Err(_late) => "no answer within 10 seconds".to_owned(),
                },
                Err(error) => print::causes(&error),
            };
            let advice = format!(
                "{}:{} takes no mail from us ({failure}); check name, port, password and firewall.",
                server.host, server.port
            );
            report.problem(ABOUT, advice);
        }
    }
}

/// Signatures carry the time: with a wrong clock every other server refuses us.
async fn clock(report: &mut Report, config: &Config, database: Option<Conn>) {
    const ABOUT: &str = "clock";
    const ADVICE: &str = "The clock of this machine is wrong; set it, and keep it right with NTP.";
    let now = SystemClock.now();
    let mut born = EARLIEST;
    if let Some(mut database) = database {
        let uris = Uris::new(config.instance.scheme.as_str(), &config.instance.domain);
        match store::actors::find_by_uri(&mut database, &uris.instance_actor()).await {
            Ok(Some(actor)) => born = born.max(actor.created_at),
            Ok(None) => report.note(
                "keys",
                "The instance has no keys yet; `kith serve` makes them at its first start.",
            ),
            Err(error) => report.problem("database.url", format!("It cannot be read ({error}).")),
        }
    }
    if now < born {
        report.problem(
            ABOUT,
            format!("It is {now} here, but this instance was made at {born}. {ADVICE}"),
        );
    }
}
