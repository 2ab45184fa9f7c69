//! How others find what is here: WebFinger, NodeInfo, host-meta.

use url::Url;

use crate::config::{Instance, Registration};
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::clock::Timestamp;
use crate::domain::uris::Local;
use crate::store::{self, Error};
use crate::wire::nodeinfo::{
    Metadata, OutgoingNodeInfo, OutgoingNodeInfoLinks, Registrations, Usage, Users,
};
use crate::wire::webfinger::{ActorJrd, Handle, OutgoingJrd, REL_INTENT, Resource};

use super::{Cached, Ctx, seen};

/// Other names of the instance's actor: the one under which servers of other kinds look for a relay.
const RELAY: &str = "relay";
/// What our page for remote things can do; the other intents have no page.
const INTENTS: [&str; 3] = ["Follow", "Join", "Object"];
/// How long counts are told again before they are counted anew, in seconds.
const COUNTS_KEPT: u64 = 60;

/// Why nothing is said about a resource.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// The resource is no handle and no address.
    #[error("the resource is neither a handle nor an address")]
    Malformed,
    /// Nothing here has this name, or it is another server's.
    #[error("nothing here has this name")]
    Unknown,
    /// It was here, and is suspended or deleted.
    #[error("what had this name is gone")]
    Gone,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] Error),
}

/// Counts for NodeInfo, told again for a minute.
pub type KnownUsage = Cached<Option<(Timestamp, Usage)>>;

/// Answers a WebFinger request (RFC 7033) for `resource`.
///
/// # Errors
/// Says whether the question is malformed, or what it asks for unknown or gone.
pub async fn webfinger(ctx: &Ctx, resource: &str) -> Result<OutgoingJrd, DiscoveryError> {
    let resource = Resource::parse(resource, &[ctx.uris.domain()])
        .ok()
        .ok_or(DiscoveryError::Malformed)?;
    match resource {
        Resource::Acct(handle) => {
            if handle.host() != ctx.uris.domain() {
                return Err(DiscoveryError::Unknown);
            }
            let user = handle.user().to_ascii_lowercase();
            if user == RELAY || user == ctx.uris.host() {
                return instance(ctx, &user);
            }
            jrd(ctx, &find(ctx, &user).await?)
        }
        Resource::Address(url) => about_address(ctx, &url).await,
    }
}

async fn about_address(ctx: &Ctx, url: &Url) -> Result<OutgoingJrd, DiscoveryError> {
    match ctx.uris.read(url) {
        Some(Local::Instance) => instance(ctx, ctx.uris.host()),
        Some(Local::Actor { handle }) => {
            let actor = find(ctx, &handle.to_ascii_lowercase()).await?;
            let is_profile = url.path().starts_with("/@");
            if actor.uri != url.as_str() && !is_profile {
                return Err(DiscoveryError::Unknown);
            }
            jrd(ctx, &actor)
        }
        Some(Local::Other) if url.path() == "/" && url.query().is_none() => {
            let id = address(&ctx.uris.instance_actor())?;
            Ok(OutgoingJrd::of_host(url, id))
        }
        _ => Err(DiscoveryError::Unknown),
    }
}

async fn find(ctx: &Ctx, handle: &str) -> Result<Actor, DiscoveryError> {
    let mut reader = ctx.store.reader().await?;
    let actor = store::actors::find_local(&mut reader, handle)
        .await?
        .ok_or(DiscoveryError::Unknown)?;
    if actor.is_active() {
        Ok(actor)
    } else {
        Err(DiscoveryError::Gone)
    }
}

fn instance(ctx: &Ctx, name: &str) -> Result<OutgoingJrd, DiscoveryError> {
    answer(ctx, name, &ctx.uris.instance_actor(), None)
}

fn jrd(ctx: &Ctx, actor: &Actor) -> Result<OutgoingJrd, DiscoveryError> {
    let avatar = actor.icon.as_deref().and_then(|icon| icon.parse().ok());
    answer(ctx, &actor.handle, &actor.uri, avatar)
}

fn answer(
    ctx: &Ctx,
    name: &str,
    id: &str,
    avatar: Option<Url>,
) -> Result<OutgoingJrd, DiscoveryError> {
    let domain = ctx.uris.domain();
    let handle = Handle::parse(&format!("{name}@{domain}"), &[domain])
        .ok()
        .ok_or(DiscoveryError::Unknown)?;
    let id = address(id)?;
    let interact = address(&ctx.uris.at("/authorize_interaction"))?;
    let mut answer = OutgoingJrd::from(ActorJrd {
        handle,
        page: id.clone(),
        id,
        avatar: avatar.map(|url| (url, "image/webp".to_owned())),
        interact: interact.clone(),
        intents: interact.clone(),
    });
    answer.links.retain_mut(|link| {
        let Some(intent) = link.rel.strip_prefix(REL_INTENT) else {
            return true;
        };
        link.template = Some(format!("{interact}?uri={{object}}"));
        INTENTS.contains(&intent)
    });
    Ok(answer)
}

/// An address that we built ourselves, as the wire types take it.
fn address(text: &str) -> Result<Url, DiscoveryError> {
    text.parse().ok().ok_or(DiscoveryError::Unknown)
}

/// The document at `/.well-known/nodeinfo`.
///
/// # Errors
/// Only when the configured domain makes no address.
pub fn node_info_links(ctx: &Ctx) -> Result<OutgoingNodeInfoLinks, DiscoveryError> {
    Ok(OutgoingNodeInfoLinks::new(
        address(&ctx.uris.at("/nodeinfo/2.1"))?,
        address(&ctx.uris.instance_actor())?,
    ))
}

/// The document at `/nodeinfo/2.1`.
///
/// # Errors
/// When the database fails.
pub async fn node_info(
    ctx: &Ctx,
    about: &Instance,
    known: &KnownUsage,
) -> Result<OutgoingNodeInfo, DiscoveryError> {
    let registrations = match about.registration {
        Registration::Open | Registration::Approval => Registrations::Open,
        Registration::Invite | Registration::Closed => Registrations::Closed,
    };
    let metadata = Metadata {
        node_name: Some(about.name.clone()),
        node_description: Some(about.description.clone()).filter(|text| !text.is_empty()),
        staff_accounts: Vec::new(),
    };
    Ok(OutgoingNodeInfo::new(
        address(env!("CARGO_PKG_REPOSITORY"))?,
        registrations,
        usage(ctx, known).await?,
        metadata,
    ))
}

/// How many people use this instance, and how much they wrote.
async fn usage(ctx: &Ctx, known: &KnownUsage) -> Result<Usage, Error> {
    let now = ctx.now();
    if let Some((at, usage)) = &*known.get()
        && now.since(*at).as_secs() < COUNTS_KEPT
    {
        return Ok(usage.clone());
    }
    let mut reader = ctx.store.reader().await?;
    let people = store::actors::count_local(&mut reader, ActorKind::Person).await?;
    let month = seen::count_active(&mut reader, now, seen::MONTH).await?;
    let half_year = seen::count_active(&mut reader, now, seen::HALF_YEAR).await?;
    let (posts, answers) = store::timelines::count_local(&mut reader).await?;
    let usage = Usage {
        users: Users {
            total: u64::try_from(people).ok(),
            active_month: u64::try_from(month).ok(),
            active_halfyear: u64::try_from(half_year).ok(),
        },
        local_posts: u64::try_from(posts).ok(),
        local_comments: u64::try_from(answers).ok(),
    };
    known.set(Some((now, usage.clone())));
    Ok(usage)
}

/// The host-meta document (RFC 6415).
///
/// # Errors
/// Only when the configured domain makes no address.
pub fn host_meta(ctx: &Ctx) -> Result<String, DiscoveryError> {
    let webfinger = address(&ctx.uris.at("/.well-known/webfinger"))?;
    Ok(crate::wire::host_meta::render(&webfinger))
}
