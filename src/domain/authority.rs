//! Who may do what with a received activity. Pure: the caller brings the facts, already authenticated.
//!
//! The signer of a request is the only authority. An id speaks for its origin, and an object belongs to the actor in
//! its `attributedTo`; sharing a host gives no right over a neighbour's objects (FEP-fe34).

use url::Url;

use super::uris::same_origin;

/// Why an activity is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    #[error("the signer is not the actor")]
    SignerIsNotActor,
    #[error("the activity's id is on another origin than its actor")]
    IdElsewhere,
    #[error("the object's id is on another origin than its actor")]
    ObjectElsewhere,
    #[error("the object is attributed to somebody else")]
    NotTheAuthor,
    #[error("the object belongs to this server")]
    ObjectIsOurs,
    #[error("only its maker can undo it")]
    NotTheMaker,
    #[error("only the one who was asked can answer")]
    NotTheOneAsked,
    #[error("the actor does not own the collection")]
    NotTheOwner,
    #[error("only an actor moves itself, to one that names it")]
    NotItself,
}

type Ruling = Result<(), Breach>;

fn ensure(holds: bool, breach: Breach) -> Ruling {
    if holds { Ok(()) } else { Err(breach) }
}

/// Any activity: its actor signed it, and its id (if it has one) is on the actor's origin.
///
/// # Errors
/// The first rule that is broken.
pub fn any(signer: &Url, actor: &Url, id: Option<&Url>) -> Ruling {
    ensure(signer == actor, Breach::SignerIsNotActor)?;
    ensure(
        id.is_none_or(|id| same_origin(id, actor)),
        Breach::IdElsewhere,
    )
}

/// An object that comes with a Create or Update, as it claims to be.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<'a> {
    pub id: &'a Url,
    /// `attributedTo`, all of them.
    pub attributed_to: &'a [Url],
    /// The object's own `actor` (Mobilizon's events have one).
    pub actor: Option<&'a Url>,
    pub is_event: bool,
    /// The id is on this server's origin.
    pub is_local: bool,
}

/// How far a Create or Update may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    /// As it came.
    AsSent,
    /// Only as the copy fetched from its id says: a group's event sent by its organizer.
    AfterFetch,
}

/// A Create, or an Update of something: the object is the actor's own (`attributedTo` contains the actor), or an event
/// that its organizer sends for a group on the same origin.
///
/// # Errors
/// The first rule that is broken.
pub fn create(actor: &Url, object: Claimed<'_>) -> Result<Belief, Breach> {
    ensure(!object.is_local, Breach::ObjectIsOurs)?;
    ensure(same_origin(object.id, actor), Breach::ObjectElsewhere)?;
    if object.attributed_to.contains(actor) {
        return Ok(Belief::AsSent);
    }
    if object.attributed_to.is_empty() && object.actor == Some(actor) {
        return Ok(Belief::AsSent);
    }
    let for_group = object.is_event
        && object.actor == Some(actor)
        && object
            .attributed_to
            .first()
            .is_some_and(|group| same_origin(group, actor));
    ensure(for_group, Breach::NotTheAuthor)?;
    Ok(Belief::AfterFetch)
}

/// An Update or Delete of something that is stored: by its owner, or by a moderator on the owner's origin.
///
/// # Errors
/// [`Breach::NotTheAuthor`].
pub fn change(actor: &Url, owner: &Url, moderators: &[Url]) -> Ruling {
    let moderates = moderators.contains(actor) && same_origin(actor, owner);
    ensure(actor == owner || moderates, Breach::NotTheAuthor)
}

/// An Update or Delete of an actor: only by itself.
///
/// # Errors
/// [`Breach::NotItself`].
pub fn change_actor(actor: &Url, object: &Url) -> Ruling {
    ensure(actor == object, Breach::NotItself)
}

/// An Undo, a Leave, a vote: only by who made the thing.
///
/// # Errors
/// [`Breach::NotTheMaker`].
pub fn undo(actor: &Url, maker: &Url) -> Ruling {
    ensure(actor == maker, Breach::NotTheMaker)
}

/// An Accept, `TentativeAccept` or Reject: by the one who was asked, or one of those who may answer for it.
///
/// # Errors
/// [`Breach::NotTheOneAsked`].
pub fn answer(actor: &Url, asked: &Url, may_answer: &[Url]) -> Ruling {
    ensure(
        actor == asked || may_answer.contains(actor),
        Breach::NotTheOneAsked,
    )
}

/// What an Invite is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteWorth {
    /// It opens the event to the invitee.
    Grants,
    /// Somebody recommends the event.
    Recommends,
}

/// An Invite counts when its actor is on the event's origin, or stands in its `attributedTo`, `actor` or organizers.
#[must_use]
pub fn invite(actor: &Url, event: &Url, responsible: &[Url]) -> InviteWorth {
    if same_origin(actor, event) || responsible.contains(actor) {
        InviteWorth::Grants
    } else {
        InviteWorth::Recommends
    }
}

/// An Add or Remove: the collection is the actor's.
///
/// # Errors
/// [`Breach::NotTheOwner`].
pub fn collection(actor: &Url, target: &Url, owned: &[&Url]) -> Ruling {
    ensure(owned.contains(&target), Breach::NotTheOwner)?;
    ensure(same_origin(actor, target), Breach::NotTheOwner)
}

/// A Move: the actor moves itself to one whose fetched document names it in `alsoKnownAs`.
///
/// # Errors
/// [`Breach::NotItself`].
pub fn migrate(actor: &Url, object: &Url, target_also_known_as: &[Url]) -> Ruling {
    ensure(
        actor == object && target_also_known_as.contains(actor),
        Breach::NotItself,
    )
}

/// An inbox or shared inbox: on its actor's own origin, or nothing is delivered there.
#[must_use]
pub fn inbox_is_own(actor: &Url, inbox: &Url) -> bool {
    same_origin(actor, inbox)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn note<'a>(id: &'a Url, by: &'a [Url]) -> Claimed<'a> {
        Claimed {
            id,
            attributed_to: by,
            actor: None,
            is_event: false,
            is_local: false,
        }
    }

    #[test]
    fn only_the_signer_acts_and_only_with_ids_of_their_origin() {
        let ada = url("https://a.example/ada");
        assert_eq!(any(&ada, &ada, Some(&url("https://a.example/1"))), Ok(()));
        assert_eq!(any(&ada, &ada, None), Ok(()));
        assert_eq!(
            any(&url("https://a.example/bob"), &ada, None),
            Err(Breach::SignerIsNotActor)
        );
        assert_eq!(
            any(&ada, &ada, Some(&url("https://b.example/1"))),
            Err(Breach::IdElsewhere)
        );
        assert_eq!(
            any(&ada, &ada, Some(&url("https://a.example:8443/1"))),
            Err(Breach::IdElsewhere)
        );
    }

    #[test]
    fn nobody_creates_for_somebody_else_or_elsewhere_or_here() {
        let ada = url("https://a.example/ada");
        let bob = [url("https://a.example/bob")];
        let own = [ada.clone()];
        let id = url("https://a.example/notes/1");
        assert_eq!(create(&ada, note(&id, &own)), Ok(Belief::AsSent));
        assert_eq!(create(&ada, note(&id, &bob)), Err(Breach::NotTheAuthor));
        assert_eq!(create(&ada, note(&id, &[])), Err(Breach::NotTheAuthor));
        assert_eq!(
            create(&ada, note(&url("https://b.example/1"), &own)),
            Err(Breach::ObjectElsewhere)
        );
        assert_eq!(
            create(
                &ada,
                Claimed {
                    is_local: true,
                    ..note(&id, &own)
                }
            ),
            Err(Breach::ObjectIsOurs)
        );
    }

    #[test]
    fn an_organizer_may_send_the_event_of_a_group_on_the_same_origin_but_it_is_fetched() {
        let paul = url("https://m.example/@paul");
        let group = [url("https://m.example/@club")];
        let foreign = [url("https://other.example/@club")];
        let id = url("https://m.example/events/1");
        let event = Claimed {
            actor: Some(&paul),
            is_event: true,
            ..note(&id, &group)
        };
        assert_eq!(create(&paul, event), Ok(Belief::AfterFetch));
        assert_eq!(
            create(
                &paul,
                Claimed {
                    is_event: false,
                    ..event
                }
            ),
            Err(Breach::NotTheAuthor)
        );
        assert_eq!(
            create(
                &paul,
                Claimed {
                    attributed_to: &foreign,
                    ..event
                }
            ),
            Err(Breach::NotTheAuthor)
        );
    }

    #[test]
    fn sharing_a_host_gives_no_right_over_a_neighbours_objects() {
        let (ada, bob) = (url("https://a.example/ada"), url("https://a.example/bob"));
        assert_eq!(change(&bob, &ada, &[]), Err(Breach::NotTheAuthor));
        assert_eq!(change(&bob, &ada, std::slice::from_ref(&bob)), Ok(()));
        let far = url("https://b.example/mod");
        assert_eq!(
            change(&far, &ada, std::slice::from_ref(&far)),
            Err(Breach::NotTheAuthor)
        );
        assert_eq!(undo(&bob, &ada), Err(Breach::NotTheMaker));
        assert_eq!(change_actor(&bob, &ada), Err(Breach::NotItself));
    }

    #[test]
    fn answers_come_from_those_asked() {
        let (ada, bob) = (url("https://a.example/ada"), url("https://b.example/bob"));
        assert_eq!(answer(&bob, &ada, &[]), Err(Breach::NotTheOneAsked));
        assert_eq!(answer(&bob, &ada, std::slice::from_ref(&bob)), Ok(()));
    }

    #[test]
    fn an_invitation_from_a_bystander_only_recommends() {
        let event = url("https://a.example/events/1");
        let host = url("https://b.example/host");
        assert_eq!(
            invite(&url("https://a.example/ada"), &event, &[]),
            InviteWorth::Grants
        );
        assert_eq!(
            invite(&host, &event, std::slice::from_ref(&host)),
            InviteWorth::Grants
        );
        assert_eq!(
            invite(&url("https://c.example/x"), &event, &[host]),
            InviteWorth::Recommends
        );
    }

    #[test]
    fn collections_and_moves_need_their_owner() {
        let ada = url("https://a.example/ada");
        let featured = url("https://a.example/ada/featured");
        assert_eq!(collection(&ada, &featured, &[&featured]), Ok(()));
        assert_eq!(collection(&ada, &featured, &[]), Err(Breach::NotTheOwner));
        assert_eq!(migrate(&ada, &ada, std::slice::from_ref(&ada)), Ok(()));
        assert_eq!(migrate(&ada, &ada, &[]), Err(Breach::NotItself));
        assert!(!inbox_is_own(&ada, &url("https://b.example/inbox")));
    }
}
