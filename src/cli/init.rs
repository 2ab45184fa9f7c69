//! `kith init`: a new instance.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use super::{Common, print};
use crate::app::App;
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The domain in handles and ids; it can never be changed
    #[arg(long)]
    domain: String,
    /// The data folder
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// `postgres://user:password@host/name`, or `sqlite:FILE`
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Replace a kith.toml that is there; the database stays
    #[arg(long)]
    force: bool,
}

impl Init {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<()> {
        let dir = std::path::absolute(&self.dir)?;
        make_folder(&dir)?;
        let file = dir.join("kith.toml");
        if file.exists() && !self.force {
            bail!(
                "{} exists; give another --dir, or --force to replace it",
                file.display()
            );
        }
        // Checked before anything is kept: a wrong domain would stand in every id.
        let draft = dir.join(".kith.toml.new");
        write_private(&draft, &self.settings())?;
        let config = match Config::load(Some(&draft), std::iter::empty()) {
            Ok(config) => config,
            Err(error) => {
                let _ = std::fs::remove_file(&draft);
                return Err(error.into());
            }
        };
        make_folder(&config.storage.path)?;
        std::fs::rename(&draft, &file)?;
        let (listen, url) = (config.server.listen, config.database.url.redacted());
        let base = format!(
            "{}://{}",
            config.instance.scheme.as_str(),
            config.instance.domain
        );
        let app = Box::pin(App::start(config))
            .await
            .with_context(|| format!("the database cannot be made ({url})"))?;
        app.leave().await?;
        if common.json {
            return print::json(&serde_json::json!({
                "config": file, "database": url, "actor": app.ctx.uris.instance_actor(), "listen": listen.to_string(),
            }));
        }
        print::line(&format!(
            "Made {base} with settings in {} and the database {url}.",
            file.display()
        ))?;
        print::line(&format!(
            "Start it with: kith serve --config {}",
            file.display()
        ))?;
        print::line(&format!(
            "It listens on {listen}; a proxy with TLS belongs in front of it."
        ))?;
        print::line(
            "Make the first account with: kith user create NAME --email ADDRESS --role admin",
        )
    }

    /// The text of the new settings file: what was given, and where to find the rest.
    fn settings(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let (host, port) = match self.domain.rsplit_once(':') {
            Some((host, port)) => (host, port.parse::<u16>().ok()),
            None => (self.domain.as_str(), None),
        };
        let is_local = host == "localhost" || host.ends_with(".localhost");
        let mut text = "# The settings of this instance. All keys: config/kith.example.toml in the source, or the operator manual.\n\n".to_owned();
        let _ = write!(text, "[instance]\ndomain = {}\n", quoted(&self.domain));
        if is_local {
            text.push_str("scheme = \"http\"\n");
        }
        if let (true, Some(port)) = (is_local, port) {
            let _ = write!(text, "\n[server]\nlisten = \"127.0.0.1:{port}\"\n");
            if let Some(admin) = port.checked_add(100) {
                let _ = writeln!(text, "admin_listen = \"127.0.0.1:{admin}\"");
            }
        }
        if let Some(url) = &self.database {
            let _ = write!(text, "\n[database]\nurl = {}\n", quoted(url));
        }
        text
    }
}

/// Makes a folder that only its owner may read. One that is there already and holds other things keeps its mode.
fn make_folder(path: &Path) -> anyhow::Result<()> {
    let failed = || format!("the folder {} cannot be made or read", path.display());
    let is_ours = match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut builder = std::fs::DirBuilder::new();
            builder
                .recursive(true)
                .mode(0o700)
                .create(path)
                .with_context(failed)?;
            true
        }
        Err(error) => return Err(error).with_context(failed),
    };
    if is_ours {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
            .with_context(failed)?;
    }
    Ok(())
}

/// Writes a file that only its owner may read: it may hold the password of the database.
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}
