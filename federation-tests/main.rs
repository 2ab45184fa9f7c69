//! Black-box tests: Kith processes and foreign peers over real HTTP.

mod kit;
mod signatures_tests;
