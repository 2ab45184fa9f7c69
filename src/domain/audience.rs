//! Who may see what: the audience of a post, of a profile field, and the one place that decides.

use super::ids::ActorId;

words! {
    /// Whom a post is addressed to, besides those it names.
    pub enum Audience {
        /// Everyone, also in public lists.
        Public = "public",
        /// Everyone who comes across it; not in public lists ("quiet public").
        Quiet = "quiet",
        /// The author's followers.
        Followers = "followers",
        /// Only those named.
        Direct = "direct",
    }
}

impl Audience {
    /// Whether anybody may read it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Audience::Public | Audience::Quiet)
    }

    /// The wider-to-narrower rank; a reply is never wider than what it answers.
    const fn rank(self) -> u8 {
        match self {
            Audience::Public => 0,
            Audience::Quiet => 1,
            Audience::Followers => 2,
            Audience::Direct => 3,
        }
    }

    /// The narrower of two.
    #[must_use]
    pub fn narrower(self, other: Audience) -> Audience {
        if other.rank() > self.rank() {
            other
        } else {
            self
        }
    }
}

words! {
    /// Who may see one field of a profile.
    pub enum FieldAudience {
        /// Everyone; federated.
        Everyone = "everyone",
        /// Signed-in people of this instance.
        Instance = "instance",
        /// Local friends.
        Friends = "friends",
        /// Nobody but its owner; matching may use it.
        OnlyMe = "only_me",
    }
}

/// Who looks at something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Viewer {
    /// The signed-in local person; `None` for strangers, crawlers and other servers.
    pub actor: Option<ActorId>,
    /// The viewer is a local friend of the owner.
    pub friend_of_owner: bool,
    /// The viewer follows the owner, accepted.
    pub follows_owner: bool,
    /// The viewer is named among the recipients.
    pub addressed: bool,
}

/// Whether `viewer` may see a field of `owner`'s profile.
#[must_use]
pub fn may_see_field(audience: FieldAudience, owner: ActorId, viewer: &Viewer) -> bool {
    if viewer.actor == Some(owner) {
        return true;
    }
    match audience {
        FieldAudience::Everyone => true,
        FieldAudience::Instance => viewer.actor.is_some(),
        FieldAudience::Friends => viewer.actor.is_some() && viewer.friend_of_owner,
        FieldAudience::OnlyMe => false,
    }
}

/// Whether `viewer` may see a post of `author`.
#[must_use]
pub fn may_see_post(audience: Audience, author: ActorId, viewer: &Viewer) -> bool {
    audience.is_public()
        || viewer.actor == Some(author)
        || (viewer.actor.is_some()
            && (viewer.addressed || (audience == Audience::Followers && viewer.follows_owner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: ActorId = ActorId(1);

    fn viewer(id: i64) -> Viewer {
        Viewer {
            actor: Some(ActorId(id)),
            ..Viewer::default()
        }
    }

    #[test]
    fn strangers_see_only_what_is_for_everyone() {
        let stranger = Viewer {
            follows_owner: true,
            friend_of_owner: true,
            addressed: true,
            actor: None,
        };
        let seen: Vec<_> = FieldAudience::ALL
            .iter()
            .filter(|a| may_see_field(**a, OWNER, &stranger))
            .collect();
        assert_eq!(seen, [&FieldAudience::Everyone]);
        assert!(!may_see_post(Audience::Followers, OWNER, &stranger));
        assert!(!may_see_post(Audience::Direct, OWNER, &stranger));
    }

    #[test]
    fn the_owner_sees_everything_of_their_own() {
        assert!(
            FieldAudience::ALL
                .iter()
                .all(|a| may_see_field(*a, OWNER, &viewer(1)))
        );
        assert!(
            Audience::ALL
                .iter()
                .all(|a| may_see_post(*a, OWNER, &viewer(1)))
        );
    }

    #[test]
    fn followers_see_followers_posts_and_not_direct_ones() {
        let follower = Viewer {
            follows_owner: true,
            ..viewer(2)
        };
        assert!(may_see_post(Audience::Followers, OWNER, &follower));
        assert!(!may_see_post(Audience::Direct, OWNER, &follower));
        assert!(may_see_post(
            Audience::Direct,
            OWNER,
            &Viewer {
                addressed: true,
                ..viewer(2)
            }
        ));
    }

    #[test]
    fn a_reply_is_never_wider_than_what_it_answers() {
        assert_eq!(
            Audience::Public.narrower(Audience::Followers),
            Audience::Followers
        );
        assert_eq!(
            Audience::Direct.narrower(Audience::Public),
            Audience::Direct
        );
    }
}
