//! Signatures as a whole: what we sign verifies, what does not cover enough is refused, and recorded requests of
//! other software give the verdict that is known for them.

mod asked;
mod captured;
mod kit;
mod properties;
mod refused_draft;
mod refused_rfc9421;
mod round_trip;
mod vectors;
