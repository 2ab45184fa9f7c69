//! The way out for mails: a mail server, files for trying out, or none.
//!
//! What a mail says is decided in `services`; when it is sent, and again after a failure, in `jobs`. Here a mail gets its
//! headers and leaves. `lettre` is named only here.

mod file;
mod smtp;

use lettre::Message;
use lettre::address::AddressError;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};

use crate::config::{Config, MailTransport};
use crate::domain::mail::Mail;

use self::smtp::Smtp;

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No mail server takes such an address; trying again does not help.
    #[error("this is no address for mail")]
    Address(#[from] AddressError),
    /// The mail could not be written down.
    #[error("the mail could not be written")]
    Message(#[from] lettre::error::Error),
    /// The mail server did not take it.
    #[error("the mail server did not take the mail")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The folder could not take it.
    #[error("the mail could not be kept as a file")]
    File(#[from] std::io::Error),
}

impl MailError {
    /// Whether trying again would end the same.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            MailError::Address(_) | MailError::Message(_) => true,
            MailError::Smtp(error) => error.is_permanent(),
            MailError::File(_) => false,
        }
    }
}

/// Sends mails by the way that the configuration names.
pub struct Mailer {
    way: Way,
    from: Mailbox,
    host: String,
}

enum Way {
    None,
    File(std::path::PathBuf),
    Smtp(Smtp),
}

impl Mailer {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// When the sender's address or the mail server's name cannot be used.
    pub fn new(config: &Config) -> Result<Mailer, MailError> {
        let host = config.instance.host().to_owned();
        let sender = match &config.mail.from {
            Some(from) => from.parse()?,
            None => format!("kith@{host}").parse()?,
        };
        Ok(Mailer {
            way: match &config.mail.transport {
                MailTransport::None => Way::None,
                MailTransport::File(folder) => Way::File(folder.clone()),
                MailTransport::Smtp(server) => Way::Smtp(Smtp::new(server)?),
            },
            from: Mailbox::new(Some(one_line(&config.instance.name)), sender),
            host,
        })
    }

    /// Sends one mail; it has left, or is safe in a file, when this returns. `id` makes its `Message-ID`, so that a mail
    /// that is sent twice is known for the same.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, id: i64, mail: &Mail) -> Result<(), MailError> {
        if let Way::None = self.way {
            tracing::info!(mail.subject = %mail.subject, "no mail is sent: mail.transport is none");
            return Ok(());
        }
        let message = self.message(id, mail)?;
        match &self.way {
            Way::None => Ok(()),
            Way::File(folder) => Ok(file::keep(folder, id, &message.formatted()).await?),
            Way::Smtp(smtp) => Ok(smtp.send(message).await?),
        }
    }

    /// Whether the mail server answers and knows us.
    ///
    /// # Errors
    /// What it says.
    pub async fn test(&self) -> Result<(), MailError> {
        match &self.way {
            Way::Smtp(smtp) => Ok(smtp.test().await?),
            Way::None | Way::File(_) => Ok(()),
        }
    }

    fn message(&self, id: i64, mail: &Mail) -> Result<Message, MailError> {
        let body = SinglePart::builder()
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::QuotedPrintable)
            .body(mail.text.clone());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, mail.to.parse()?))
            .subject(one_line(&mail.subject))
            .message_id(Some(format!("<{id}@{}>", self.host)))
            .singlepart(body)?;
        // No out-of-office notes, please (RFC 3834).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Ok(message)
    }
}

/// Without line breaks and other control characters, which would begin a header of their own.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MailError, Mailer};
    use crate::config::{Config, MailTransport};
    use crate::domain::mail::Mail;

    fn mail(to: &str, subject: &str) -> Mail {
        Mail {
            to: to.into(),
            subject: subject.into(),
            text: "Grüße!\nhttps://kith.example/x?a=b\n.\nend\n".into(),
        }
    }

    fn mailer(folder: &Path) -> Mailer {
        let mut config = Config::minimal("kith.example", folder);
        config.instance.name = "Werk\r\nBcc: evil@example.com".into();
        config.mail.transport = MailTransport::File(folder.join("mail"));
        Mailer::new(&config).unwrap()
    }

    #[tokio::test]
    async fn a_mail_becomes_a_private_file_and_nothing_begins_a_header_of_its_own() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mailer = mailer(folder.path());
        let odd = mail("maria@people.example", "Hello\r\nBcc: evil@example.com");
        mailer.send(7, &odd).await.unwrap();
        mailer.send(7, &odd).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path().join("mail"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let mode = std::fs::metadata(&files[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = std::fs::read_to_string(&files[0]).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.contains("Message-ID: <7@kith.example>"), "{head}");
        assert!(head.contains("kith@kith.example"), "{head}");
    }

    #[tokio::test]
    async fn an_address_that_could_be_two_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = mailer(folder.path());
        for to in [
            "a@b.example, c@d.example",
            "a@b.example\r\nBcc: c@d.example",
            "<a@b.example>",
            "a",
        ] {
            let sent = mailer.send(1, &mail(to, "Hello")).await;
            assert!(
                matches!(&sent, Err(error @ MailError::Address(_)) if error.is_final()),
                "{to}"
            );
        }
    }
}
