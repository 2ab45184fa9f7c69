//! Black-box tests: Kith processes and foreign peers over real HTTP.

mod checklist_tests;
mod faults_tests;
mod kit;
mod limits_tests;
mod outgoing_tests;
mod ownership_tests;
mod pairs_tests;
mod privacy_tests;
mod signatures_tests;
