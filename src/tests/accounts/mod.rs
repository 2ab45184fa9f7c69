//! People who come in through pages.

mod authenticator;
mod command_line;
mod log_in;
mod mailbox;
mod origin;
mod passkey_attacks;
mod passkeys;
mod recovery;
mod sessions;
mod settings;
mod sign_up;
mod sign_up_app;
