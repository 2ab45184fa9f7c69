//! draft-cavage requests that must not count, each a valid one with a single thing wrong.

use super::kit::{ED25519, HOUR, NOW, NOW_SECS, RSA, Sample, http_date};
use crate::federation::signatures::SignatureError::{
    self, BadDigest, BadKey, Expired, FromTheFuture, Malformed, Mismatch, Missing, NotCovered,
    Several, Stale, UnknownAlgorithm, WrongHost,
};

const ALL: &str = "(request-target) host date digest content-type";

fn signed() -> Sample {
    let mut sample = Sample::post();
    sample.sign_draft(&ED25519, ALL, r#"algorithm="hs2019","#);
    sample
}

fn covering(covered: &str, extra: &str) -> Result<(), SignatureError> {
    let mut sample = Sample::post();
    sample.sign_draft(&ED25519, covered, extra);
    sample.check(ED25519.public())
}

/// Signs the sample after `change`, so that only the change itself can be at fault.
fn resigned(change: impl FnOnce(&mut Sample)) -> Result<(), SignatureError> {
    let mut sample = Sample::post();
    change(&mut sample);
    sample.sign_draft(&ED25519, ALL, "");
    sample.check(ED25519.public())
}

/// Changes a sample that was already signed.
fn changed(change: impl FnOnce(&mut Sample)) -> Result<(), SignatureError> {
    let mut sample = signed();
    change(&mut sample);
    sample.check(ED25519.public())
}

#[test]
fn each_part_must_be_covered() {
    assert_eq!(covering(ALL, ""), Ok(()));
    assert_eq!(covering("date digest host (request-target)", ""), Ok(()));
    assert_eq!(
        covering("host date digest", ""),
        Err(NotCovered("(request-target)"))
    );
    assert_eq!(
        covering("(request-target) date digest", ""),
        Err(NotCovered("host"))
    );
    assert_eq!(
        covering("(request-target) host digest", ""),
        Err(NotCovered("date"))
    );
    assert_eq!(
        covering("(request-target) host date", ""),
        Err(NotCovered("digest"))
    );
    assert_eq!(
        covering("(request-target) host date content-digest", ""),
        Err(NotCovered("digest"))
    );
    let without_list = changed(|s| s.set("signature", r#"keyId="k",signature="AAAA""#));
    assert_eq!(without_list, Err(NotCovered("(request-target)")));
}

#[test]
fn a_get_needs_no_digest_unless_it_has_a_body() {
    let mut sample = Sample::get("/people/ada");
    sample.sign_draft(&ED25519, "(request-target) host date", "");
    assert_eq!(sample.check(ED25519.public()), Ok(()));
    sample.body = b"x".to_vec();
    assert_eq!(sample.check(ED25519.public()), Err(NotCovered("digest")));
    sample.body.clear();
    sample.method = "POST".into();
    assert_eq!(sample.check(ED25519.public()), Err(NotCovered("digest")));
    sample.method = "HEAD".into();
    assert_eq!(sample.check(ED25519.public()), Err(Mismatch));
    sample.method = "GET".into();
    sample.set("digest", "SHA-256=AAAA");
    assert_eq!(
        sample.check(ED25519.public()),
        Ok(()),
        "not covered, so not looked at"
    );
    sample.sign_draft(&ED25519, "(request-target) host date digest", "");
    assert_eq!(sample.check(ED25519.public()), Err(BadDigest));
}

#[test]
fn a_changed_request_does_not_verify() {
    assert_eq!(changed(|_| ()), Ok(()));
    assert_eq!(changed(|s| s.body.push(b' ')), Err(BadDigest));
    assert_eq!(
        changed(|s| s.target = "/people/ada/inbox".into()),
        Err(Mismatch)
    );
    assert_eq!(changed(|s| s.target = "/inbox/".into()), Err(Mismatch));
    assert_eq!(changed(|s| s.method = "PUT".into()), Err(Mismatch));
    assert_eq!(changed(|s| s.set("host", "other.example")), Err(WrongHost));
    assert_eq!(
        changed(|s| s.set("date", &http_date(NOW_SECS - 1))),
        Err(Mismatch)
    );
    assert_eq!(
        changed(|s| s.set("content-type", "text/plain")),
        Err(Mismatch)
    );
    let other_body = changed(|s| {
        s.body = b"{}".to_vec();
        s.set(
            "digest",
            "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
        );
    });
    assert_eq!(other_body, Err(Mismatch));
}

#[test]
fn covered_headers_must_be_there_and_unambiguous() {
    assert_eq!(
        changed(|s| drop(s.headers.remove("digest"))),
        Err(BadDigest)
    );
    assert_eq!(changed(|s| drop(s.headers.remove("date"))), Err(Malformed));
    assert_eq!(changed(|s| drop(s.headers.remove("host"))), Err(WrongHost));
    assert_eq!(
        changed(|s| drop(s.headers.remove("content-type"))),
        Err(Malformed)
    );
    assert_eq!(changed(|s| s.add("digest", "SHA-256=AAAA")), Err(Malformed));
    assert_eq!(
        changed(|s| s.add("date", &http_date(NOW_SECS))),
        Err(Malformed)
    );
    assert_eq!(changed(|s| s.add("host", "kith.example")), Err(Malformed));
    assert_eq!(changed(|s| s.add("content-type", "x")), Err(Mismatch));
}

#[test]
fn the_host_must_be_ours_even_where_it_was_signed() {
    assert_eq!(resigned(|s| s.set("host", "other.example")), Err(WrongHost));
    assert_eq!(
        resigned(|s| s.set("host", "kith.example:8443")),
        Err(WrongHost)
    );
    assert_eq!(resigned(|s| s.set("host", "kith.example.")), Err(WrongHost));
    assert_eq!(resigned(|s| s.set("host", "KITH.example")), Ok(()));
    assert_eq!(resigned(|s| s.set("host", "kith.example:443")), Ok(()));
    assert_eq!(WrongHost.status(), http::StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(Mismatch.status(), http::StatusCode::UNAUTHORIZED);
}

#[test]
fn the_date_counts_from_twelve_hours_back_to_one_hour_ahead() {
    let dated = |offset: i64| resigned(|s| s.set("date", &http_date(NOW_SECS + offset)));
    assert_eq!(dated(-12 * HOUR), Ok(()));
    assert_eq!(dated(-12 * HOUR - 1), Err(Stale));
    assert_eq!(dated(-600), Ok(()));
    assert_eq!(dated(600), Ok(()));
    assert_eq!(dated(HOUR), Ok(()));
    assert_eq!(dated(HOUR + 1), Err(FromTheFuture));
    assert_eq!(resigned(|s| s.set("date", "yesterday")), Err(Malformed));
    assert_eq!(
        resigned(|s| s.set("date", "2027-01-15T08:00:00Z")),
        Err(Malformed)
    );
}

#[test]
fn created_may_stand_for_the_date_and_has_the_same_window() {
    let created = |at: i64| {
        covering(
            "(request-target) host (created) digest",
            &format!("created={at},"),
        )
    };
    assert_eq!(created(NOW_SECS - 12 * HOUR), Ok(()));
    assert_eq!(created(NOW_SECS - 12 * HOUR - 1), Err(Stale));
    assert_eq!(created(NOW_SECS + HOUR), Ok(()));
    assert_eq!(created(NOW_SECS + HOUR + 1), Err(FromTheFuture));
    let uncovered = covering(
        "(request-target) host digest",
        &format!("created={NOW_SECS},"),
    );
    assert_eq!(uncovered, Err(NotCovered("date")));
    let both = covering("(request-target) host date (created) digest", "created=1,");
    assert_eq!(both, Err(Stale));
    let mut sample = signed();
    sample.set(
        "signature",
        r#"keyId="k",headers="(request-target) host (created) digest",signature="AAAA""#,
    );
    assert_eq!(sample.read().unwrap_err(), Malformed);
}

#[test]
fn a_past_expiry_fails_whether_covered_or_not() {
    let expires = |covered: &str, at: i64| covering(covered, &format!("expires={at},"));
    let with = "(request-target) host date digest (expires)";
    assert_eq!(expires(with, NOW_SECS), Ok(()));
    assert_eq!(expires(with, NOW_SECS - 1), Err(Expired));
    assert_eq!(expires(ALL, NOW_SECS + 1), Ok(()));
    assert_eq!(expires(ALL, NOW_SECS - 1), Err(Expired));
    assert_eq!(covering(ALL, "expires=soon,"), Err(Malformed));
}

#[test]
fn only_one_signature_may_be_presented() {
    let same_again = |s: &mut Sample| {
        let value = s.headers["signature"].clone();
        s.headers.append("signature", value);
    };
    assert_eq!(changed(same_again), Err(Several));
    // Signature-Input makes RFC 9421 the only one that counts, and the draft's header is not in its form.
    let both = changed(|s| {
        s.set(
            "signature-input",
            r#"sig1=("@method" "@target-uri");created=1;keyid="k""#,
        );
    });
    assert_eq!(both, Err(Malformed));
    assert_eq!(
        changed(|s| drop(s.headers.remove("signature"))),
        Err(Missing)
    );
}

#[test]
fn an_unreadable_signature_is_malformed() {
    let value = |value: &'static str| changed(|s| s.set("signature", value));
    assert_eq!(value(""), Err(Malformed));
    assert_eq!(value("nonsense"), Err(Malformed));
    assert_eq!(
        value(r#"headers="(request-target) host date digest",signature="AAAA""#),
        Err(Malformed)
    );
    assert_eq!(
        value(r#"keyId="",headers="(request-target) host date digest",signature="AAAA""#),
        Err(Malformed)
    );
    assert_eq!(
        value(r#"keyId="k",headers="(request-target) host date digest""#),
        Err(Malformed)
    );
    assert_eq!(
        value(r#"keyId="k",headers="(request-target) host date digest",signature="%""#),
        Err(Malformed)
    );
    assert_eq!(
        value(r#"keyId="k",headers="date date",signature="AAAA""#),
        Err(Malformed)
    );
    assert_eq!(
        value(r#"keyId="k",headers="(request-target) host date digest",signature="""#),
        Err(Mismatch)
    );
    let names = (0..40).fold(String::new(), |list, i| list + &format!("h{i} "));
    let many = format!(r#"keyId="k",signature="AAAA",headers="{names}""#);
    assert_eq!(changed(|s| s.set("signature", &many)), Err(Malformed));
}

#[test]
fn a_forged_request_line_is_malformed() {
    for target in [
        "",
        "inbox",
        "*",
        "/in box",
        "/inbox\nhost: other.example",
        "/ä",
        "https://kith.example/inbox",
    ] {
        assert_eq!(
            changed(|s| s.target = target.into()),
            Err(Malformed),
            "{target}"
        );
    }
    for method in ["", "PO ST", "POST\n"] {
        assert_eq!(
            changed(|s| s.method = method.into()),
            Err(Malformed),
            "{method}"
        );
    }
}

#[test]
fn the_algorithm_must_be_a_known_one_that_fits_the_key() {
    for name in ["rsa-sha256", "hs2019", "HS2019"] {
        let mut sample = Sample::post();
        sample.sign_draft(&RSA, ALL, &format!(r#"algorithm="{name}","#));
        assert_eq!(sample.check(RSA.public()), Ok(()), "{name}");
    }
    for name in [
        "rsa-sha512",
        "rsa-sha1",
        "hmac-sha256",
        "ed25519",
        "none",
        "",
    ] {
        assert_eq!(
            covering(ALL, &format!(r#"algorithm="{name}","#)),
            Err(UnknownAlgorithm),
            "{name}"
        );
    }
    let mut sample = Sample::post();
    sample.sign_draft(&ED25519, ALL, r#"algorithm="hs2019","#);
    assert_eq!(sample.check(ED25519.public()), Ok(()));
    assert_eq!(sample.check(RSA.public()), Err(Mismatch));
    sample.sign_draft(&ED25519, ALL, r#"algorithm="rsa-sha256","#);
    assert_eq!(sample.check(ED25519.public()), Err(BadKey));
}

#[test]
fn a_peer_may_leave_the_query_out_but_not_sign_another() {
    let mut sample = Sample::get("/outbox");
    sample.sign_draft(&ED25519, "(request-target) host date", "");
    sample.target = "/outbox?page=1".into();
    assert_eq!(sample.check(ED25519.public()), Ok(()));
    sample.sign_draft(&ED25519, "(request-target) host date", "");
    assert_eq!(sample.check(ED25519.public()), Ok(()));
    sample.target = "/outbox?page=2".into();
    assert_eq!(sample.check(ED25519.public()), Err(Mismatch));
    sample.target = "/outbox".into();
    assert_eq!(sample.check(ED25519.public()), Err(Mismatch));
}

#[test]
fn repeated_and_padded_headers_are_joined_as_the_draft_says() {
    let mut sample = Sample::get("/people/ada");
    sample.set("accept", "a, b");
    sample.sign_draft(&ED25519, "(request-target) host date accept", "");
    sample.set("accept", "a");
    sample.add("accept", "b ");
    assert_eq!(sample.check(ED25519.public()), Ok(()));
    assert_eq!(
        sample
            .read_at(NOW.plus(std::time::Duration::from_hours(13)))
            .unwrap_err(),
        Stale
    );
}
