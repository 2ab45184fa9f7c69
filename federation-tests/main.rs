//! Black-box tests: Kith processes and foreign peers over real HTTP.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_push_string,
    clippy::duration_suboptimal_units,
    clippy::similar_names,
    clippy::large_stack_arrays,
    clippy::type_complexity,
    clippy::unused_self,
    clippy::needless_pass_by_value,
    clippy::while_immutable_condition,
    dead_code,
    unused_imports,
    reason = "scripted peers say wrong things on purpose, and a test that cannot be arranged has failed"
)]

mod checklist_tests;
mod faults_tests;
mod kit;
mod limits_tests;
mod outgoing_tests;
mod ownership_tests;
mod pairs_tests;
mod privacy_tests;
mod signatures_tests;
