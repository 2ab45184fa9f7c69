//! Settings as text: the example file, and what `kith check` shows.

use std::fmt::Write as _;

use toml::Value;

use super::Config;
use super::key::{self, Preset};
use super::reader::variable;

const HEAD: &str = "\
# The settings of a Kith server. This file is generated; copy it to `kith.toml` and change what you need.
# A line that starts with `# ` and a key shows the default (or a sample where there is none).
# The folder of `kith.toml` is the data folder: relative paths start there.
";

pub(super) fn example() -> String {
    let mut out = HEAD.to_owned();
    let _ = writeln!(
        out,
        "# Every key can also be set in the environment: {}=kith.example.",
        variable("instance.domain")
    );
    let mut current = "";
    for key in key::all() {
        let (section, name) = key.split();
        if section != current {
            current = section;
            // A header without any key set would read as an empty section, which is what we want: all defaults.
            let hidden = if section.contains('.') { "# " } else { "" };
            let _ = write!(out, "\n{hidden}[{section}]\n");
        }
        for line in key.note.lines() {
            let _ = writeln!(out, "# {line}");
        }
        let _ = match key.preset {
            Preset::Required(value) => writeln!(out, "{name} = {value}"),
            Preset::Value(value) | Preset::Unset(value) => writeln!(out, "# {name} = {value}"),
        };
    }
    out
}

pub(super) fn redacted(config: &Config) -> String {
    let values: Vec<(&'static str, Value)> = [
        config.instance.values(),
        config.server.values(),
        config.database.values(),
        config.storage.values(),
        config.mail.values(),
        config.federation.values(),
        config.limits.values(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut out = String::new();
    let mut current = "";
    for (path, value) in values {
        let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
        if section != current {
            let gap = if current.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}[{section}]");
            current = section;
        }
        let _ = writeln!(out, "{name} = {value}");
    }
    out
}
