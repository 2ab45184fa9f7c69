//! A mail that this instance writes to somebody.

/// A mail in plain text. Whoever builds one puts nothing into the subject that a person wrote.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// The text may hold a secret.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mail({:?})", self.subject)
    }
}
