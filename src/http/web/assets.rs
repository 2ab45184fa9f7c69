//! The files that pages load, compiled in. Their names carry a hash of their content, so that they can be kept for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::http::HttpError;

/// One embedded file.
pub(super) struct Asset {
    stem: &'static str,
    extension: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

/// Which file; the index into the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name(usize);

pub(super) const STYLE: Name = Name(0);
pub(super) const ICON: Name = Name(1);
pub(super) const PICTURE: Name = Name(2);
pub(super) const PASSKEYS: Name = Name(3);

const ASSETS: [Asset; 4] = [
    Asset {
        stem: "style",
        extension: "css",
        media_type: "text/css; charset=utf-8",
        bytes: include_bytes!("static/style.css"),
    },
    Asset {
        stem: "icon",
        extension: "png",
        media_type: "image/png",
        bytes: include_bytes!("static/icon.png"),
    },
    Asset {
        stem: "picture",
        extension: "png",
        media_type: "image/png",
        bytes: include_bytes!("static/picture.png"),
    },
    Asset {
        stem: "passkeys",
        extension: "js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("static/passkeys.js"),
    },
];

static PATHS: LazyLock<[String; 4]> = LazyLock::new(|| ASSETS.map(|asset| asset.path()));

impl Asset {
    fn path(&self) -> String {
        let hash = Sha256::digest(self.bytes);
        let short = hash
            .iter()
            .take(8)
            .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        format!("/static/{}-{short:016x}.{}", self.stem, self.extension)
    }
}

/// The address of a file, from the root.
pub(super) fn path(name: Name) -> &'static str {
    PATHS.get(name.0).map_or("", String::as_str)
}

/// `GET /static/{file}`: exactly the embedded files; any other name is not found.
pub(super) async fn show_asset(Path(file): Path<String>) -> Response {
    let found = ASSETS
        .iter()
        .zip(PATHS.iter())
        .find(|(_, path)| path.strip_prefix("/static/") == Some(file.as_str()));
    let Some((asset, _)) = found else {
        return HttpError::not_found().into_response();
    };
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
    ];
    (StatusCode::OK, headers, asset.bytes).into_response()
}

/// `GET /robots.txt`
pub(super) async fn show_robots() -> &'static str {
    "User-agent: *\nDisallow: /authorize_interaction\nDisallow: /api/\nDisallow: /oauth/\n"
}
