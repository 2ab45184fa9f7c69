//! `kith federation`: questions about other servers.

use std::sync::Arc;

use async_trait::async_trait;
use clap::Subcommand;
use http::{HeaderMap, Method};
use serde::Serialize;
use url::Url;

use super::{Common, print};
use crate::app::App;
use crate::domain::clock::Clock;
use crate::federation::signatures::{Generation, Signer, Unsigned};
use crate::net::{Accept, Budget, FetchError, SignRequest};
use crate::wire::activitystreams::actor::IncomingActor;
use crate::wire::webfinger::{Handle, Jrd};

#[derive(Debug, Subcommand)]
pub(super) enum Federation {
    /// Resolve a remote actor step by step, and say where it fails
    Probe {
        /// `name@host`, or the address of an actor
        #[arg(value_name = "HANDLE_OR_URL")]
        whom: String,
    },
}

/// What one step came to.
#[derive(Debug, Serialize)]
struct Step {
    #[serde(rename = "step")]
    name: &'static str,
    ok: bool,
    detail: String,
}

/// The steps so far. Printed as they are taken, or all at once as JSON.
struct Report<'a> {
    common: &'a Common,
    steps: Vec<Step>,
}

/// A step did not work, so that those after it cannot be taken.
struct Stopped;

impl Report<'_> {
    fn note(&mut self, name: &'static str, ok: bool, detail: String) -> anyhow::Result<()> {
        if !self.common.json {
            let mark = if ok { "ok    " } else { "FAILED" };
            print::line(&format!("{mark}  {name}: {detail}"))?;
        }
        self.steps.push(Step { name, ok, detail });
        Ok(())
    }
}

impl Federation {
    pub(super) async fn run(self, app: &App, common: &Common) -> anyhow::Result<()> {
        let Federation::Probe { whom } = self;
        let mut report = Report {
            common,
            steps: Vec::new(),
        };
        let outcome = probe(app, &whom, &mut report).await?;
        if common.json {
            print::json(&report.steps)?;
        }
        let failed = report.steps.iter().find(|step| !step.ok);
        match (outcome, failed) {
            (Ok(()), None) => Ok(()),
            (_, Some(step)) => anyhow::bail!("{whom} fails at: {}", step.name),
            (Err(Stopped), None) => anyhow::bail!("{whom} could not be resolved"),
        }
    }
}

async fn probe(
    app: &App,
    whom: &str,
    report: &mut Report<'_>,
) -> anyhow::Result<Result<(), Stopped>> {
    let budget = app.client.budget();
    let id = if whom.starts_with("https://") || whom.starts_with("http://") {
        whom.parse::<Url>()?
    } else {
        match webfinger(app, whom, &budget, report).await? {
            Ok(id) => id,
            Err(stopped) => return Ok(Err(stopped)),
        }
    };
    let plain = app
        .client
        .get(&id, Accept::ActivityPub, None, &budget)
        .await;
    match &plain {
        Ok(_) => report.note("fetch", true, format!("{id} without a signature"))?,
        Err(error @ FetchError::Unauthorized(_)) => {
            let detail = format!("{id} needs a signature ({})", print::causes(error));
            report.note("fetch", true, detail)?;
        }
        Err(error) => report.note("fetch", false, print::causes(error))?,
    }
    let mut working = plain.ok();
    for (step, generation) in [
        ("signed fetch, draft-cavage", Generation::Draft),
        ("signed fetch, RFC 9421", Generation::Rfc9421),
    ] {
        let sign = InstanceSigner {
            signer: app.federation.keyring.signer(app.ctx.instance).await?,
            generation,
            clock: Arc::clone(&app.ctx.clock),
        };
        let fetched = app
            .client
            .get(&id, Accept::ActivityPub, Some(&sign), &budget)
            .await;
        match fetched {
            Ok(fetched) => {
                report.note(step, true, format!("status {}", fetched.status))?;
                working = working.or(Some(fetched));
            }
            // A server may know only one of the two; it is a fault only if it takes neither.
            Err(error) => report.note(step, working.is_some(), print::causes(&error))?,
        }
    }
    match working {
        Some(document) => actor(&document.body, &id, report).map(Ok),
        None => Ok(Err(Stopped)),
    }
}

async fn webfinger(
    app: &App,
    whom: &str,
    budget: &Budget,
    report: &mut Report<'_>,
) -> anyhow::Result<Result<Url, Stopped>> {
    let step = "WebFinger";
    let handle = Handle::parse(whom, &app.config.federation.loopback_hosts)?;
    let scheme = if app
        .client
        .settings()
        .loopback_hosts
        .iter()
        .any(|listed| listed == handle.host())
    {
        app.config.instance.scheme.as_str()
    } else {
        "https"
    };
    let mut url: Url = format!("{scheme}://{}/.well-known/webfinger", handle.host()).parse()?;
    url.query_pairs_mut()
        .append_pair("resource", &handle.acct());
    let fetched = match app.client.get(&url, Accept::Jrd, None, budget).await {
        Ok(fetched) => fetched,
        Err(error) => {
            report.note(step, false, format!("{url}: {}", print::causes(&error)))?;
            return Ok(Err(Stopped));
        }
    };
    let ids = match Jrd::parse(&fetched.body) {
        Ok(answer) => answer.actors(),
        Err(error) => {
            report.note(step, false, format!("{url}: {error}"))?;
            return Ok(Err(Stopped));
        }
    };
    let Some(id) = ids.into_iter().next() else {
        report.note(step, false, format!("{url} names no actor"))?;
        return Ok(Err(Stopped));
    };
    report.note(step, true, format!("{handle} is {id}"))?;
    Ok(Ok(id))
}

/// Looks at the document: its id, its kind, its inbox, its keys.
fn actor(body: &[u8], id: &Url, report: &mut Report<'_>) -> anyhow::Result<()> {
    let actor = match IncomingActor::parse(body) {
        Ok(actor) => actor,
        Err(error) => return report.note("document", false, error.to_string()),
    };
    let says = actor.id.as_str();
    if says != id.as_str() {
        report.note(
            "id",
            false,
            format!("the document at {id} says that it is {says}"),
        )?;
    }
    let kind = actor.kind.as_str();
    report.note(
        "document",
        true,
        format!(
            "{kind} {}",
            actor
                .preferred_username
                .as_deref()
                .unwrap_or("without a name")
        ),
    )?;
    let own = actor.inboxes_on_own_origin();
    let inbox = actor.inbox.to_string();
    report.note(
        "inbox",
        own,
        if own {
            inbox
        } else {
            format!("{inbox} is on another origin; we do not deliver there")
        },
    )?;
    let keys = actor.keys();
    let count = keys.pem.len() + keys.multi.len() + keys.urls.len();
    report.note("keys", count > 0, format!("{count} listed"))
}

/// Signs as this instance.
struct InstanceSigner {
    signer: Arc<Signer>,
    generation: Generation,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl SignRequest for InstanceSigner {
    async fn sign_get(&self, url: &Url) -> HeaderMap {
        let request = Unsigned {
            method: &Method::GET,
            url,
            body: None,
        };
        self.signer
            .sign(self.generation, &request, self.clock.now())
            .unwrap_or_default()
    }
}
