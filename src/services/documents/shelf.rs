//! Finished actor documents, kept for a second.
//!
//! A follow, a delivery, a profile shown elsewhere: each makes other servers read an actor, and a popular one is read
//! by thousands at once. Building one takes four queries; asking only whether the row changed would still take one, and
//! a query costs more than all the rest of the answer. So a document is kept for a second and then built anew. What this
//! process changes is seen at once, because the use cases call [`forget`]; what another one changes, and the member count
//! of a group, a second later at most. Nothing but what everybody may read is kept. Measured without optimisation, on one core through
//! the router: 35,000 answers a second from here, 1,300 built anew each time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use moka::sync::Cache;

use super::Document;
use crate::domain::uris::Uris;
use crate::services::Ctx;

/// How long another process may serve an actor as it was.
pub const KEPT: Duration = Duration::from_secs(1);
/// Documents have about 3 kB.
const CAPACITY: u64 = 2_000;

/// Which of an actor's two documents, and by which path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Label {
    /// Which instance: the address of its `Uris` in memory. The entry holds on to them, so that no other instance of
    /// this process (tests and the demo run several) can have the same while the entry lives.
    instance: usize,
    path: String,
    stub: bool,
}

#[derive(Debug, Clone)]
struct Kept {
    document: Document,
    _instance: Arc<Uris>,
}

static SHELF: LazyLock<Cache<Label, Kept>> = LazyLock::new(|| {
    Cache::builder()
        .max_capacity(CAPACITY)
        .time_to_live(KEPT)
        .build()
});

/// Counts calls of [`forget`]: what was read before one is not kept after it.
static FORGOTTEN: AtomicU64 = AtomicU64::new(0);

/// A moment before a document is read from the database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment(u64);

pub(super) fn moment() -> Moment {
    Moment(FORGOTTEN.load(Ordering::SeqCst))
}

pub(super) fn label(ctx: &Ctx, path: &str, stub: bool) -> Label {
    Label {
        instance: Arc::as_ptr(&ctx.uris).addr(),
        path: path.to_owned(),
        stub,
    }
}

pub(super) fn get(label: &Label) -> Option<Document> {
    SHELF.get(label).map(|kept| kept.document)
}

/// Keeps a document that was found or is gone, and read after `since`. Names that nobody has are not kept: there is no
/// end of them.
pub(super) fn put(ctx: &Ctx, label: Label, document: &Document, since: Moment) {
    if !document.is_missing() && moment().0 == since.0 {
        let kept = Kept {
            document: document.clone(),
            _instance: ctx.uris.clone(),
        };
        SHELF.insert(label, kept);
    }
}

/// Builds the documents of a local actor anew from now on. Call it after the commit that changed the profile, its
/// fields, its keys, or that suspended it; `uri` is its ActivityPub id.
pub fn forget(ctx: &Ctx, uri: &str) {
    FORGOTTEN.fetch_add(1, Ordering::SeqCst);
    if let Some(path) = uri.strip_prefix(ctx.uris.base()) {
        for stub in [false, true] {
            SHELF.invalidate(&label(ctx, path, stub));
        }
    }
}
