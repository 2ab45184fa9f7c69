//! Every page, with honest and with hostile content.

mod hostile;
pub(super) mod kit;
mod look;
mod markup;
mod private;
mod seed;
mod shown;
