//! What the forms about passwords and addresses share.

use axum::http::StatusCode;

use super::frame::Frame;
use super::pages::PageError;
use super::signed_in::Viewer;
use crate::app::App;
use crate::auth::password::PasswordError;
use crate::http::HttpError;
use crate::services::credentials::CredentialError;

/// A page that is in no index and leads nowhere from outside.
pub(super) fn plain_frame(app: &App, viewer: &Viewer, title: &str) -> Frame {
    Frame {
        canonical: None,
        indexed: false,
        ..Frame::of(app, viewer, title, "/")
    }
}

/// The code of an error that goes back into the form; what is our own fault is an error page.
pub(super) fn status_of(error: &CredentialError) -> Result<StatusCode, PageError> {
    match error {
        CredentialError::Throttled(_) => Ok(StatusCode::TOO_MANY_REQUESTS),
        CredentialError::WrongPassword | CredentialError::Link => Ok(StatusCode::FORBIDDEN),
        CredentialError::Email
        | CredentialError::Password(PasswordError::TooShort | PasswordError::TooLong) => {
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
        CredentialError::Password(PasswordError::Busy) => Err(HttpError::unavailable().into()),
        CredentialError::Store(error) if error.is_outage() => Err(HttpError::unavailable().into()),
        CredentialError::Password(_) | CredentialError::Store(_) => {
            tracing::error!(error = %error, "an account could not be changed");
            Err(HttpError::internal().into())
        }
    }
}
