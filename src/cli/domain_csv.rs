//! Domain rules in the CSV form that Mastodon's admin pages write and read.

use crate::domain::moderation::{DomainAction, DomainRule};

const HEADER: [&str; 6] = [
    "#domain",
    "#severity",
    "#reject_media",
    "#reject_reports",
    "#public_comment",
    "#obfuscate",
];

/// What a file held.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) rules: Vec<DomainRule>,
    /// Lines that say nothing we could do: severity `noop`, or no domain.
    pub(super) skipped: usize,
}

/// Reads a file with a header line; also one with nothing but a domain in each line, which blocks them all.
pub(super) fn read(bytes: &[u8]) -> Result<Read, csv::Error> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut columns: Vec<String> = vec!["domain".to_owned()];
    let mut read = Read {
        rules: Vec::new(),
        skipped: 0,
    };
    for (line, record) in reader.records().enumerate() {
        let record = record?;
        let first = record
            .get(0)
            .unwrap_or_default()
            .trim_start_matches('\u{feff}');
        if line == 0 && matches!(first, "#domain" | "domain") {
            let name = |field: &str| field.trim_start_matches(['\u{feff}', '#']).to_owned();
            columns = record.iter().map(name).collect();
            continue;
        }
        let field = |wanted: &str| {
            let at = columns.iter().position(|name| name == wanted)?;
            record.get(at)
        };
        let action = match field("severity") {
            Some("silence" | "limit") => Some(DomainAction::Limit),
            Some("suspend" | "block" | "") | None => Some(DomainAction::Block),
            Some(_) => None,
        };
        match (action, field("domain").filter(|domain| !domain.is_empty())) {
            (Some(action), Some(domain)) => read.rules.push(DomainRule {
                domain: domain.to_owned(),
                action,
                public_comment: field("public_comment").unwrap_or_default().to_owned(),
                private_comment: String::new(),
            }),
            _ => read.skipped += 1,
        }
    }
    Ok(read)
}

/// Writes blocks and limits; what is only allowed has no place in this form.
pub(super) fn write(rules: &[DomainRule]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for rule in rules {
        let (severity, media) = match rule.action {
            DomainAction::Block => ("suspend", "true"),
            DomainAction::Limit => ("silence", "false"),
            DomainAction::Allow => continue,
        };
        let comment = inert(&rule.public_comment);
        writer.write_record([&rule.domain, severity, media, media, &comment, "false"])?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// A spreadsheet must not take a comment for a formula.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::domain::moderation::DomainAction;

    const FILE: &[u8] = b"#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
        bad.example,suspend,true,true,\"spam, lots\",false\nloud.example,silence,false,false,,false\n\
        fine.example,noop,false,false,,false\n";

    #[test]
    fn suspend_is_a_block_silence_a_limit_and_noop_nothing() {
        let found = read(FILE).unwrap();
        let seen: Vec<_> = found
            .rules
            .iter()
            .map(|r| (r.domain.as_str(), r.action))
            .collect();
        assert_eq!(
            seen,
            [
                ("bad.example", DomainAction::Block),
                ("loud.example", DomainAction::Limit)
            ]
        );
        assert_eq!(
            (found.rules[0].public_comment.as_str(), found.skipped),
            ("spam, lots", 1)
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let rules = read(FILE).unwrap().rules;
        assert_eq!(read(&write(&rules).unwrap()).unwrap().rules, rules);
    }

    #[test]
    fn a_bare_list_of_domains_blocks_them() {
        let found = read(b"one.example\ntwo.example\n").unwrap();
        assert_eq!(found.rules.len(), 2);
        assert!(
            found
                .rules
                .iter()
                .all(|rule| rule.action == DomainAction::Block)
        );
    }

    #[test]
    fn no_cell_starts_a_formula() {
        let mut rules = read(b"one.example\n").unwrap().rules;
        rules[0].public_comment = "=HYPERLINK(1)".to_owned();
        assert!(
            String::from_utf8(write(&rules).unwrap())
                .unwrap()
                .contains(",'=HYPERLINK(1),")
        );
    }
}
