use super::AccountError;
use super::build::{email, name};

#[test]
fn mail_addresses_are_taken_as_they_are_but_for_the_case_of_the_host() {
    assert_eq!(email(" Ada@Example.ORG ").unwrap(), "Ada@example.org");
    assert_eq!(email("a+b@localhost").unwrap(), "a+b@localhost");
    for wrong in [
        "",
        "ada",
        "@x.org",
        "ada@",
        "a b@x.org",
        "a@x.org\r\nBcc: b@y.org",
        "a@.org",
    ] {
        assert!(
            matches!(email(wrong), Err(AccountError::Email)),
            "{wrong:?}"
        );
    }
}

#[test]
fn a_name_is_one_line_and_falls_back_to_the_handle() {
    assert_eq!(name("  ", "ada", 100).unwrap(), "ada");
    assert_eq!(name(" Ada Lovelace ", "ada", 100).unwrap(), "Ada Lovelace");
    assert!(name("a\nb", "ada", 100).is_err());
    assert!(name("abcd", "ada", 3).is_err());
}
