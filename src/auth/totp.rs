//! Codes of an app beside the password: six digits, new every 30 seconds (RFC 6238 with HMAC-SHA-1, what every app
//! speaks). And codes on paper for the day on which the app is lost.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use rand::RngCore;
use sha2::{Digest as _, Sha256};

/// Seconds for which a code counts.
const PERIOD: i64 = 30;
/// Codes of this many periods before and after count as well: clocks differ and people are slow.
const SLACK: i64 = 1;
/// RFC 4226 §4 asks for 160 bits.
const SECRET_BYTES: usize = 20;
/// Recovery codes given at once.
pub const RECOVERY_CODES: usize = 10;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What app and server share.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Vec<u8>);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

impl TotpSecret {
    /// A new secret from `rng`, which must be a cryptographic generator outside of tests.
    #[must_use]
    pub fn generate(rng: &mut dyn RngCore) -> Self {
        let mut bytes = vec![0; SECRET_BYTES];
        rng.fill_bytes(&mut bytes);
        TotpSecret(bytes)
    }

    /// A secret as it is stored.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        TotpSecret(bytes)
    }

    /// For storage.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// For typing into an app: groups of four letters and digits.
    #[must_use]
    pub fn base32(&self) -> String {
        base32(&self.0)
    }

    /// What a QR code for an app says. `issuer` and `name` are shown there.
    #[must_use]
    pub fn uri(&self, issuer: &str, name: &str) -> String {
        let encode = |text: &str| -> String {
            // `form_urlencoded` writes a blank as `+`, which apps show as it is.
            url::form_urlencoded::byte_serialize(text.as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        };
        let (issuer, name) = (encode(&issuer.replace(':', " ")), encode(name));
        format!(
            "otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}",
            self.base32()
        )
    }

    /// The period of `code`, if it is right now or almost, and later than `last`: a code counts once.
    #[must_use]
    pub fn check(&self, code: &str, now_secs: i64, last: i64) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let now = now_secs.div_euclid(PERIOD);
        (now - SLACK..=now + SLACK)
            .filter(|step| *step > last)
            .find(|step| {
                verify_slices_are_equal(self.code(*step).as_bytes(), code.as_bytes()).is_ok()
            })
    }

    /// The code at a moment, as an app shows it.
    #[must_use]
    pub fn code_at(&self, secs: i64) -> String {
        self.code(secs.div_euclid(PERIOD))
    }

    /// RFC 4226 §5.3.
    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0x0f);
        let number = bytes
            .iter()
            .skip(offset)
            .take(4)
            .fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = (held >> bits & 31) as usize;
            text.extend(BASE32.get(index).map(|letter| char::from(*letter)));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        let index = (held << (5 - bits) & 31) as usize;
        text.extend(BASE32.get(index).map(|letter| char::from(*letter)));
    }
    text
}

/// A code on paper: 80 random bits as four groups of four.
#[must_use]
pub fn recovery_code(rng: &mut dyn RngCore) -> String {
    let mut bytes = [0; 10];
    rng.fill_bytes(&mut bytes);
    let letters = base32(&bytes).to_lowercase();
    let letters: Vec<char> = letters.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|four| four.iter().collect())
        .collect();
    groups.join("-")
}

/// What is stored of a recovery code, however it was typed.
#[must_use]
pub fn recovery_hash(code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    Sha256::digest(format!("kith recovery {plain}")).into()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::{TotpSecret, base32, recovery_code, recovery_hash};

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B; its codes have eight digits, of which these are the last six.
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec());
        for (secs, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(secs), code, "{secs}");
        }
    }

    #[test]
    fn a_code_counts_for_a_while_and_once() {
        let secret = TotpSecret::generate(&mut StdRng::seed_from_u64(1));
        let code = secret.code_at(3_000);
        for secs in [2_970, 3_000, 3_029, 3_059] {
            assert_eq!(secret.check(&code, secs, 0), Some(100), "{secs}");
        }
        assert_eq!(secret.check(&format!(" {code} "), 3_000, 99), Some(100));
        assert_eq!(secret.check(&code, 3_000, 100), None);
        assert_eq!(secret.check(&code, 2_969, 0), None);
        assert_eq!(secret.check(&code, 3_060, 0), None);
        assert_eq!(secret.check("", 3_000, 0), None);
    }

    #[test]
    fn secrets_are_written_as_apps_read_them() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        let uri = TotpSecret::from_bytes(b"foobar".to_vec())
            .uri("Werkhof & Co: x", "@maria@kith.example");
        assert_eq!(
            uri,
            "otpauth://totp/Werkhof%20%26%20Co%20%20x:%40maria%40kith.example?secret=MZXW6YTBOI&issuer=Werkhof%20%26%20Co%20%20x"
        );
    }

    #[test]
    fn a_code_on_paper_may_be_typed_in_any_way() {
        let code = recovery_code(&mut StdRng::seed_from_u64(1));
        assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        let typed = code.replace('-', " ").to_uppercase();
        assert_eq!(recovery_hash(&code), recovery_hash(&typed));
        assert_ne!(recovery_hash(&code), recovery_hash("other"));
    }
}
