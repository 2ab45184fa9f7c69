//! Black-box tests: Kith processes and foreign peers over real HTTP.

mod kit;
mod outgoing_tests;
mod ownership_tests;
mod signatures_tests;
