//! What stands around every page: title, description, and what other programs read in its head.

use crate::app::App;
use crate::domain::actor::Role;

use super::assets;
use super::links::{actor_page, log_in_page};
use super::sign_up::takes_sign_ups;
use super::signed_in::Viewer;
use crate::text::name::clean_name;

/// Characters of a name at the top of a page.
const NAME_CHARS: usize = 40;

/// The head of one page.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// The instance's name.
    pub(super) site: String,
    /// Plain text, without the instance's name.
    pub(super) title: String,
    /// Plain text in one line; may be empty.
    pub(super) description: String,
    /// The address of this page; none on errors.
    pub(super) canonical: Option<String>,
    /// The ActivityPub document of the same thing.
    pub(super) document: Option<String>,
    /// OpenGraph's `og:type`.
    pub(super) kind: &'static str,
    /// Picture for previews, absolute.
    pub(super) picture: Option<String>,
    /// `@maria@kith.example`, whom a preview credits.
    pub(super) creator: Option<String>,
    /// Search engines may list it.
    pub(super) indexed: bool,
    /// What stands at the top for whoever looks.
    pub(super) door: Door,
}

/// Who looks, as the top of a page says it.
#[derive(Debug, Clone)]
pub(super) enum Door {
    /// It is not known, because something is broken.
    Unknown,
    /// A stranger, with the address for logging in, and whether one may sign up.
    Closed { log_in: String, sign_up: bool },
    /// Somebody who is logged in.
    Open(Badge),
}

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub(super) struct Badge {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) form_token: String,
    /// May look after others.
    pub(super) moderates: bool,
}

impl Door {
    fn of(viewer: &Viewer, path: Option<&str>, sign_up: bool) -> Door {
        match viewer.signed_in() {
            Some(who) => Door::Open(Badge {
                name: clean_name(who.actor.display_name(), NAME_CHARS),
                href: actor_page(&who.actor),
                form_token: who.form_token().to_owned(),
                moderates: who.require(Role::Moderator).is_ok(),
            }),
            None => Door::Closed {
                log_in: log_in_page(path),
                sign_up,
            },
        }
    }
}

impl Frame {
    /// A page of this instance at `path`, for `viewer`.
    pub(super) fn of(app: &App, viewer: &Viewer, title: &str, path: &str) -> Frame {
        Frame {
            site: app.config.instance.name.clone(),
            title: title.to_owned(),
            description: String::new(),
            canonical: Some(app.ctx.uris.at(path)),
            document: None,
            kind: "website",
            picture: Some(app.ctx.uris.at(assets::path(assets::PICTURE))),
            creator: None,
            indexed: true,
            door: Door::of(
                viewer,
                Some(path)
                    .filter(|path| !path.starts_with("/log-") && !path.starts_with("/sign-up")),
                takes_sign_ups(app, false),
            ),
        }
    }

    /// A page that leads nowhere and belongs in no index.
    pub(super) fn plain(title: &str, site: &str, viewer: Option<&Viewer>) -> Frame {
        Frame {
            site: site.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            canonical: None,
            document: None,
            kind: "website",
            picture: None,
            creator: None,
            indexed: false,
            door: viewer.map_or(Door::Unknown, |viewer| Door::of(viewer, None, false)),
        }
    }

    /// Nobody who is logged in looks.
    pub(super) fn is_closed(&self) -> bool {
        !matches!(self.door, Door::Open(_))
    }

    /// What stands in `<title>`.
    pub(super) fn full_title(&self) -> String {
        match (self.title.as_str(), self.site.as_str()) {
            (title, "") => title.to_owned(),
            ("", site) => site.to_owned(),
            (title, site) => format!("{title} · {site}"),
        }
    }

    /// What previews call it.
    pub(super) fn heading(&self) -> &str {
        if self.title.is_empty() {
            &self.site
        } else {
            &self.title
        }
    }

    #[expect(clippy::unused_self, reason = "templates reach it through the frame")]
    pub(super) fn style(&self) -> &'static str {
        assets::path(assets::STYLE)
    }

    #[expect(clippy::unused_self, reason = "templates reach it through the frame")]
    pub(super) fn icon(&self) -> &'static str {
        assets::path(assets::ICON)
    }
}
