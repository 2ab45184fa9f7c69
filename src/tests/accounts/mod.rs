//! People who come in through pages.

mod command_line;
mod log_in;
mod mailbox;
mod origin;
mod recovery;
mod sessions;
mod settings;
mod sign_up;
