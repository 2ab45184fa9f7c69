//! What can be wrong with settings.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong with the settings, in words for the person who runs the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key it is about, dotted (`server.listen`); for an unknown one, as it was written.
    pub key: String,
    /// Plain sentences: what is wrong and how to mend it. Never holds the value of a secret.
    pub advice: String,
}

impl Problem {
    pub(super) fn new(key: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            advice: advice.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.advice)
    }
}

/// Why settings could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there or may not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{}, line {line}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What the parser expected; does not quote the file.
        message: String,
    },
    /// The file is readable, but what it says cannot be used.
    #[error("the configuration cannot be used:{}", Listed(problems))]
    Invalid {
        /// Everything that is wrong, at least one.
        problems: Vec<Problem>,
    },
}

struct Listed<'a>(&'a [Problem]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}
