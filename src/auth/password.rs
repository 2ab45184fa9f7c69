//! Passwords: Argon2id hashes, made a few at a time so that logins cannot use up memory and processors.

use std::future::Future;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Shortest password that may be set, in characters.
pub const MIN_CHARS: usize = 10;
/// Longest password that is looked at, in characters.
pub const MAX_CHARS: usize = 256;

/// Callers that may wait for each one that is being served; more are told to come back.
const WAITING_PER_WORKER: usize = 32;

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than [`MIN_CHARS`].
    #[error("a password has at least {MIN_CHARS} characters")]
    TooShort,
    /// Longer than [`MAX_CHARS`].
    #[error("a password has at most {MAX_CHARS} characters")]
    TooLong,
    /// Too many callers are waiting already; worth another try in a few seconds.
    #[error("too many passwords are being checked")]
    Busy,
    /// The stored hash is none that we made.
    #[error("the stored password hash cannot be read")]
    Stored(#[source] argon2::password_hash::phc::Error),
    /// The hash function failed, for want of memory.
    #[error("the password could not be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    /// The runtime is shutting down.
    #[error("hashing was stopped")]
    Stopped(#[source] tokio::task::JoinError),
}

/// Hashes and checks passwords on threads of their own; clones share the limit.
#[derive(Clone, Debug)]
pub struct Passwords {
    working: Arc<Semaphore>,
    present: Arc<Semaphore>,
}

impl Passwords {
    /// At most `workers` (at least 1) passwords are worked on at once; each takes 19 MiB and some 20 ms of a processor.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        let workers = workers.clamp(1, 1_024);
        Self {
            working: Arc::new(Semaphore::new(workers)),
            present: Arc::new(Semaphore::new(workers * (1 + WAITING_PER_WORKER))),
        }
    }

    /// The hash of a new password in PHC form, for storage. The salt is drawn from `rng` before this returns.
    ///
    /// # Errors
    /// [`PasswordError::TooShort`], [`PasswordError::TooLong`] for the person; `Busy`, `Hash`, `Stopped` for us.
    pub fn hash(
        &self,
        password: &str,
        rng: &mut dyn RngCore,
    ) -> impl Future<Output = Result<String, PasswordError>> + Send + use<> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let checked = check_new(password).map(|()| SecretString::from(password));
        let this = self.clone();
        async move {
            let password = checked?;
            this.work(move || {
                hasher()
                    .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
                    .map(|hash| hash.to_string())
                    .map_err(PasswordError::Hash)
            })
            .await
        }
    }

    /// Whether `password` belongs to the `stored` hash. Without one (no such account) the answer is no after the same
    /// work, so that the time tells nothing.
    ///
    /// # Errors
    /// `Busy`, `Stored`, `Stopped`; a wrong or impossible password is `Ok(false)`.
    pub async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, PasswordError> {
        if password.chars().count() > MAX_CHARS {
            return Ok(false);
        }
        let password = SecretString::from(password);
        let stored = stored.map(str::to_owned);
        self.work(move || {
            let bytes = password.expose_secret().as_bytes();
            let Some(stored) = stored else {
                // Only the time it takes matters.
                let _ = hasher().hash_password_with_salt(bytes, b"nobody's account");
                return Ok(false);
            };
            let hash = PasswordHash::new(&stored).map_err(PasswordError::Stored)?;
            Ok(hasher().verify_password(bytes, &hash).is_ok())
        })
        .await
    }

    /// Runs `job` on a blocking thread once a place is free. The place goes with the job, so that a caller who gives up
    /// does not make room for more work than allowed.
    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = Arc::clone(&self.present)
            .try_acquire_owned()
            .ok()
            .ok_or(PasswordError::Busy)?;
        let permit = Arc::clone(&self.working)
            .acquire_owned()
            .await
            .ok()
            .ok_or(PasswordError::Busy)?;
        let held: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (place, permit);
        tokio::task::spawn_blocking(move || {
            let _held = held;
            job()
        })
        .await
        .map_err(PasswordError::Stopped)?
    }
}

/// Whether `password` may be set.
///
/// # Errors
/// [`PasswordError::TooShort`] and [`PasswordError::TooLong`].
pub fn check_new(password: &str) -> Result<(), PasswordError> {
    match password.chars().count() {
        ..MIN_CHARS => Err(PasswordError::TooShort),
        MIN_CHARS..=MAX_CHARS => Ok(()),
        _ => Err(PasswordError::TooLong),
    }
}

/// Argon2id v19 with 19 MiB, two passes and one lane, the second recommendation of OWASP's password storage sheet.
fn hasher() -> Argon2<'static> {
    Argon2::default()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::{PasswordError, Passwords, WAITING_PER_WORKER, check_new};

    const GOOD: &str = "correct horse battery";

    fn rng() -> StdRng {
        StdRng::seed_from_u64(1)
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new(2);
        let hash = passwords.hash(GOOD, &mut rng()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(passwords.verify(GOOD, Some(&hash)).await.unwrap());
        assert!(
            !passwords
                .verify("correct horse batterY", Some(&hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify(GOOD, None).await.unwrap());
    }

    #[tokio::test]
    async fn equal_passwords_have_different_hashes() {
        let (passwords, mut rng) = (Passwords::new(1), rng());
        let first = passwords.hash(GOOD, &mut rng).await.unwrap();
        assert_ne!(first, passwords.hash(GOOD, &mut rng).await.unwrap());
    }

    #[tokio::test]
    async fn length_is_bounded_before_any_work() {
        let passwords = Passwords::new(1);
        assert!(matches!(
            passwords.hash("short", &mut rng()).await,
            Err(PasswordError::TooShort)
        ));
        let long = "é".repeat(257);
        assert!(matches!(
            passwords.hash(&long, &mut rng()).await,
            Err(PasswordError::TooLong)
        ));
        assert!(!passwords.verify(&long, Some("no hash")).await.unwrap());
        assert!(check_new(&"é".repeat(256)).is_ok() && check_new("äöüßäöüßäö").is_ok());
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_login() {
        let passwords = Passwords::new(1);
        for stored in ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$"] {
            assert!(
                !matches!(passwords.verify(GOOD, Some(stored)).await, Ok(true)),
                "{stored}"
            );
        }
    }

    #[tokio::test]
    async fn too_many_at_once_are_sent_away() {
        let passwords = Passwords::new(1);
        let (release, released) = std::sync::mpsc::channel();
        let working = passwords.work(move || {
            let _ = released.recv();
            Ok(())
        });
        let waiting = (0..WAITING_PER_WORKER).map(|_| passwords.verify("x", Some("no hash")));
        let one_more = async {
            let answer = passwords.verify("x", Some("no hash")).await;
            release.send(()).unwrap();
            answer
        };
        // Polled in this order, so that each has its place before the next one asks.
        let all = futures_util::future::join_all(waiting);
        let (_, others, refused) = futures_util::join!(working, all, one_more);
        assert!(matches!(refused, Err(PasswordError::Busy)));
        let is_busy = |answer: &Result<_, _>| matches!(answer, Err(PasswordError::Busy));
        assert!(!others.iter().any(is_busy));
        assert!(!matches!(
            passwords.verify("x", Some("no hash")).await,
            Err(PasswordError::Busy)
        ));
    }
}
