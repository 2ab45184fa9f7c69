//! Who acts: a Person, a Group, or an instance itself.

use super::clock::Timestamp;
use super::ids::ActorId;

words! {
    /// The ActivityStreams type of an actor.
    pub enum ActorKind {
        Person = "Person",
        Group = "Group",
        Application = "Application",
        Service = "Service",
        Organization = "Organization",
    }
}

/// An actor, local or remote, as this instance knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "an actor document has these flags"
)]
pub struct Actor {
    pub id: ActorId,
    /// The ActivityPub id.
    pub uri: String,
    pub kind: ActorKind,
    pub local: bool,
    /// `preferredUsername`, as its server spells it.
    pub handle: String,
    /// Host (with port where it has one) of the handle; our own domain for local actors.
    pub host: String,
    /// WebFinger at `host` led back to `uri`: only then is the handle shown as theirs.
    pub handle_confirmed: bool,
    /// Plain text.
    pub name: String,
    /// HTML; from elsewhere it is unsafe until sanitised.
    pub summary: String,
    /// What the person wrote (Markdown); local actors only.
    pub summary_source: Option<String>,
    pub url: Option<String>,
    pub inbox: String,
    pub shared_inbox: Option<String>,
    pub outbox: Option<String>,
    pub followers: Option<String>,
    pub following: Option<String>,
    pub featured: Option<String>,
    pub icon: Option<String>,
    pub image: Option<String>,
    pub manually_approves: bool,
    pub discoverable: bool,
    pub indexable: bool,
    /// A Group that says it reads `Join`.
    pub accepts_joins: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When its document was last read; zero for local actors.
    pub fetched_at: Timestamp,
    pub suspended_at: Option<Timestamp>,
    pub gone_at: Option<Timestamp>,
}

impl Actor {
    /// `name`, or the handle where there is none.
    #[must_use]
    pub fn display_name(&self) -> &str {
        if self.name.is_empty() {
            &self.handle
        } else {
            &self.name
        }
    }

    /// `maria` here, `maria@kith.example` for others. An actor elsewhere whose handle was not confirmed has none that
    /// may be shown: then it is the address, without its scheme.
    #[must_use]
    pub fn acct(&self) -> String {
        if self.local {
            self.handle.clone()
        } else if self.handle_confirmed {
            format!("{}@{}", self.handle, self.host)
        } else {
            let address = self.uri.split_once("://");
            address.map_or(&*self.uri, |(_, rest)| rest).to_owned()
        }
    }

    /// `@maria@kith.example`, always with the host.
    #[must_use]
    pub fn full_handle(&self) -> String {
        format!("@{}@{}", self.handle, self.host)
    }

    /// Whether it takes part: not suspended here, not gone at its origin.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.suspended_at.is_none() && self.gone_at.is_none()
    }

    #[must_use]
    pub fn is_group(&self) -> bool {
        self.kind == ActorKind::Group
    }

    /// The id of the key that signs for a local actor.
    #[must_use]
    pub fn main_key_uri(&self) -> String {
        format!("{}#main-key", self.uri)
    }
}

words! {
    /// What may be done with an account, from least to most.
    pub enum Role {
        Member = "member",
        Moderator = "moderator",
        Admin = "admin",
    }
}
