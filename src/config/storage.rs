//! `[storage]` and `[storage.s3]`: where uploaded files live.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::Value;
use url::Url;

use super::error::Problem;
use super::key::{Key, Preset};
use super::reader::Reader;

const ENDPOINT: &str = "storage.s3.endpoint";
const BUCKET: &str = "storage.s3.bucket";
const REGION: &str = "storage.s3.region";
const ACCESS_KEY: &str = "storage.s3.access_key_id";
const SECRET_KEY: &str = "storage.s3.secret_access_key";

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "storage.path",
        Preset::Value("\"media\""),
        "Folder of uploaded files, relative to the folder of this file. Not used when `storage.s3` is set.",
    ),
    Key::new(
        ENDPOINT,
        Preset::Unset("\"https://s3.example\""),
        "An S3-compatible service instead of a folder. Set all five keys or none.",
    ),
    Key::new(
        BUCKET,
        Preset::Unset("\"kith\""),
        "The bucket; it must exist.",
    ),
    Key::new(
        REGION,
        Preset::Unset("\"eu-central-1\""),
        "The region; `us-east-1` for most services of your own.",
    ),
    Key::new(
        ACCESS_KEY,
        Preset::Unset("\"...\""),
        "The name of the access key.",
    ),
    Key::new(
        SECRET_KEY,
        Preset::Unset("\"...\""),
        "The secret of the access key.",
    ),
];

/// Where uploaded files live.
#[derive(Clone, Debug)]
pub struct Storage {
    /// The absolute path of a folder; used when `s3` is `None`.
    pub path: PathBuf,
    /// An S3-compatible service that is used instead.
    pub s3: Option<S3>,
}

/// An S3-compatible service.
#[derive(Clone, Debug)]
pub struct S3 {
    /// `https://…`, or `http://…` on loopback.
    pub endpoint: String,
    /// The bucket; it must exist.
    pub bucket: String,
    /// The region.
    pub region: String,
    /// The name of the access key.
    pub access_key_id: String,
    /// The secret of the access key.
    pub secret_access_key: SecretString,
}

impl Storage {
    pub(super) fn read(reader: &mut Reader, data_dir: &Path) -> Self {
        let uses_s3 = [ENDPOINT, BUCKET, REGION, ACCESS_KEY, SECRET_KEY]
            .into_iter()
            .any(|path| reader.is_given(path));
        if uses_s3 && reader.is_given("storage.path") {
            reader.refuse(
                "storage.path",
                "Files live in one place: remove this key or those of `storage.s3`.",
            );
        }
        let s3 = uses_s3.then(|| S3 {
            endpoint: reader.text(ENDPOINT),
            bucket: reader.text(BUCKET),
            region: reader.text(REGION),
            access_key_id: reader.text(ACCESS_KEY),
            secret_access_key: SecretString::from(reader.text(SECRET_KEY)),
        });
        Self {
            path: reader.path("storage.path", data_dir),
            s3,
        }
    }

    pub(super) fn validate(&self) -> Vec<Problem> {
        let Some(s3) = &self.s3 else {
            return Vec::new();
        };
        s3.validate()
    }

    pub(super) fn values(&self) -> Vec<(&'static str, Value)> {
        let Some(s3) = &self.s3 else {
            return vec![("storage.path", self.path.display().to_string().into())];
        };
        vec![
            (ENDPOINT, s3.endpoint.clone().into()),
            (BUCKET, s3.bucket.clone().into()),
            (REGION, s3.region.clone().into()),
            (ACCESS_KEY, s3.access_key_id.clone().into()),
            (SECRET_KEY, "***".into()),
        ]
    }
}

impl S3 {
    fn validate(&self) -> Vec<Problem> {
        use secrecy::ExposeSecret;

        let mut problems = Vec::new();
        if !is_endpoint(&self.endpoint) {
            problems.push(Problem::new(
                ENDPOINT,
                "Write the address of the service, such as `https://s3.example`.",
            ));
        }
        let needed = [
            (BUCKET, self.bucket.as_str()),
            (REGION, self.region.as_str()),
            (ACCESS_KEY, self.access_key_id.as_str()),
            (SECRET_KEY, self.secret_access_key.expose_secret()),
        ];
        for (path, value) in needed {
            if value.is_empty() {
                problems.push(Problem::new(
                    path,
                    "Set it too; `storage.s3` needs all of its keys.",
                ));
            }
        }
        problems
    }
}

/// Plain http would show the files to everyone on the way, so it is for this machine only.
fn is_endpoint(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let is_here = super::host::is_localhost(host) || super::host::is_loopback_address(host);
    url.password().is_none() && (url.scheme() == "https" || (url.scheme() == "http" && is_here))
}
