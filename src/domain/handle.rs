//! Handles of this instance: one case-insensitive name space for people and groups.

/// A handle that may be claimed here: `[a-z0-9_]{2,30}`, not reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle(String);

/// Why a handle cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    #[error("a handle has 2 to 30 characters")]
    Length,
    #[error("a handle is made of the letters a to z, digits and underscores")]
    Characters,
    #[error("this handle is reserved")]
    Reserved,
}

const RESERVED: &[&str] = &["actor", "relay", "admin", "support"];

impl Handle {
    /// Checks what somebody wants to be called. Upper case is folded.
    ///
    /// # Errors
    /// Says which rule is broken.
    pub fn claim(wanted: &str, host: &str) -> Result<Handle, HandleError> {
        let handle = wanted.trim().trim_start_matches('@').to_ascii_lowercase();
        if !(2..=30).contains(&handle.chars().count()) {
            return Err(HandleError::Length);
        }
        if !handle
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            return Err(HandleError::Characters);
        }
        if RESERVED.contains(&handle.as_str()) || handle == host.to_ascii_lowercase() {
            return Err(HandleError::Reserved);
        }
        Ok(Handle(handle))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_folded_and_checked() {
        assert_eq!(
            Handle::claim("@Maria_L", "kith.example").unwrap().as_str(),
            "maria_l"
        );
        assert_eq!(Handle::claim("m", "kith.example"), Err(HandleError::Length));
        assert_eq!(
            Handle::claim("mär", "kith.example"),
            Err(HandleError::Characters)
        );
        assert_eq!(
            Handle::claim("a.b", "kith.example"),
            Err(HandleError::Characters)
        );
        assert_eq!(
            Handle::claim("Admin", "kith.example"),
            Err(HandleError::Reserved)
        );
        assert_eq!(
            Handle::claim("localhost", "localhost"),
            Err(HandleError::Reserved)
        );
    }
}
