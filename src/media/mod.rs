//! Pictures: what is taken in, how it is made harmless, and the files that are kept of it.
//!
//! Here belong reading, checking and writing picture files. Who may upload, what a picture hangs on and when it goes is
//! decided in `services`. Nothing that was uploaded is ever stored or served as it came: it is decoded, turned upright,
//! made smaller and encoded anew, which leaves all metadata behind. Of an animation the first picture is kept.

mod develop;
mod files;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::config::Config;
use crate::domain::media::{FileName, Picture, Stored};

pub use develop::MEDIA_TYPES;
pub use files::{Found, Opened};

use develop::{Developed, Limits};

/// Memory is shared out in pieces of so many pixels.
const PIECE: u64 = 1_024;
/// So many pictures are worked on at once, however small they are.
const AT_ONCE: u64 = 4;

/// What is wanted of an uploaded picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The picture with a preview.
    Attachment,
    /// The middle of it, square.
    Avatar,
    /// The middle of it, three times as wide as high.
    Header,
}

/// Why a picture is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("the file is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the picture has more than {0} pixels")]
    TooManyPixels(u64),
    #[error("the file is not a picture that can be used: send JPEG, PNG, GIF or WebP")]
    WrongKind,
    #[error("the picture is damaged")]
    Damaged,
    #[error("this server keeps no files")]
    NoStorage,
    #[error("the file could not be kept")]
    File(#[from] io::Error),
}

/// The one who takes pictures in, keeps them and gives them out. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pictures(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `None` where the settings name a service that is not spoken with yet.
    folder: Option<PathBuf>,
    limits: Limits,
    /// [`PIECE`]s: as many as the largest picture has, so that memory is bounded whatever comes at once.
    room: Arc<Semaphore>,
}

impl Pictures {
    #[must_use]
    pub fn new(config: &Config) -> Pictures {
        let limits = Limits {
            bytes: config.limits.image_bytes,
            pixels: config.limits.image_pixels,
        };
        Pictures(Arc::new(Inner {
            folder: config
                .storage
                .s3
                .is_none()
                .then(|| config.storage.path.clone()),
            room: Arc::new(Semaphore::new(pieces(limits.pixels))),
            limits,
        }))
    }

    /// Takes a picture in and keeps what is wanted of it; `random` makes the names of the files.
    ///
    /// # Errors
    /// See [`PictureError`].
    pub async fn keep(
        &self,
        bytes: Bytes,
        wanted: Wanted,
        random: [[u8; 16]; 2],
    ) -> Result<Stored, PictureError> {
        let Some(folder) = self.0.folder.clone() else {
            return Err(PictureError::NoStorage);
        };
        let limits = self.0.limits;
        let looked_at = bytes.clone();
        let pixels = blocking(move || develop::look(&looked_at, limits)).await?;
        let share = pieces(pixels.max(limits.pixels / AT_ONCE)).min(pieces(limits.pixels));
        let share = u32::try_from(share).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.0.room).acquire_many_owned(share).await;
        let room = room.ok().ok_or(PictureError::NoStorage)?;
        blocking(move || {
            let developed = develop::develop(&bytes, limits, wanted)?;
            drop(bytes);
            let stored = store(&folder, developed, random);
            drop(room);
            stored
        })
        .await
    }

    /// A kept file; `None` where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub async fn open(&self, name: &FileName) -> io::Result<Option<Opened>> {
        match &self.0.folder {
            Some(folder) => files::open(folder, name).await,
            None => Ok(None),
        }
    }

    /// Removes files. One that is not there is no fault.
    ///
    /// # Errors
    /// When a file stays.
    pub async fn remove(&self, names: Vec<FileName>) -> io::Result<()> {
        let Some(folder) = self.0.folder.clone() else {
            return Ok(());
        };
        spawn_blocking(move || {
            names
                .iter()
                .try_for_each(|name| files::remove(&folder, name))
        })
        .await
        .map_err(io::Error::other)?
    }

    /// The files in one of the 256 folders, and what was begun there and never ended.
    ///
    /// # Errors
    /// When the folder is there and cannot be read.
    pub async fn list(&self, part: u8) -> io::Result<Vec<Found>> {
        let Some(folder) = self.0.folder.clone() else {
            return Ok(Vec::new());
        };
        spawn_blocking(move || files::list(&folder.join(format!("{part:02x}"))))
            .await
            .map_err(io::Error::other)?
    }

    /// Removes what [`Pictures::list`] found.
    ///
    /// # Errors
    /// When the file stays.
    pub async fn remove_found(&self, found: Found) -> io::Result<()> {
        spawn_blocking(move || files::remove_path(&found.path))
            .await
            .map_err(io::Error::other)?
    }
}

fn pieces(pixels: u64) -> usize {
    usize::try_from(pixels / PIECE)
        .unwrap_or(usize::MAX)
        .clamp(1, Semaphore::MAX_PERMITS)
}

/// Runs `work` where it may take its time. A decoder that panics has met a damaged picture.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
) -> Result<T, PictureError> {
    spawn_blocking(work)
        .await
        .unwrap_or(Err(PictureError::Damaged))
}

fn store(
    folder: &std::path::Path,
    developed: Developed,
    [first, second]: [[u8; 16]; 2],
) -> Result<Stored, PictureError> {
    let write = |print: develop::Print, random| {
        let file = FileName::new(random, print.format);
        files::write(folder, &file, &print.bytes)?;
        Ok::<_, PictureError>(Picture {
            file,
            width: print.width,
            height: print.height,
            bytes: print.bytes.len() as u64,
        })
    };
    Ok(Stored {
        whole: write(developed.whole, first)?,
        preview: developed
            .preview
            .map(|print| write(print, second))
            .transpose()?,
        blurhash: developed.blurhash,
    })
}
