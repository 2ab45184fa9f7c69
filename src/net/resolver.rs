//! How host names become addresses. It runs for every new connection, so what it lets through is what is connected to:
//! there is no second look-up whose answer could differ.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::address::is_public;
use super::settings::{NetSettings, is_localhost};

/// Look-ups under way at a time. Each holds a thread until the system's resolver gives up.
const MAX_LOOKUPS: usize = 128;

/// Asks for all addresses of a name. The system's resolver, or a table in tests.
pub type Lookup =
    Arc<dyn Fn(String) -> BoxFuture<'static, Result<Vec<IpAddr>, ResolveError>> + Send + Sync>;

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("the name leads to an address that may not be contacted")]
    Inside,
    #[error("too many names are being looked up")]
    Busy,
    #[error("the name has no address")]
    NoAddress,
    #[error("the name could not be looked up")]
    Failed(#[from] io::Error),
}

/// Resolves names under the rules: a listed `.localhost` name is 127.0.0.1 without asking anyone; another listed name must be
/// loopback altogether; any other name must be public altogether. One wrong record refuses the whole name.
#[derive(Clone)]
pub struct GuardedResolver {
    settings: Arc<NetSettings>,
    lookup: Lookup,
}

impl GuardedResolver {
    #[must_use]
    pub fn new(settings: Arc<NetSettings>, lookup: Lookup) -> Self {
        GuardedResolver { settings, lookup }
    }

    /// The addresses of `name` that may be contacted, at least one.
    ///
    /// # Errors
    /// [`ResolveError::Inside`] if the rules refuse the name, the others if there is no answer.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let name = name.to_ascii_lowercase();
        let listed = self.settings.lists_name(&name);
        if is_localhost(name.trim_end_matches('.')) {
            let own_answer = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
            return if listed {
                Ok(own_answer)
            } else {
                Err(ResolveError::Inside)
            };
        }
        let found = (self.lookup)(name).await?;
        let allowed = |ip: &IpAddr| {
            if listed {
                ip.is_loopback()
            } else {
                is_public(*ip)
            }
        };
        match found.as_slice() {
            [] => Err(ResolveError::NoAddress),
            all if all.iter().all(allowed) => Ok(found),
            _ => Err(ResolveError::Inside),
        }
    }
}

impl fmt::Debug for GuardedResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedResolver").finish_non_exhaustive()
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = resolver.addresses(name.as_str()).await?;
            // Port 0 is replaced by the port of the URL.
            let addresses: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

/// The system's resolver, at most [`MAX_LOOKUPS`] questions at a time.
#[must_use]
pub fn system_lookup() -> Lookup {
    let turns = Arc::new(Semaphore::new(MAX_LOOKUPS));
    Arc::new(move |name| {
        let turns = Arc::clone(&turns);
        Box::pin(async move {
            let turn = turns
                .acquire_owned()
                .await
                .map_err(|_closed| ResolveError::Busy)?;
            let question = move || {
                // Held until the thread is free again, even if nobody waits for the answer any more.
                let _turn = turn;
                (name.as_str(), 0)
                    .to_socket_addrs()
                    .map(|found| found.map(|a| a.ip()).collect::<Vec<_>>())
            };
            let answer = tokio::task::spawn_blocking(question)
                .await
                .map_err(io::Error::other)?;
            Ok(answer?)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolver(records: &'static [&'static str]) -> GuardedResolver {
        let mut settings = NetSettings::for_domain("kith.example", "Kith");
        settings.loopback_hosts = vec![
            "peer.localhost:9000".to_owned(),
            "peer.test:8443".to_owned(),
        ];
        let lookup: Lookup = Arc::new(move |_| {
            let found = records.iter().map(|ip| ip.parse().unwrap()).collect();
            Box::pin(std::future::ready(Ok(found)))
        });
        GuardedResolver::new(Arc::new(settings), lookup)
    }

    #[tokio::test]
    async fn public_records_are_passed_on() {
        let found = resolver(&["93.184.216.34", "2606:2800:220:1::1"])
            .addresses("social.example")
            .await
            .unwrap();
        assert_eq!(found.len(), 2);
    }

    #[tokio::test]
    async fn one_inside_record_refuses_the_whole_name() {
        for inside in [
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "0.0.0.0",
        ] {
            let records: &'static [&'static str] = Box::leak(Box::new(["93.184.216.34", inside]));
            let refused = resolver(records).addresses("social.example").await;
            assert!(matches!(refused, Err(ResolveError::Inside)), "{inside}");
        }
    }

    #[tokio::test]
    async fn a_name_without_records_has_no_address() {
        assert!(matches!(
            resolver(&[]).addresses("social.example").await,
            Err(ResolveError::NoAddress)
        ));
    }

    #[tokio::test]
    async fn a_listed_localhost_name_needs_no_look_up_and_others_get_none() {
        let resolver = resolver(&["93.184.216.34"]);
        assert_eq!(
            resolver.addresses("Peer.localhost").await.unwrap(),
            vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]
        );
        for name in [
            "other.localhost",
            "localhost",
            "localhost.",
            "peer.localhost.",
            "x.peer.localhost",
        ] {
            assert!(
                matches!(resolver.addresses(name).await, Err(ResolveError::Inside)),
                "{name}"
            );
        }
    }

    #[tokio::test]
    async fn another_listed_name_must_be_loopback() {
        assert!(
            resolver(&["127.0.0.1", "::1"])
                .addresses("peer.test")
                .await
                .is_ok()
        );
        assert!(matches!(
            resolver(&["93.184.216.34"]).addresses("peer.test").await,
            Err(ResolveError::Inside)
        ));
        assert!(matches!(
            resolver(&["10.0.0.1"]).addresses("peer.test").await,
            Err(ResolveError::Inside)
        ));
    }

    #[tokio::test]
    async fn the_system_resolver_is_asked_for_other_names() {
        let answer = system_lookup()("localhost".to_owned()).await.unwrap();
        assert!(answer.iter().all(IpAddr::is_loopback));
    }
}
