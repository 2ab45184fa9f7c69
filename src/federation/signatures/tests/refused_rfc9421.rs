//! RFC 9421 requests that must not count, each a valid one with a single thing wrong.

use super::kit::{ED25519, HOUR, KEY_ID, NOW_SECS, RSA, Sample};
use crate::federation::signatures::SignatureError::{
    self, BadDigest, BadKey, Expired, FromTheFuture, Malformed, Mismatch, Missing, NotCovered,
    Several, Stale, UnknownAlgorithm, WrongHost,
};

const ALL: &str = "@method @target-uri content-digest";

fn parameters() -> String {
    format!(r#";created={NOW_SECS};keyid="{KEY_ID}""#)
}

fn covering(covered: &str) -> Result<(), SignatureError> {
    let mut sample = Sample::post();
    sample.sign_rfc9421(&ED25519, covered, &parameters());
    sample.check(ED25519.public())
}

fn with_parameters(parameters: &str) -> Result<(), SignatureError> {
    let mut sample = Sample::post();
    sample.sign_rfc9421(&ED25519, ALL, parameters);
    sample.check(ED25519.public())
}

fn changed(change: impl FnOnce(&mut Sample)) -> Result<(), SignatureError> {
    let mut sample = Sample::post();
    sample.sign_rfc9421(&ED25519, ALL, &parameters());
    change(&mut sample);
    sample.check(ED25519.public())
}

#[test]
fn each_part_must_be_covered() {
    assert_eq!(covering(ALL), Ok(()));
    assert_eq!(covering("content-digest @authority @path @method"), Ok(()));
    assert_eq!(
        covering("@method @authority @request-target content-digest"),
        Ok(())
    );
    assert_eq!(
        covering("@method @target-uri @scheme @query @path @authority host date content-digest"),
        Ok(())
    );
    assert_eq!(
        covering("@target-uri content-digest"),
        Err(NotCovered("@method"))
    );
    assert_eq!(
        covering("@method content-digest"),
        Err(NotCovered("@authority"))
    );
    assert_eq!(
        covering("@method @path content-digest"),
        Err(NotCovered("@authority"))
    );
    assert_eq!(
        covering("@method @authority content-digest"),
        Err(NotCovered("@path"))
    );
    assert_eq!(
        covering("@method @authority @query content-digest"),
        Err(NotCovered("@path"))
    );
    assert_eq!(
        covering("@method host @path content-digest"),
        Err(NotCovered("@authority"))
    );
    assert_eq!(
        covering("@method @target-uri"),
        Err(NotCovered("content-digest"))
    );
    assert_eq!(
        covering("@method @target-uri digest"),
        Err(NotCovered("content-digest"))
    );
    assert_eq!(covering(""), Err(NotCovered("@method")));
    assert_eq!(
        covering("@method @target-uri content-digest date date"),
        Err(Malformed)
    );
}

#[test]
fn a_get_needs_no_digest_unless_it_has_a_body() {
    let mut sample = Sample::get("/people/ada?x=1");
    sample.sign_rfc9421(&ED25519, "@method @target-uri @query", &parameters());
    assert_eq!(sample.check(ED25519.public()), Ok(()));
    sample.body = b"x".to_vec();
    assert_eq!(
        sample.check(ED25519.public()),
        Err(NotCovered("content-digest"))
    );
    sample.body.clear();
    sample.target = "/people/ada".into();
    assert_eq!(
        sample.check(ED25519.public()),
        Err(Mismatch),
        "the query is part of the target URI"
    );
}

#[test]
fn a_changed_request_does_not_verify() {
    assert_eq!(changed(|_| ()), Ok(()));
    assert_eq!(changed(|s| s.body.push(b' ')), Err(BadDigest));
    assert_eq!(
        changed(|s| s.target = "/people/ada/inbox".into()),
        Err(Mismatch)
    );
    assert_eq!(changed(|s| s.target = "/inbox?x".into()), Err(Mismatch));
    assert_eq!(changed(|s| s.method = "PUT".into()), Err(Mismatch));
    assert_eq!(changed(|s| s.set("host", "other.example")), Err(WrongHost));
    assert_eq!(changed(|s| drop(s.headers.remove("host"))), Err(WrongHost));
    assert_eq!(
        changed(|s| drop(s.headers.remove("content-digest"))),
        Err(BadDigest)
    );
    assert_eq!(
        changed(|s| s.add("content-digest", "sha-256=:AAAA:")),
        Err(Malformed)
    );
    assert_eq!(changed(|s| s.set("date", "any, it is not covered")), Ok(()));
    let other_body = changed(|s| {
        s.body = b"{}".to_vec();
        s.set(
            "content-digest",
            "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:",
        );
    });
    assert_eq!(other_body, Err(Mismatch));
}

#[test]
fn a_changed_parameter_does_not_verify() {
    let tampered = changed(|s| {
        let input = s.headers["signature-input"]
            .to_str()
            .unwrap()
            .replace("created=18", "created=17");
        s.set("signature-input", &input);
    });
    assert_eq!(tampered, Err(Stale));
    let tampered = changed(|s| {
        let input = format!(
            "{};nonce=\"x\"",
            s.headers["signature-input"].to_str().unwrap()
        );
        s.set("signature-input", &input);
    });
    assert_eq!(tampered, Err(Mismatch));
}

#[test]
fn the_host_may_spell_out_the_default_port() {
    assert_eq!(changed(|s| s.set("host", "kith.example:443")), Ok(()));
    assert_eq!(changed(|s| s.set("host", "Kith.Example")), Ok(()));
    assert_eq!(
        changed(|s| s.set("host", "kith.example:80")),
        Err(WrongHost)
    );
}

#[test]
fn created_counts_from_twelve_hours_back_to_one_hour_ahead() {
    let created = |at: i64| with_parameters(&format!(r#";created={at};keyid="k""#));
    assert_eq!(created(NOW_SECS - 12 * HOUR), Ok(()));
    assert_eq!(created(NOW_SECS - 12 * HOUR - 1), Err(Stale));
    assert_eq!(created(NOW_SECS - 600), Ok(()));
    assert_eq!(created(NOW_SECS + 600), Ok(()));
    assert_eq!(created(NOW_SECS + HOUR), Ok(()));
    assert_eq!(created(NOW_SECS + HOUR + 1), Err(FromTheFuture));
    assert_eq!(created(-1), Err(Stale));
    assert_eq!(with_parameters(r#";keyid="k""#), Err(NotCovered("created")));
    assert_eq!(
        with_parameters(&format!(r#";keyid="k";created="{NOW_SECS}""#)),
        Err(Malformed)
    );
    assert_eq!(
        with_parameters(&format!(r#";keyid="k";created={NOW_SECS}.5"#)),
        Err(Malformed)
    );
}

#[test]
fn a_past_expiry_fails() {
    let expires = |at: i64| with_parameters(&format!("{};expires={at}", parameters()));
    assert_eq!(expires(NOW_SECS), Ok(()));
    assert_eq!(expires(NOW_SECS - 1), Err(Expired));
    assert_eq!(
        with_parameters(&format!("{};expires=never", parameters())),
        Err(Malformed)
    );
}

#[test]
fn only_one_signature_may_be_presented() {
    let second = |name: &'static str, value: &'static str| {
        changed(|s| {
            let both = format!("{}, {value}", s.headers[name].to_str().unwrap());
            s.set(name, &both);
        })
    };
    assert_eq!(
        second("signature-input", r#"sig2=("@method");created=1;keyid="k""#),
        Err(Several)
    );
    assert_eq!(second("signature", "sig2=:AAAA:"), Err(Several));
    assert_eq!(second("signature", "sig1=:AAAA:"), Err(Several));
    assert_eq!(
        changed(|s| s.add("signature-input", r#"sig2=("@method")"#)),
        Err(Several)
    );
    assert_eq!(changed(|s| s.add("signature", "sig2=:AAAA:")), Err(Several));
    assert_eq!(
        changed(|s| s.add("signature", r#"keyId="k",signature="AAAA""#)),
        Err(Several)
    );
}

#[test]
fn the_two_fields_must_belong_together() {
    assert_eq!(
        changed(|s| s.set("signature", "sig2=:AAAA:")),
        Err(Malformed)
    );
    assert_eq!(
        changed(|s| drop(s.headers.remove("signature"))),
        Err(Missing)
    );
    assert_eq!(
        changed(|s| drop(s.headers.remove("signature-input"))),
        Err(Malformed)
    );
    assert_eq!(
        changed(|s| s.set("signature", "sig1=:AAAA:")),
        Err(Mismatch)
    );
    assert_eq!(
        changed(|s| s.set("signature-input", "nonsense")),
        Err(Malformed)
    );
}

#[test]
fn a_key_id_is_needed() {
    assert_eq!(
        with_parameters(&format!(";created={NOW_SECS}")),
        Err(Malformed)
    );
    assert_eq!(
        with_parameters(&format!(r#";created={NOW_SECS};keyid="""#)),
        Err(Malformed)
    );
    assert_eq!(
        with_parameters(&format!(";created={NOW_SECS};keyid=token")),
        Err(Malformed)
    );
}

#[test]
fn components_that_need_parameters_or_a_response_are_refused() {
    let input = |components: &str| {
        let input = format!(
            r#"sig1=("@method" "@target-uri" "content-digest" {components}){}"#,
            parameters()
        );
        changed(|s| s.set("signature-input", &input))
    };
    for components in [
        r#""@query-param";name="x""#,
        r#""@status""#,
        r#""@signature-params""#,
        r#""@unknown""#,
        r#""date";sf"#,
        r#""@method";req"#,
        r#""Date""#,
        r#""x-absent""#,
        r#""""#,
        r#""a b""#,
    ] {
        assert_eq!(input(components), Err(Malformed), "{components}");
    }
}

#[test]
fn the_algorithm_must_be_a_known_one_that_fits_the_key() {
    let sign = |key: &crate::federation::signatures::PrivateKey, alg: &str| {
        let mut sample = Sample::post();
        sample.sign_rfc9421(key, ALL, &format!("{}{alg}", parameters()));
        sample.check(key.public())
    };
    assert_eq!(sign(&RSA, r#";alg="rsa-v1_5-sha256""#), Ok(()));
    assert_eq!(sign(&ED25519, r#";alg="ed25519""#), Ok(()));
    assert_eq!(sign(&ED25519, ""), Ok(()));
    assert_eq!(sign(&RSA, r#";alg="ed25519""#), Err(BadKey));
    assert_eq!(sign(&ED25519, r#";alg="rsa-v1_5-sha256""#), Err(BadKey));
    for alg in [
        "rsa-pss-sha512",
        "hmac-sha256",
        "ecdsa-p256-sha256",
        "rsa-sha256",
        "",
    ] {
        assert_eq!(
            sign(&RSA, &format!(r#";alg="{alg}""#)),
            Err(UnknownAlgorithm),
            "{alg}"
        );
    }
    assert_eq!(
        sign(&RSA, ";alg=ed25519"),
        Err(UnknownAlgorithm),
        "a token is not a string"
    );
}
