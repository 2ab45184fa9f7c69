//! Mails by a mail server.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;

use crate::config::{SmtpSecurity, SmtpServer};

/// How long a mail server may take for each of its answers.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    pub(super) fn new(server: &SmtpServer) -> Result<Smtp, Error> {
        let tls = TlsParameters::new(server.host.clone())?;
        let tls = match server.security {
            SmtpSecurity::Tls => Tls::Wrapper(tls),
            // On this machine nobody listens in between, and its mail server may have no certificate.
            SmtpSecurity::StartTls if is_here(&server.host) => Tls::Opportunistic(tls),
            SmtpSecurity::StartTls => Tls::Required(tls),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .hello_name(ClientId::default())
            .timeout(Some(PATIENCE));
        if let (Some(user), Some(password)) = (&server.user, &server.password) {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Smtp(builder.build()))
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), Error> {
        self.0.send(message).await.map(|_said| ())
    }

    /// Whether it answers, and takes our name and password.
    pub(super) async fn test(&self) -> Result<(), Error> {
        self.0.test_connection().await.map(|_is_alive| ())
    }
}

/// Whether the mail server is on this machine.
fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
