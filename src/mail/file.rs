//! Mails as files, for trying out and for tests.

use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Keeps a mail as `{id}.eml` in `folder`; there it is whole, or not at all.
pub(super) async fn keep(folder: &Path, id: i64, bytes: &[u8]) -> std::io::Result<()> {
    let (folder, bytes) = (folder.to_owned(), bytes.to_owned());
    tokio::task::spawn_blocking(move || write(&folder, id, &bytes))
        .await
        .map_err(std::io::Error::other)?
}

fn write(folder: &PathBuf, id: i64, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let half = folder.join(format!(".{id}"));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&half)?;
    std::io::Write::write_all(&mut file, bytes)?;
    std::fs::rename(half, folder.join(format!("{id}.eml")))
}
