use proptest::prelude::*;

use super::*;
use crate::federation::signatures::PrivateKey;

/// The Ed25519 example of the Multikey specification and the same key as SPKI PEM.
const ED25519_MULTIBASE: &str = "z6MkrHTZyHpaJati4FWrBiXzQgXz7pqvnwyQEpHqyvZCW6Fy";

fn new(algorithm: KeyAlgorithm) -> PublicKey {
    PrivateKey::generate(algorithm).unwrap().public().clone()
}

#[test]
fn every_written_form_reads_back_as_the_same_key() {
    for algorithm in [KeyAlgorithm::Rsa, KeyAlgorithm::Ed25519] {
        let key = new(algorithm);
        assert_eq!(PublicKey::from_der(algorithm, key.to_der()).unwrap(), key);
        assert_eq!(PublicKey::from_pem(&key.to_spki_pem()).unwrap(), key);
        assert_eq!(
            PublicKey::from_multibase(&key.to_multibase().unwrap()).unwrap(),
            key
        );
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(KeyAlgorithm::parse(algorithm.as_str()), Some(algorithm));
    }
}

#[test]
fn pkcs_1_and_spki_under_either_label_are_the_same_key() {
    let key = new(KeyAlgorithm::Rsa);
    let pkcs1 = rsa::PublicKey::from_der(key.to_der()).unwrap();
    let relabel = |pem: &str| pem.replace("PUBLIC KEY", "RSA PUBLIC KEY");
    let pkcs1 = pem::encode(pkcs1.as_ref());
    assert_eq!(PublicKey::from_pem(&pkcs1).unwrap(), key);
    assert_eq!(PublicKey::from_pem(&relabel(&pkcs1)).unwrap(), key);
    assert_eq!(
        PublicKey::from_pem(&relabel(&key.to_spki_pem())).unwrap(),
        key
    );
    assert_eq!(
        PublicKey::from_pem(&relabel(&pkcs1)).unwrap().to_spki_pem(),
        key.to_spki_pem()
    );
}

#[test]
fn bytes_after_the_key_do_not_make_it_another_key() {
    let key = new(KeyAlgorithm::Rsa);
    let longer = [key.to_der(), b"x"].concat();
    assert_eq!(
        PublicKey::from_pem(&pem::encode(&longer)).unwrap().to_der(),
        key.to_der()
    );
}

#[test]
fn a_multikey_is_written_as_it_was_read() {
    let key = PublicKey::from_multibase(ED25519_MULTIBASE).unwrap();
    assert_eq!(key.algorithm(), KeyAlgorithm::Ed25519);
    assert_eq!(key.to_der().len(), 32);
    assert_eq!(key.to_multibase().as_deref(), Some(ED25519_MULTIBASE));
    assert!(
        new(KeyAlgorithm::Rsa)
            .to_multibase()
            .unwrap()
            .starts_with("z4MX")
    );
}

#[test]
fn rsa_keys_below_2048_bits_are_refused() {
    for (size, ok) in [(1024, false), (2048, true)] {
        let mut rng = <::rsa::rand_core::OsRng as Default>::default();
        let key = ::rsa::RsaPrivateKey::new(&mut rng, size).unwrap();
        let text = ::rsa::pkcs8::EncodePublicKey::to_public_key_pem(
            &key.to_public_key(),
            ::rsa::pkcs8::LineEnding::LF,
        );
        match PublicKey::from_pem(&text.unwrap()) {
            Ok(_) => assert!(ok),
            Err(e) => assert_eq!((e, ok), (KeyError::Size, false)),
        }
    }
}

#[test]
fn what_is_no_key_is_refused_with_its_reason() {
    let refused = |bytes: &[u8]| PublicKey::from_pem(&pem::encode(bytes)).unwrap_err();
    assert_eq!(
        PublicKey::from_pem("no key").unwrap_err(),
        KeyError::Encoding
    );
    assert_eq!(refused(b"nonsense"), KeyError::NotAKey);
    assert_eq!(refused(&ED25519_SPKI), KeyError::NotAKey);
    assert_eq!(
        refused(&[&ED25519_SPKI[..], &[1; 33]].concat()),
        KeyError::NotAKey
    );
    assert_eq!(
        PublicKey::from_multibase("").unwrap_err(),
        KeyError::Encoding
    );
    assert_eq!(
        PublicKey::from_multibase("uAAAA").unwrap_err(),
        KeyError::Encoding
    );
    assert_eq!(
        PublicKey::from_multibase("z0OIl").unwrap_err(),
        KeyError::Encoding
    );
    assert_eq!(
        PublicKey::from_multibase("z6Mk").unwrap_err(),
        KeyError::NotAKey
    );
    assert_eq!(
        PublicKey::from_multibase(&"z".repeat(100_000)).unwrap_err(),
        KeyError::Encoding
    );
    let wrong_kind = PublicKey::from_der(KeyAlgorithm::Rsa, new(KeyAlgorithm::Ed25519).to_der());
    assert_eq!(wrong_kind.unwrap_err(), KeyError::NotAKey);
}

#[test]
fn keys_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<PublicKey>();
    shared::<PrivateKey>();
}

proptest! {
    #[test]
    fn reading_never_panics(text in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = PublicKey::from_pem(&text);
        let _ = PublicKey::from_pem(&pem::encode(&bytes));
        let _ = PublicKey::from_multibase(&text);
        let _ = PublicKey::from_multibase(&format!("z{}", bs58::encode(&bytes).into_string()));
        let _ = PublicKey::from_der(KeyAlgorithm::Rsa, &bytes);
        let _ = PublicKey::from_der(KeyAlgorithm::Ed25519, &bytes);
    }

    #[test]
    fn a_damaged_rsa_key_is_refused_or_read_without_panic(at in 0_usize..294, bit in 0_u8..8) {
        static DER: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| new(KeyAlgorithm::Rsa).to_der().to_vec());
        let mut der = DER.clone();
        der[at] ^= 1 << bit;
        if let Ok(key) = PublicKey::from_der(KeyAlgorithm::Rsa, &der) {
            prop_assert!(!key.verifies(b"message", &[7; 256]));
        }
    }
}
