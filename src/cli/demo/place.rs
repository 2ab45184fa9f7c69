//! Where the demo keeps its data.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// A folder; a temporary one goes with this value.
pub(super) struct Place {
    path: PathBuf,
    kept: bool,
}

impl Place {
    /// The empty or missing folder `wanted`, which is kept; or a new temporary one.
    ///
    /// # Errors
    /// When it cannot be made or holds something.
    pub(super) fn new(wanted: Option<&Path>) -> anyhow::Result<Place> {
        let (path, kept) = if let Some(path) = wanted {
            (std::path::absolute(path)?, true)
        } else {
            let name = format!("kith-demo-{}", std::process::id());
            (std::env::temp_dir().join(name), false)
        };
        if kept && path.exists() {
            let mut entries = std::fs::read_dir(&path)
                .with_context(|| format!("the folder {} cannot be read", path.display()))?;
            if entries.next().is_some() {
                bail!(
                    "{} is not empty; give a new folder with --dir",
                    path.display()
                );
            }
        } else {
            // A temporary name that is there already is somebody else's: then this fails.
            std::fs::DirBuilder::new()
                .recursive(kept)
                .mode(0o700)
                .create(&path)
                .with_context(|| format!("the folder {} cannot be made", path.display()))?;
        }
        Ok(Place { path, kept })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn is_kept(&self) -> bool {
        self.kept
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_folder_that_holds_something_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Place::new(Some(folder.path())).is_ok());
        std::fs::write(folder.path().join("letter"), "dear").unwrap();
        assert!(Place::new(Some(folder.path())).is_err());
        assert!(folder.path().join("letter").exists());
    }

    #[test]
    fn a_temporary_folder_goes_with_the_demo() {
        let place = Place::new(None).unwrap();
        let path = place.path().to_owned();
        assert!(path.is_dir());
        drop(place);
        assert!(!path.exists());
    }
}
