//! Connections to PostgreSQL, with TLS as the address asks for it: `sslmode` and `sslrootcert`, as libpq reads them.
//!
//! One thing differs: where `sslmode` is not set, a server on this machine (loopback, or a Unix socket) is spoken to
//! without TLS, because nobody else hears it.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use tokio_postgres::NoTls;
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Why an address of a PostgreSQL server cannot be used, or the server not be spoken to.
#[derive(Debug, thiserror::Error)]
pub(super) enum PostgresError {
    #[error("the address of the database is wrong")]
    Address(#[source] tokio_postgres::Error),
    #[error("sslmode is disable, prefer, require, verify-ca or verify-full")]
    Mode,
    /// The file of `sslrootcert`.
    #[error("{} has no certificate that can be read", .0.display())]
    Roots(PathBuf),
    #[error("TLS to the database cannot be set up")]
    Tls(#[from] rustls::Error),
    #[error("the certificates of the database's authority cannot be used")]
    Verifier(#[from] rustls::client::VerifierBuilderError),
    #[error("the database cannot be connected to")]
    Connect(#[source] tokio_postgres::Error),
    #[error("the connection to the database cannot be used")]
    Setup(#[source] diesel::ConnectionError),
}

/// How to reach one server. Reading it opens nothing but the file of `sslrootcert`.
#[derive(Clone)]
pub(super) struct Server {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Server {
    pub(super) fn parse(url: &str) -> Result<Self, PostgresError> {
        let (url, options) = Options::take(url);
        let mut config: Config = url.parse().map_err(PostgresError::Address)?;
        let mode = match options.mode.as_deref() {
            None if is_here(&config) => Mode::Disable,
            None => Mode::Prefer,
            Some(word) => Mode::parse(word).ok_or(PostgresError::Mode)?,
        };
        config.ssl_mode(match mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
        let tls = match mode {
            Mode::Disable => None,
            mode => Some(connector(mode, options.roots.as_deref())?),
        };
        Ok(Server { config, tls })
    }

    /// The same server, where nothing is to be changed.
    pub(super) fn for_reading(mut self) -> Self {
        self.config.options("-c default_transaction_read_only=on");
        self
    }

    pub(super) async fn connect(&self) -> Result<AsyncPgConnection, PostgresError> {
        let connected = match &self.tls {
            None => {
                let plain = self.config.connect(NoTls).await;
                let (client, connection) = plain.map_err(PostgresError::Connect)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
            Some(tls) => {
                let secure = self.config.connect(tls.clone()).await;
                let (client, connection) = secure.map_err(PostgresError::Connect)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
        };
        connected.map_err(PostgresError::Setup)
    }
}

/// What `sslmode` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Disable,
    /// TLS if the server has it; nobody's certificate is checked.
    Prefer,
    /// TLS; the certificate is checked only where `sslrootcert` says against what, and its name never.
    Require,
    VerifyCa,
    VerifyFull,
}

impl Mode {
    fn parse(word: &str) -> Option<Mode> {
        Some(match word {
            "disable" => Mode::Disable,
            "prefer" => Mode::Prefer,
            "require" => Mode::Require,
            "verify-ca" => Mode::VerifyCa,
            "verify-full" => Mode::VerifyFull,
            _ => return None,
        })
    }
}

/// The options that are ours to read; the driver knows other words for `sslmode`, and no `sslrootcert`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    mode: Option<String>,
    roots: Option<String>,
}

impl Options {
    /// Takes them out of an address.
    fn take(url: &str) -> (String, Options) {
        let mut options = Options::default();
        let Some((start, query)) = url.split_once('?') else {
            return (url.to_owned(), options);
        };
        let mut rest = Vec::new();
        for pair in query.split('&') {
            let read = url::form_urlencoded::parse(pair.as_bytes()).next();
            match read {
                Some((name, value)) if name == "sslmode" => options.mode = Some(value.into_owned()),
                Some((name, value)) if name == "sslrootcert" => {
                    options.roots = Some(value.into_owned());
                }
                _ => rest.push(pair),
            }
        }
        if rest.is_empty() {
            return (start.to_owned(), options);
        }
        (format!("{start}?{}", rest.join("&")), options)
    }
}

fn is_here(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
    })
}

fn connector(mode: Mode, roots: Option<&str>) -> Result<MakeRustlsConnect, PostgresError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let checked = match (mode, roots) {
        (Mode::Prefer | Mode::Disable, _) | (Mode::Require, None) => None,
        (Mode::VerifyCa | Mode::VerifyFull, None) | (_, Some("system")) => {
            let verifier = Verifier::new(Arc::clone(&provider))?;
            Some(Arc::new(verifier) as Arc<dyn ServerCertVerifier>)
        }
        (_, Some(file)) => Some(against(file, &provider)?),
    };
    let verifier = Certificates {
        provider: Arc::clone(&provider),
        checked,
        named: mode == Mode::VerifyFull,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Checks against the authorities in a PEM file, and no others.
fn against(
    file: &str,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, PostgresError> {
    let unreadable = || PostgresError::Roots(PathBuf::from(file));
    let mut roots = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(file)
        .ok()
        .ok_or_else(unreadable)?;
    for certificate in found {
        let certificate = certificate.ok().ok_or_else(unreadable)?;
        roots.add(certificate)?;
    }
    if roots.is_empty() {
        return Err(unreadable());
    }
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    Ok(verifier.build()?)
}

/// Checks as much of the server's certificate as `sslmode` asks for. That the server holds its key is always checked.
#[derive(Debug)]
struct Certificates {
    provider: Arc<CryptoProvider>,
    checked: Option<Arc<dyn ServerCertVerifier>>,
    /// It must be the certificate of the host that was asked for.
    named: bool,
}

impl ServerCertVerifier for Certificates {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(checked) = &self.checked else {
            return Ok(ServerCertVerified::assertion());
        };
        match checked.verify_server_cert(end_entity, intermediates, server_name, ocsp, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.named => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
