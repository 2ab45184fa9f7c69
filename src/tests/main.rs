//! Integration tests: the whole app in process, on both databases.
