//! Printing tables for people and JSON for programs.

use std::io::{self, Write as _};

use serde::Serialize;

/// Prints `value` as one line of JSON.
pub(super) fn json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Prints one line. A reader that has gone away is no fault.
pub(super) fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{}", plain(text)) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// An error with what caused it, each thing said once: some errors repeat their cause in their own words.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = cause.source();
    }
    text
}

/// Prints rows in columns under their titles.
pub(super) fn table<const N: usize>(titles: [&str; N], rows: &[[String; N]]) -> anyhow::Result<()> {
    let mut widths = titles.map(|title| title.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let lines = std::iter::once(titles.map(str::to_owned)).chain(rows.iter().cloned());
    for cells in lines {
        let padded: Vec<String> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        line(padded.join("  ").trim_end())?;
    }
    Ok(())
}

/// Names and reasons come from anywhere: what would steer a terminal is not printed.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{causes, plain};

    #[derive(Debug, thiserror::Error)]
    #[error("the file cannot be read: {0}")]
    struct Twice(#[source] std::io::Error);

    #[test]
    fn a_cause_is_told_once() {
        let error = Twice(std::io::Error::other("no such file"));
        assert_eq!(causes(&error), "the file cannot be read: no such file");
    }

    #[test]
    fn nothing_printed_steers_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\tc"), "a\u{fffd}[2Jb\tc");
    }
}
