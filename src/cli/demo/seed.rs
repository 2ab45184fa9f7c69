//! The people and groups of an instance.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tokio::task::JoinSet;

use crate::auth::password::Passwords;
use crate::domain::account::Account;
use crate::domain::actor::{Actor, Role};
use crate::domain::audience::{Audience, FieldAudience};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Disclosure, EventVisibility, JoinMode, Place};
use crate::domain::interaction::Policy;
use crate::domain::keys::KeyPair;
use crate::domain::profile::{FieldKind, ProfileField};
use crate::federation::keys::generate_pairs;
use crate::services::accounts::{self, NewGroup, NewPerson};
use crate::services::event::{self, EventDraft};
use crate::services::post::{self, Draft};
use crate::services::profile::{self, Changes};
use crate::services::{Chance, Ctx, follow};

/// The password of everybody in the demo.
pub(super) const PASSWORD: &str = "climb-together";

const DAY: Duration = Duration::from_hours(24);
const HOUR: Duration = Duration::from_hours(1);

/// A community as it stands in its TOML file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Community {
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "description")]
    _description: String,
    people: Vec<Person>,
    groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    handle: String,
    name: String,
    pronouns: Option<String>,
    headline: String,
    role: String,
    organisation: String,
    place: String,
    languages: String,
    /// Markdown, with interests as hashtags.
    bio: String,
    /// Handles.
    groups: Vec<String>,
    says: Option<String>,
    role_here: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    handle: String,
    name: String,
    /// A handle.
    organizer: String,
    about: String,
    #[serde(default)]
    events: Vec<Meeting>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meeting {
    title: String,
    /// From today.
    days: u32,
    /// In UTC.
    hour: u32,
    seats: Option<i64>,
    place: String,
    text: String,
}

/// Who lives on an instance now.
pub(super) struct Residents {
    pub(super) people: usize,
    pub(super) groups: usize,
    by_handle: BTreeMap<String, (Actor, Account)>,
}

impl Residents {
    /// The person called `handle`, with the account.
    pub(super) fn find(&self, handle: &str) -> anyhow::Result<&(Actor, Account)> {
        self.by_handle
            .get(handle)
            .with_context(|| format!("{handle} is missing in the demo's data"))
    }
}

/// Makes everybody that `text` describes, with their groups, posts and events.
///
/// # Errors
/// When the data or the database is at fault.
pub(super) async fn fill(ctx: &Ctx, text: &str) -> anyhow::Result<Residents> {
    let community: Community = toml::from_str(text)?;
    let mut keys = keys(community.people.len() + community.groups.len()).await?;
    // One hash for all: sixty would only take time.
    let hash = Passwords::new(1)
        .hash(PASSWORD, &mut Chance(&*ctx.random))
        .await?;
    let mut by_handle = BTreeMap::new();
    for person in &community.people {
        let pairs = keys.pop().context("a key is missing")?;
        let made = add_person(ctx, person, (hash.clone(), pairs)).await?;
        by_handle.insert(person.handle.clone(), made);
    }
    let residents = Residents {
        people: community.people.len(),
        groups: community.groups.len(),
        by_handle,
    };
    for group in &community.groups {
        let pairs = keys.pop().context("a key is missing")?;
        let members = community
            .people
            .iter()
            .filter(|person| person.groups.contains(&group.handle));
        add_group(ctx, group, (members, &residents), pairs).await?;
    }
    for person in &community.people {
        if let Some(text) = &person.says {
            say(ctx, &residents.find(&person.handle)?.0, text).await?;
        }
    }
    Ok(residents)
}

/// Keys for `count` actors or a few more, made on all processors.
async fn keys(count: usize) -> anyhow::Result<Vec<[KeyPair; 2]>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = count.div_ceil(cores);
    let mut makers = JoinSet::new();
    for _ in 0..cores {
        makers.spawn_blocking(move || {
            let pairs = (0..share).map(|_| generate_pairs());
            pairs.collect::<Result<Vec<_>, _>>()
        });
    }
    let mut made = Vec::with_capacity(share * cores);
    while let Some(some) = makers.join_next().await {
        made.extend(some??);
    }
    Ok(made)
}

async fn add_person(
    ctx: &Ctx,
    person: &Person,
    (hash, pairs): (String, [KeyPair; 2]),
) -> anyhow::Result<(Actor, Account)> {
    let new = NewPerson {
        handle: person.handle.clone(),
        email: format!("{}@{}", person.handle, ctx.uris.host()),
        password_hash: Some(hash),
        role: person
            .role_here
            .as_deref()
            .and_then(Role::parse)
            .unwrap_or(Role::Member),
        name: person.name.clone(),
    };
    let (actor, account) = accounts::create_person(ctx, new, pairs).await?;
    let said = [
        (FieldKind::Headline, Some(&person.headline)),
        (FieldKind::Pronouns, person.pronouns.as_ref()),
        (FieldKind::Role, Some(&person.role)),
        (FieldKind::Organisation, Some(&person.organisation)),
        (FieldKind::Place, Some(&person.place)),
        (FieldKind::Languages, Some(&person.languages)),
    ];
    let fields = said.into_iter().filter_map(|(kind, value)| {
        Some(ProfileField {
            kind,
            name: kind.label()?.to_owned(),
            value: value?.clone(),
            audience: FieldAudience::Everyone,
        })
    });
    let changes = Changes {
        summary: Some(person.bio.clone()),
        fields: Some(fields.collect()),
        ..Changes::default()
    };
    let actor = profile::update(ctx, &actor, &changes).await?;
    Ok((actor, account))
}

async fn add_group<'a>(
    ctx: &Ctx,
    group: &Group,
    (members, residents): (impl Iterator<Item = &'a Person>, &Residents),
    pairs: [KeyPair; 2],
) -> anyhow::Result<()> {
    let (organizer, _) = residents.find(&group.organizer)?;
    let new = NewGroup {
        handle: group.handle.clone(),
        name: group.name.clone(),
        organizer: organizer.id,
        join: accounts::JoinMode::Open,
    };
    let made = accounts::create_group(ctx, new, pairs).await?;
    let changes = Changes {
        summary: Some(group.about.clone()),
        ..Changes::default()
    };
    let made = profile::update(ctx, &made, &changes).await?;
    for member in members.filter(|member| member.handle != group.organizer) {
        let (member, _) = residents.find(&member.handle)?;
        follow::follow(ctx, member, &made).await?;
        follow::follow(ctx, member, organizer).await?;
    }
    for meeting in &group.events {
        let draft = draft(ctx, made.id, meeting);
        event::publish(ctx, organizer, &draft).await?;
    }
    Ok(())
}

fn draft(ctx: &Ctx, group: crate::domain::ids::ActorId, meeting: &Meeting) -> EventDraft {
    let starts_at = day(ctx.now(), meeting.days).plus(HOUR * meeting.hour);
    EventDraft {
        group: Some(group),
        title: meeting.title.clone(),
        description: meeting.text.clone(),
        starts_at,
        ends_at: Some(starts_at.plus(HOUR * 3)),
        timezone: "Europe/Berlin".to_owned(),
        place: Some(Place {
            name: meeting.place.clone(),
            street: String::new(),
            city: String::new(),
            postal_code: String::new(),
            country: "DE".to_owned(),
            latitude: None,
            longitude: None,
            disclosure: Disclosure::Everyone,
        }),
        online_url: None,
        capacity: meeting.seats,
        join_mode: JoinMode::Free,
        visibility: EventVisibility::Public,
        language: Some("en".to_owned()),
    }
}

/// Midnight (UTC) that many days after the day of `now`.
pub(super) fn day(now: Timestamp, days: u32) -> Timestamp {
    let seconds = now.secs() - now.secs().rem_euclid(24 * 60 * 60);
    Timestamp::from_secs(seconds).plus(DAY * days)
}

async fn say(ctx: &Ctx, who: &Actor, text: &str) -> anyhow::Result<()> {
    let draft = Draft {
        text: text.to_owned(),
        audience: Audience::Public,
        warning: String::new(),
        sensitive: false,
        language: Some("en".to_owned()),
        in_reply_to: None,
        poll: None,
        media: Vec::new(),
        media_changes: Vec::new(),
        quoted: None,
        policy: Policy::default(),
        mentioned: Vec::new(),
    };
    post::publish(ctx, who, &draft).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Community, Role};

    #[test]
    fn the_demo_knows_everybody_it_speaks_of() {
        for text in [super::super::ALPHA, super::super::BETA] {
            let community: Community = toml::from_str(text).unwrap();
            let handles: BTreeSet<_> = community.people.iter().map(|p| &p.handle).collect();
            let groups: BTreeSet<_> = community.groups.iter().map(|g| &g.handle).collect();
            assert_eq!(handles.len(), community.people.len());
            assert_eq!((community.people.len(), groups.len()), (30, 4));
            for group in &community.groups {
                assert!(handles.contains(&group.organizer), "{}", group.organizer);
            }
            for person in &community.people {
                assert!(person.groups.iter().all(|group| groups.contains(group)));
                let role = person.role_here.as_deref();
                assert!(role.is_none_or(|word| Role::parse(word).is_some()));
            }
        }
    }
}
