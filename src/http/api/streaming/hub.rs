//! Who listens in this process, and the one task that reads the news for all of them.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender, error::TrySendError};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::auth::scope::Scope;
use crate::auth::token::TokenHash;
use crate::domain::ids::ActorId;
use crate::services::{news, session};
use crate::store;

use super::super::Api;
use super::super::error::{ApiError, ApiResult};
use super::channel::Channel;
use super::rounds;

/// Connections of one person at once.
const OF_A_PERSON: usize = 16;
/// Connections at once.
const CONNECTIONS: usize = 4_096;
/// Streams on one connection.
pub(super) const CHANNELS: usize = 32;
/// What waits for a client that does not read; one more, and its connection ends.
const WAITING: usize = 64;
/// How often the news are read when nothing in this process was written.
const EVERY: Duration = Duration::from_secs(1);
/// How long writes are gathered before the news are read.
const GATHER: Duration = Duration::from_millis(20);

/// Something that happened in a stream.
#[derive(Debug)]
pub(super) struct Told {
    /// See [`Channel::labels`].
    pub(super) stream: Vec<String>,
    /// `update`, `status.update`, `delete`, `notification`, `conversation`.
    pub(super) event: &'static str,
    pub(super) payload: Arc<str>,
}

#[derive(Debug)]
struct Listener {
    viewer: ActorId,
    token: TokenHash,
    notifications: bool,
    channels: HashSet<Channel>,
    out: Sender<Arc<Told>>,
}

#[derive(Debug, Default)]
struct Listeners {
    by_number: HashMap<u64, Listener>,
    /// The task that reads the news runs.
    running: bool,
}

/// All listeners of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::http::api) struct Hub {
    listeners: Arc<Mutex<Listeners>>,
    /// Held while the task is started, so that it is started once.
    starting: Arc<tokio::sync::Mutex<()>>,
    next: Arc<AtomicU64>,
    stop: watch::Receiver<bool>,
}

/// A place in the hub; dropping it leaves.
#[derive(Debug)]
pub(super) struct Seat {
    hub: Hub,
    number: u64,
    pub(super) told: Receiver<Arc<Told>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.lock().by_number.remove(&self.number);
    }
}

/// What a viewer listens to, with whom to tell.
pub(super) type Wanted = HashMap<(ActorId, Channel), Vec<u64>>;

impl Hub {
    pub(in crate::http::api) fn new(stop: watch::Receiver<bool>) -> Hub {
        Hub {
            listeners: Arc::default(),
            starting: Arc::default(),
            next: Arc::default(),
            stop,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Listeners> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a seat, with nothing to listen to yet. From here on nothing that is committed is missed.
    ///
    /// # Errors
    /// When the person, or the server, has too many already, or the database fails.
    pub(super) async fn join(
        &self,
        api: &Api,
        who: &session::SignedIn,
        token: TokenHash,
    ) -> ApiResult<Seat> {
        let (out, told) = mpsc::channel(WAITING);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let listener = Listener {
            viewer: who.actor.id,
            token,
            notifications: who
                .scopes
                .allow(Scope::Read(crate::auth::scope::Area::Notifications)),
            channels: HashSet::new(),
            out,
        };
        {
            let mut all = self.lock();
            let own = all
                .by_number
                .values()
                .filter(|l| l.viewer == who.actor.id)
                .count();
            if own >= OF_A_PERSON || all.by_number.len() >= CONNECTIONS {
                return Err(ApiError::TooMany(EVERY));
            }
            all.by_number.insert(number, listener);
        }
        let seat = Seat {
            hub: self.clone(),
            number,
            told,
        };
        self.start(api).await?;
        Ok(seat)
    }

    /// Reads the news from now on, if nobody does.
    async fn start(&self, api: &Api) -> ApiResult<()> {
        let _alone = self.starting.lock().await;
        if self.lock().running {
            return Ok(());
        }
        let reader = news::Reader::start(&api.ctx).await?;
        self.lock().running = true;
        #[expect(
            clippy::disallowed_methods,
            reason = "it tells what is stored already, and ends with its last listener"
        )]
        tokio::spawn(watch_news(self.clone(), api.clone(), reader));
        Ok(())
    }

    /// Everything that somebody listens to.
    pub(super) fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::new();
        for (number, listener) in &self.lock().by_number {
            for channel in &listener.channels {
                let key = (listener.viewer, channel.clone());
                wanted.entry(key).or_default().push(*number);
            }
        }
        wanted
    }

    /// Of these, who may hear of notifications.
    pub(super) fn with_notifications(&self, numbers: &[u64]) -> Vec<u64> {
        let all = self.lock();
        let may = |number: &&u64| all.by_number.get(number).is_some_and(|l| l.notifications);
        numbers.iter().filter(may).copied().collect()
    }

    /// Tells these listeners. Who does not read fast enough is sent away, and reads the next page when it comes back.
    pub(super) fn tell(&self, numbers: &[u64], told: &Arc<Told>) {
        let mut all = self.lock();
        for number in numbers {
            let full = all.by_number.get(number).is_some_and(|l| {
                matches!(l.out.try_send(Arc::clone(told)), Err(TrySendError::Full(_)))
            });
            if full {
                all.by_number.remove(number);
            }
        }
    }

    /// Sends away those whose token was revoked, or whose person may not sign in any more.
    async fn check_tokens(&self, api: &Api) -> store::Result<()> {
        let hashes: HashSet<Vec<u8>> = self
            .lock()
            .by_number
            .values()
            .map(|listener| listener.token.to_string().into_bytes())
            .collect();
        let hashes: Vec<Vec<u8>> = hashes.into_iter().collect();
        let alive = news::tokens_among(&api.ctx, &hashes).await?;
        self.lock().by_number.retain(|_, listener| {
            let hash = listener.token.to_string().into_bytes();
            // Who came while the tokens were looked up is looked at next time.
            alive.contains(&hash) || !hashes.contains(&hash)
        });
        Ok(())
    }

    /// Ends the task when nobody listens.
    fn ends(&self) -> bool {
        let mut all = self.lock();
        all.running = !all.by_number.is_empty();
        !all.running
    }
}

impl Seat {
    /// Listens to a stream too. False when there are too many.
    pub(super) fn listen(&self, channel: &Channel) -> bool {
        let mut all = self.hub.lock();
        all.by_number.get_mut(&self.number).is_some_and(|listener| {
            listener.channels.len() < CHANNELS && {
                listener.channels.insert(channel.clone());
                true
            }
        })
    }

    /// Listens to a stream no more.
    pub(super) fn leave(&self, channel: &Channel) {
        if let Some(listener) = self.hub.lock().by_number.get_mut(&self.number) {
            listener.channels.remove(channel);
        }
    }
}

/// Reads the news and tells them until nobody listens or the process ends.
async fn watch_news(hub: Hub, api: Api, mut reader: news::Reader) {
    let mut stop = hub.stop.clone();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => {
                hub.lock().by_number.clear();
                return;
            }
            _ = timeout(EVERY, api.ctx.wake.news.notified()) => {}
        }
        if hub.ends() {
            return;
        }
        sleep(GATHER).await;
        if let Err(error) = round(&hub, &api, &mut reader).await {
            tracing::warn!(%error, "streams could not be told what is new");
        }
    }
}

async fn round(hub: &Hub, api: &Api, reader: &mut news::Reader) -> store::Result<()> {
    hub.check_tokens(api).await?;
    let news = reader.next(&api.ctx).await?;
    rounds::tell(hub, api, news).await
}
