//! The files themselves: one folder, 256 below it, names that nobody guesses.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::media::FileName;

/// A file that is there.
#[derive(Debug)]
pub struct Opened {
    pub file: tokio::fs::File,
    pub bytes: u64,
}

/// What lies in a folder.
#[derive(Debug, Clone)]
pub struct Found {
    /// `None` for what was begun and never ended.
    pub name: Option<FileName>,
    pub modified: SystemTime,
    pub(super) path: PathBuf,
}

fn place(folder: &Path, name: &FileName) -> PathBuf {
    folder.join(name.folder()).join(name.as_str())
}

/// Writes a file that its owner alone can read. Once it has its name it is whole and stays, also when the power goes.
pub(super) fn write(folder: &Path, name: &FileName, bytes: &[u8]) -> io::Result<()> {
    let part = folder.join(name.folder());
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&part)?;
    let half = part.join(format!(".{}", name.as_str()));
    let written = write_and_name(&half, &part.join(name.as_str()), bytes);
    if written.is_err() {
        // Why it failed is said; that the rest could not be removed adds nothing, it is swept later.
        let _ = fs::remove_file(&half);
    }
    written?;
    File::open(&part)?.sync_all()
}

fn write_and_name(half: &Path, whole: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(half)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(half, whole)
}

pub(super) async fn open(folder: &Path, name: &FileName) -> io::Result<Option<Opened>> {
    let file = match tokio::fs::File::open(place(folder, name)).await {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let about = file.metadata().await?;
    Ok(about.is_file().then(|| Opened {
        bytes: about.len(),
        file,
    }))
}

pub(super) fn remove(folder: &Path, name: &FileName) -> io::Result<()> {
    remove_path(&place(folder, name))
}

pub(super) fn remove_path(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Our files in `part`, and half-written ones; what somebody else put there is left alone.
pub(super) fn list(part: &Path) -> io::Result<Vec<Found>> {
    let entries = match fs::read_dir(part) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let text = entry.file_name().to_string_lossy().into_owned();
        let name = FileName::parse(&text);
        let is_half = text
            .strip_prefix('.')
            .is_some_and(|rest| FileName::parse(rest).is_some());
        if name.is_some() || is_half {
            found.push(Found {
                name,
                modified: entry.metadata()?.modified()?,
                path: entry.path(),
            });
        }
    }
    Ok(found)
}
