//! A page that says one thing and perhaps where to go next.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};

use super::frame::Frame;
use super::pages::{PageResult, show};
use super::signed_in::Viewer;
use crate::app::App;

#[derive(Template)]
#[template(path = "note.html")]
struct NotePage<'a> {
    frame: Frame,
    text: &'a str,
    next: Option<(&'a str, &'a str)>,
}

/// What such a page says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Note<'a> {
    pub(super) status: StatusCode,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    /// An address of ours and what the link is called.
    pub(super) next: Option<(&'a str, &'a str)>,
}

impl Note<'_> {
    /// The page, for `viewer`.
    pub(super) fn show(&self, app: &App, viewer: &Viewer) -> PageResult {
        let page = NotePage {
            frame: Frame {
                canonical: None,
                indexed: false,
                ..Frame::of(app, viewer, self.title, "/")
            },
            text: self.text,
            next: self.next,
        };
        let mut response = show(&page)?;
        *response.status_mut() = self.status;
        let no_store = HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, no_store);
        Ok(response)
    }
}
