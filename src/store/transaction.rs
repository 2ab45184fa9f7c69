//! The shape of a unit of work: an async closure over the connection that may be run again.

use std::future::Future;

use super::conn::Conn;

/// What `Store::transaction` runs: `async |tx| { … }`, whose future can move between threads.
///
/// Implemented by every such closure; the second bound is how stable Rust lets us name its future.
pub trait Unit<'c, R>:
    AsyncFn(&'c mut Conn) -> R + Fn(&'c mut Conn) -> <Self as Unit<'c, R>>::Fut
{
    type Fut: Future<Output = R> + Send;
}

impl<'c, R, F, Fut> Unit<'c, R> for F
where
    F: AsyncFn(&'c mut Conn) -> R + Fn(&'c mut Conn) -> Fut,
    Fut: Future<Output = R> + Send,
{
    type Fut = Fut;
}
