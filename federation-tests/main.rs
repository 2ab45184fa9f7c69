//! Black-box tests: Kith processes and foreign peers over real HTTP.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_push_string,
    clippy::large_stack_arrays,
    clippy::similar_names,
    reason = "a panic in a helper fails the test, as it should"
)]

mod activity_attacks_tests;
mod audience_tests;
mod bombs_tests;
mod checklist_tests;
mod deletion_tests;
mod demands_tests;
mod demo_tests;
mod disk_tests;
mod faults_tests;
mod fields_tests;
mod hostile_documents_tests;
mod http_attacks_tests;
mod http_identity_tests;
mod inside_tests;
mod kit;
mod limits_tests;
mod media_tests;
mod order_tests;
mod outgoing_tests;
mod overload_tests;
mod ownership_tests;
mod pairs_tests;
#[path = "peers_tests/mod.rs"]
mod peers;
mod plain_text_tests;
mod polls_tests;
mod privacy_tests;
mod push_tests;
mod quotes_tests;
mod relations_tests;
mod rights_tests;
mod signature_attacks_tests;
mod signatures_tests;
mod time_lapse_tests;
