//! One try of one delivery: signed anew, with the other generation of signatures where the first is not understood.

use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use crate::domain::delivery::Outcome;
use crate::federation::generations::Generations;
use crate::federation::signatures::{Generation, Signer, Unsigned, Wish};
use crate::net::FetchError;
use crate::services::Ctx;

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
    pub generations: &'a Generations,
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
        let (mut sent, wish) = self.send(letter, generation).await;
        if sent.is_success() {
            habit.works(generation);
            return sent;
        }
        let may_help = matches!(sent, Sent::Came(outcome) if outcome.may_want_other_signature());
        if may_help && let Some(second) = self.again(letter, wish, sent.status(), habit).await {
            return second;
        }
        if matches!(sent.status(), 401 | 403) && self.refresh.refresh(letter.url).await {
            let (again, _) = self.send(letter, generation).await;
            if again.is_success() {
                habit.works(generation);
            }
            if again != Sent::Busy {
                sent = again;
            }
        }
        sent
    }

    /// Sends once more as the server asks, or else in the other generation. `None` unless that works.
    async fn again(
        &self,
        letter: &Letter<'_>,
        wish: Option<Wish>,
        status: u16,
        habit: &mut Habit,
    ) -> Option<Sent> {
        if let Some(wish) = wish
            && let Ok(headers) =
                letter
                    .signer
                    .sign_as_asked(&request(letter), &wish, self.ctx.now())
        {
            let (second, _) = self.send_signed(letter, headers).await;
            return second.is_success().then(|| {
                habit.works(Generation::Rfc9421);
                second
            });
        }
        // A host that refuses what it used to accept with 401 may have changed its mind about generations.
        if habit.known.is_some() && status != 401 {
            return None;
        }
        let _turn = self.generations.turn(letter.host).await;
        let now_known = self.generations.known(letter.host).await;
        let used = habit.known.unwrap_or(Generation::Draft);
        let other = if now_known == habit.known {
            let may_try = self.generations.may_try_delivery(letter.host).await;
            may_try.then_some(used.other())?
        } else {
            // Another lane found out while this one was refused.
            now_known.filter(|generation| *generation != used)?
        };
        let (second, _) = self.send(letter, other).await;
        if !second.is_success() {
            return None;
        }
        if now_known != Some(other) {
            self.generations.remember(letter.host, other).await;
        }
        habit.known = Some(other);
        Some(second)
    }

    async fn send(&self, letter: &Letter<'_>, generation: Generation) -> (Sent, Option<Wish>) {
        let signed = letter
            .signer
            .sign(generation, &request(letter), self.ctx.now());
        match signed {
            Ok(headers) => self.send_signed(letter, headers).await,
            Err(_) => (Sent::Came(Outcome::Forbidden), None),
        }
    }

    /// Sends, and says with what signature the server asks for if it refuses this one.
    async fn send_signed(&self, letter: &Letter<'_>, headers: HeaderMap) -> (Sent, Option<Wish>) {
        let started = Instant::now();
        let mut wish = None;
        let answer = self.post.post(letter.url, headers, letter.body.clone());
        let sent = match answer.await {
            Ok(answer) => {
                let asked = answer.accept_signature.as_ref();
                wish = asked.and_then(|value| Wish::read(value.to_str().ok()?));
                Sent::Came(Outcome::Answered {
                    status: answer.status,
                    retry_after: answer.retry_after,
                })
            }
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
        (sent, wish)
    }
}

fn request<'a>(letter: &Letter<'a>) -> Unsigned<'a> {
    Unsigned {
        method: &Method::POST,
        url: letter.url,
        body: Some(letter.body),
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
