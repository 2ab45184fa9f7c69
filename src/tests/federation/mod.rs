//! Speaking with other servers.

mod software;
