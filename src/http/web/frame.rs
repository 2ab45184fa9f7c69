//! What stands around every page: title, description, and what other programs read in its head.

use crate::app::App;

use super::assets;

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
}

impl Frame {
    /// A page of this instance at `path`.
    pub(super) fn of(app: &App, title: &str, path: &str) -> Frame {
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
        }
    }

    /// A page that leads nowhere and belongs in no index.
    pub(super) fn plain(title: &str, site: &str) -> Frame {
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
        }
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
