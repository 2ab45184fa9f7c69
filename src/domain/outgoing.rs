//! An activity on its way out: what it is, whom it concerns, who gets it.

use super::ids::{ActivityId, ActorId};

words! {
    /// Which rendering of an activity a delivery sends. All have one id.
    pub enum Variant {
        /// What nearly everybody gets.
        Standard = "standard",
        /// With what Mobilizon needs and others refuse.
        Mobilizon = "mobilizon",
    }
}

/// Who receives an activity. Local people never get a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receivers {
    /// The accepted followers of these actors.
    pub followers_of: Vec<ActorId>,
    /// These actors.
    pub actors: Vec<ActorId>,
    /// Everybody who was sent one of these objects before.
    pub had: Vec<String>,
}

impl Receivers {
    /// Only these actors.
    #[must_use]
    pub fn only(actors: impl IntoIterator<Item = ActorId>) -> Self {
        Receivers {
            actors: actors.into_iter().collect(),
            ..Receivers::default()
        }
    }
}

/// An activity of a local actor, ready to be stored and delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub id: ActivityId,
    pub uri: String,
    pub actor: ActorId,
    /// The ActivityStreams type.
    pub kind: &'static str,
    /// The object it is about, if a receipt should be kept for it.
    pub object_uri: Option<String>,
    pub receivers: Receivers,
    /// Every local person it says something about.
    pub subjects: Vec<ActorId>,
    /// The standard body first. Compact JSON.
    pub bodies: Vec<(Variant, String)>,
    /// Shown in the actor's public outbox.
    pub listed: bool,
}
