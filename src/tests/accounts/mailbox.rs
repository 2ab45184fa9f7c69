//! What was mailed, read from the folder that mails go to.

use crate::kit::TestKit;

/// All mails, oldest first, with their lines whole.
pub(super) fn mails(kit: &TestKit) -> Vec<String> {
    let folder = kit.app.config.data_dir.join("mail");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|file| plain(&std::fs::read_to_string(file).unwrap()))
        .collect()
}

/// Undoes quoted-printable, as far as our mails need it.
fn plain(raw: &str) -> String {
    raw.replace("=\r\n", "")
        .replace("=3D", "=")
        .replace("\r\n", "\n")
}

/// The address with a secret in a mail, from the root; always under the configured domain.
pub(super) fn link_in(mail: &str) -> String {
    let (_, rest) = mail.split_once("https://").unwrap();
    let link = rest.split_whitespace().next().unwrap();
    link.strip_prefix("kith.test").unwrap().to_owned()
}
