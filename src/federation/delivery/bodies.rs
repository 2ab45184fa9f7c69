//! The bodies being delivered: one activity goes to many inboxes, so its bytes are loaded and held once.

use std::collections::HashMap;

use bytes::Bytes;
use moka::sync::Cache;

use crate::domain::ids::ActivityId;
use crate::domain::outgoing::Variant;
use crate::store::lanes::Head;
use crate::store::{self, Conn};

/// What is kept for the next lanes, in bytes.
const KEPT: u64 = 16 * 1024 * 1024;

/// A rendering of an activity.
type Which = (ActivityId, Variant);

/// Bodies that were sent lately, and those of one claim.
pub(super) struct Bodies {
    recent: Cache<Which, Bytes>,
}

impl Bodies {
    pub(super) fn new() -> Self {
        let weigh = |_: &Which, body: &Bytes| u32::try_from(body.len()).unwrap_or(u32::MAX);
        Bodies {
            recent: Cache::builder().weigher(weigh).max_capacity(KEPT).build(),
        }
    }

    /// The bodies of these deliveries, by what they send. Where a rendering is missing the standard one stands in;
    /// where there is none either, nothing.
    pub(super) async fn load(
        &self,
        c: &mut Conn,
        heads: &[Head],
    ) -> store::Result<HashMap<Which, Bytes>> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for head in heads {
            let which = (head.activity, head.variant);
            if found.contains_key(&which) {
                continue;
            }
            match self.recent.get(&which) {
                Some(body) => {
                    found.insert(which, body);
                }
                None => missing.push(which),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let mut ids: Vec<ActivityId> = missing.iter().map(|which| which.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let loaded: HashMap<Which, Bytes> = store::activities::list_bodies(c, &ids)
            .await?
            .into_iter()
            .map(|(id, variant, body)| ((id, variant), Bytes::from(body)))
            .collect();
        for which in missing {
            let body = loaded
                .get(&which)
                .or_else(|| loaded.get(&(which.0, Variant::Standard)));
            if let Some(body) = body {
                self.recent.insert(which, body.clone());
                found.insert(which, body.clone());
            }
        }
        Ok(found)
    }
}
