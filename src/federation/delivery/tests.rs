//! Deliveries on both databases, with peers that answer as they are told.

mod enqueue;
mod health;
mod kit;
mod order;
mod pace;
mod refusals;
mod restart;
