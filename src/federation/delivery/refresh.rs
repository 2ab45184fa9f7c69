//! Reading the receivers behind an inbox again, after it refused us: they may have moved their inbox or changed keys.

use async_trait::async_trait;
use url::Url;

use super::Refresh;
use crate::federation::Federation;
use crate::store::actors;

/// Receivers read again for one refusal.
const MOST: i64 = 3;

#[async_trait]
impl Refresh for Federation {
    async fn refresh(&self, inbox: &Url) -> bool {
        let Ok(mut reader) = self.ctx.store.reader().await else {
            return false;
        };
        let behind = actors::list_by_inbox(&mut reader, inbox.as_str(), MOST)
            .await
            .unwrap_or_default();
        drop(reader);
        let budget = self.budget();
        let mut read = false;
        for actor in behind {
            if let Ok(uri) = Url::parse(&actor.uri) {
                read |= self.read_actor(&uri, &budget).await.is_ok();
            }
        }
        read
    }
}
