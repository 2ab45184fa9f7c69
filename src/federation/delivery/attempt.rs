//! One try of one delivery: signed anew, with the other generation of signatures where the first is not understood.

use std::time::Instant;

use bytes::Bytes;
use http::Method;
use url::Url;

use crate::domain::delivery::Outcome;
use crate::federation::signatures::{Generation, Signer, Unsigned};
use crate::net::FetchError;
use crate::services::Ctx;
use crate::store::{self, hosts};

use super::{Post, Refresh, TRY};

/// What is sent, and to whom.
pub(super) struct Letter<'a> {
    pub url: &'a Url,
    pub host: &'a str,
    pub body: &'a Bytes,
    pub signer: &'a Signer,
}

/// What a try led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Came(Outcome),
    /// Nothing was sent: we are too busy ourselves.
    Busy,
}

/// How a host wants to be signed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Habit {
    /// The generation that worked before.
    pub known: Option<Generation>,
    /// The one that worked now, if that is news.
    pub learned: Option<Generation>,
}

/// What a try needs.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub ctx: &'a Ctx,
    pub post: &'a dyn Post,
    pub refresh: &'a dyn Refresh,
}

impl Habit {
    fn works(&mut self, generation: Generation) {
        if self.known != Some(generation) {
            self.known = Some(generation);
            self.learned = Some(generation);
        }
    }
}

impl Sent {
    fn status(self) -> u16 {
        match self {
            Sent::Came(Outcome::Answered { status, .. }) => status,
            _ => 0,
        }
    }

    fn is_success(self) -> bool {
        matches!(self, Sent::Came(outcome) if outcome.is_success())
    }
}

impl Means<'_> {
    /// Tries once, as rulings 14 have it. Takes at most [`TRY`].
    pub(super) async fn attempt(&self, letter: &Letter<'_>, habit: &mut Habit) -> Sent {
        let whole = Box::pin(self.knock(letter, habit));
        tokio::time::timeout(TRY, whole)
            .await
            .unwrap_or(Sent::Came(Outcome::TimedOut))
    }

    async fn knock(&self, letter: &Letter<'_>, habit: &mut Habit) -> Sent {
        let generation = habit.known.unwrap_or(Generation::Draft);
        let mut sent = self.send(letter, generation).await;
        if sent.is_success() {
            habit.works(generation);
            return sent;
        }
        // A host that refuses what it used to accept with 401 may have changed its mind about generations.
        let in_doubt = habit.known.is_none() || sent.status() == 401;
        let may_help = matches!(sent, Sent::Came(outcome) if outcome.may_want_other_signature());
        if may_help && in_doubt && self.may_try_other(letter.host).await {
            let other = generation.other();
            let second = self.send(letter, other).await;
            if second.is_success() {
                habit.works(other);
                return second;
            }
        }
        if matches!(sent.status(), 401 | 403) && self.refresh.refresh(letter.url).await {
            let again = self.send(letter, generation).await;
            if again.is_success() {
                habit.works(generation);
            }
            if again != Sent::Busy {
                sent = again;
            }
        }
        sent
    }

    async fn send(&self, letter: &Letter<'_>, generation: Generation) -> Sent {
        let request = Unsigned {
            method: &Method::POST,
            url: letter.url,
            body: Some(letter.body),
        };
        let signed = letter.signer.sign(generation, &request, self.ctx.now());
        let Ok(headers) = signed else {
            return Sent::Came(Outcome::Forbidden);
        };
        let started = Instant::now();
        let answer = self.post.post(letter.url, headers, letter.body.clone());
        let sent = match answer.await {
            Ok(answer) => Sent::Came(Outcome::Answered {
                status: answer.status,
                retry_after: answer.retry_after,
            }),
            Err(FetchError::Busy) => Sent::Busy,
            Err(FetchError::Refused(_)) => Sent::Came(Outcome::Forbidden),
            Err(FetchError::Timeout) => Sent::Came(Outcome::TimedOut),
            Err(error) => {
                tracing::debug!(peer.domain = letter.host, %error, "a delivery found no answer");
                Sent::Came(Outcome::Unreachable)
            }
        };
        metrics::histogram!("kith_delivery_request_seconds")
            .record(started.elapsed().as_secs_f64());
        metrics::counter!("kith_delivery_requests_total", "answer" => word(sent)).increment(1);
        sent
    }

    /// Whether this is the day's one try of the other generation on `host`.
    async fn may_try_other(&self, host: &str) -> bool {
        let now = self.ctx.now();
        let taken: store::Result<bool> = self
            .ctx
            .store
            .transaction(async |tx| hosts::take_generation_try(tx, host, now).await)
            .await;
        taken.unwrap_or_else(|error| {
            tracing::warn!(peer.domain = host, %error, "the other signature was not tried");
            false
        })
    }
}

fn word(sent: Sent) -> &'static str {
    match sent {
        Sent::Busy => "busy",
        Sent::Came(Outcome::TimedOut) => "timeout",
        Sent::Came(Outcome::Unreachable) => "network",
        Sent::Came(Outcome::Forbidden) => "refused",
        Sent::Came(Outcome::Answered { status, .. }) => match status {
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        },
    }
}
