//! Keys for new people.

use crate::domain::keys::KeyPair;
use crate::federation::keys::generate_pairs;
use crate::http::HttpError;

/// New pairs, made on a thread of their own: it takes a while.
pub(super) async fn fresh_pairs() -> Result<[KeyPair; 2], HttpError> {
    match tokio::task::spawn_blocking(generate_pairs).await {
        Ok(Ok(pairs)) => Ok(pairs),
        Ok(Err(error)) => {
            tracing::error!(%error, "a key could not be made");
            Err(HttpError::internal())
        }
        Err(error) => {
            tracing::error!(%error, "making a key was stopped");
            Err(HttpError::unavailable())
        }
    }
}
