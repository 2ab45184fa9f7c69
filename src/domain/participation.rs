//! One actor's standing at one event, and the rule that decides it.

use super::clock::Timestamp;
use super::event::{Event, EventStatus, JoinMode};
use super::ids::{ActorId, EventId, ParticipationId};

words! {
    /// Where an actor stands.
    pub enum Standing {
        Invited = "invited",
        Requested = "requested",
        Going = "going",
        Maybe = "maybe",
        Waitlisted = "waitlisted",
        Declined = "declined",
        Left = "left",
        Removed = "removed",
    }
}

words! {
    /// What a person can say to an event.
    pub enum Answer {
        Going = "going",
        Maybe = "maybe",
        Declined = "declined",
    }
}

/// A participation as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participation {
    pub id: ParticipationId,
    pub event: EventId,
    pub actor: ActorId,
    pub standing: Standing,
    /// People they bring along.
    pub guests: i64,
    /// The id of the Join or Accept that made it.
    pub uri: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the event is cancelled")]
    Cancelled,
    #[error("the event is over")]
    Over,
    #[error("only invited people can answer")]
    NotInvited,
    #[error("answers are taken somewhere else")]
    Elsewhere,
    #[error("the host removed you from this event")]
    Removed,
}

/// What the host's server decides when `answer` arrives.
///
/// `before` is the standing the person has now; `invited` says whether the host invited them.
///
/// # Errors
/// When the answer cannot be taken at all.
pub fn decide(
    event: &Event,
    before: Option<Standing>,
    invited: bool,
    answer: Answer,
    now: Timestamp,
) -> Result<Standing, Refusal> {
    if answer == Answer::Declined {
        return Ok(if before == Some(Standing::Going) {
            Standing::Left
        } else {
            Standing::Declined
        });
    }
    if event.status == EventStatus::Cancelled {
        return Err(Refusal::Cancelled);
    }
    if event.ends_at.unwrap_or(event.starts_at) < now {
        return Err(Refusal::Over);
    }
    if before == Some(Standing::Removed) {
        return Err(Refusal::Removed);
    }
    match event.join_mode {
        JoinMode::External => return Err(Refusal::Elsewhere),
        JoinMode::Invite if !invited => return Err(Refusal::NotInvited),
        _ => {}
    }
    if answer == Answer::Maybe {
        return Ok(Standing::Maybe);
    }
    Ok(match before {
        Some(Standing::Going) => Standing::Going,
        _ if event.join_mode == JoinMode::Restricted && !invited => Standing::Requested,
        _ if event.seats_left().is_some_and(|left| left < 1) => Standing::Waitlisted,
        _ => Standing::Going,
    })
}

#[cfg(test)]
mod tests {
    use super::super::event::EventVisibility;
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn event(join_mode: JoinMode, capacity: Option<i64>, seats_taken: i64) -> Event {
        Event {
            id: EventId(1),
            uri: String::new(),
            url: None,
            local: true,
            host: ActorId(1),
            organizer: None,
            title: "Bouldering".into(),
            summary: String::new(),
            content: String::new(),
            source: None,
            language: None,
            starts_at: NOW.plus(std::time::Duration::from_hours(1)),
            ends_at: None,
            timezone: "Europe/Berlin".into(),
            place: None,
            online_url: None,
            capacity,
            seats_taken,
            going: seats_taken,
            join_mode,
            visibility: EventVisibility::Public,
            status: EventStatus::Confirmed,
            published_at: NOW,
            edited_at: None,
        }
    }

    #[test]
    fn the_last_seat_is_given_once() {
        let decide = |taken| {
            decide(
                &event(JoinMode::Free, Some(2), taken),
                None,
                false,
                Answer::Going,
                NOW,
            )
        };
        assert_eq!(decide(1), Ok(Standing::Going));
        assert_eq!(decide(2), Ok(Standing::Waitlisted));
    }

    #[test]
    fn who_is_going_keeps_the_seat_when_they_answer_again() {
        let full = event(JoinMode::Free, Some(2), 2);
        assert_eq!(
            decide(&full, Some(Standing::Going), false, Answer::Going, NOW),
            Ok(Standing::Going)
        );
    }

    #[test]
    fn an_event_for_invited_people_refuses_others_and_approval_asks_first() {
        let closed = event(JoinMode::Invite, None, 0);
        assert_eq!(
            decide(&closed, None, false, Answer::Going, NOW),
            Err(Refusal::NotInvited)
        );
        assert_eq!(
            decide(&closed, None, true, Answer::Going, NOW),
            Ok(Standing::Going)
        );
        let asked = event(JoinMode::Restricted, None, 0);
        assert_eq!(
            decide(&asked, None, false, Answer::Going, NOW),
            Ok(Standing::Requested)
        );
        assert_eq!(
            decide(&asked, None, true, Answer::Going, NOW),
            Ok(Standing::Going)
        );
    }

    #[test]
    fn nobody_joins_what_is_cancelled_or_over_but_anybody_can_decline() {
        let mut gone = event(JoinMode::Free, None, 0);
        gone.status = EventStatus::Cancelled;
        assert_eq!(
            decide(&gone, None, false, Answer::Going, NOW),
            Err(Refusal::Cancelled)
        );
        assert_eq!(
            decide(&gone, Some(Standing::Going), false, Answer::Declined, NOW),
            Ok(Standing::Left)
        );
        let late = NOW.plus(std::time::Duration::from_hours(2));
        assert_eq!(
            decide(
                &event(JoinMode::Free, None, 0),
                None,
                false,
                Answer::Going,
                late
            ),
            Err(Refusal::Over)
        );
    }
}
