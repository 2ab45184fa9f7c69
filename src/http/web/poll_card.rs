//! A poll as pages show it, and the form to vote in it.

use axum::extract::{Path, RawForm, State};
use axum::response::{IntoResponse as _, Redirect};
use url::form_urlencoded;

use super::pages::{PageError, PageResult};
use super::signed_in::SignedIn;
use super::when::{When, moment};
use crate::domain::ids::PostId;
use crate::http::AppState;
use crate::services::poll::{self, VoteError};
use crate::services::reading::{self, PollView};
use crate::text::name::clean_name;

const TITLE_CHARS: usize = 500;

/// The poll of a post.
#[derive(Debug, Clone)]
pub(super) struct PollCard {
    pub(super) options: Vec<PollOption>,
    pub(super) multiple: bool,
    pub(super) is_over: bool,
    /// When it ends or ended.
    pub(super) end: Option<When>,
    /// `12 people voted`
    pub(super) turnout: String,
    /// Where to send a vote, if the viewer can still vote.
    pub(super) ballot: Option<String>,
    /// Set where a form can be shown: in the page of the post itself.
    pub(super) form_token: Option<String>,
}

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct PollOption {
    pub(super) title: String,
    /// `40 %`, unless the counts are hidden.
    pub(super) share: Option<String>,
    /// The viewer chose it.
    pub(super) chosen: bool,
}

impl PollCard {
    pub(super) fn of(view: &PollView) -> PollCard {
        let poll = &view.poll;
        let own = view.own.as_deref().unwrap_or_default();
        let people = poll.voters.unwrap_or_else(|| poll.votes());
        let options = (0_i64..).zip(&poll.options).map(|(at, option)| PollOption {
            title: clean_name(&option.title, TITLE_CHARS),
            share: view.shows_totals.then(|| {
                percent(
                    option.votes,
                    if poll.multiple { people } else { poll.votes() },
                )
            }),
            chosen: own.contains(&at),
        });
        let can_vote = view.own.is_some() && !view.voted && !view.is_over;
        PollCard {
            options: options.collect(),
            multiple: poll.multiple,
            is_over: view.is_over,
            end: poll.closed_at.or(poll.closes_at).map(moment),
            turnout: match people {
                1 => "1 person voted".to_owned(),
                n => format!("{n} people voted"),
            },
            ballot: can_vote.then(|| format!("/posts/{}/votes", poll.post)),
            form_token: None,
        }
    }
}

fn percent(votes: i64, of: i64) -> String {
    let share = if of > 0 {
        (votes.saturating_mul(100).saturating_add(of / 2) / of).clamp(0, 100)
    } else {
        0
    };
    format!("{share} %")
}

/// `POST /posts/{id}/votes`: the fields `choice` are the positions chosen.
pub(super) async fn vote_in_poll(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<PostId>,
    RawForm(form): RawForm,
) -> PageResult {
    let seen = reading::poll(&app.ctx, Some(who.actor.id), id).await?;
    seen.ok_or(PageError::NotFound)?;
    // What is no number is no option.
    let choices: Vec<i64> = form_urlencoded::parse(&form)
        .filter(|(name, _)| name == "choice")
        .map(|(_, value)| value.parse().unwrap_or(-1))
        .collect();
    match poll::vote(&app.ctx, &who.actor, id, &choices).await {
        // What was refused is seen on the page: it is over, one has voted, or nothing is marked yet.
        Ok(()) | Err(VoteError::Refused(_)) => {
            Ok(Redirect::to(&format!("/posts/{id}")).into_response())
        }
        Err(VoteError::NoSuchPoll) => Err(PageError::NotFound),
        Err(VoteError::Store(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn shares_are_rounded_and_stay_between_none_and_all() {
        assert_eq!(percent(1, 3), "33 %");
        assert_eq!(percent(2, 3), "67 %");
        assert_eq!(percent(0, 0), "0 %");
        assert_eq!(percent(9, 3), "100 %");
    }
}
