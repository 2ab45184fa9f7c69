//! What happens to every request of the public listener, whatever its route.
//!
//! From the outside in: [`observe`] (request id, log span, counts, security headers), error pages, panics, [`load`]
//! (how much at once), [`host`] (is it for us), [`target`] (may there be such an address), [`body`] (how large, how slow),
//! and then the route. [`own_origin`] stands before the routes of pages only.

pub mod body;
pub mod host;
pub mod load;
pub mod observe;
pub mod own_origin;
pub mod panic;
pub mod private;
pub mod security;
pub mod target;
