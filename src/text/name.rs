//! Names and titles: one line of plain text that cannot pretend to be something else.

/// Signs that stack on one letter beyond what a language needs cover the lines around them.
const MAX_MARKS: usize = 3;

/// `text` as a name: no control, bidirectional override or invisible characters, white space collapsed to single
/// spaces, none at the ends, at most `max_chars` characters. Empty if nothing visible remains.
///
/// The result is text, not HTML: whoever shows it escapes it.
#[must_use]
pub fn clean_name(text: &str, max_chars: usize) -> String {
    let mut name = String::new();
    let (mut chars, mut marks, mut gap) = (0, 0, false);
    for c in text.chars().filter(|c| !is_dropped(*c)) {
        if is_blank(c) {
            gap = chars > 0;
            continue;
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks > MAX_MARKS {
            continue;
        }
        let needed = 1 + usize::from(gap);
        if chars + needed > max_chars {
            break;
        }
        if gap {
            name.push(' ');
        }
        name.push(c);
        chars += needed;
        gap = false;
    }
    // A joiner joins two things; at the ends it only makes two equal names different.
    name.trim_matches(|c| is_joiner(c) || c == ' ').to_owned()
}

/// Characters that change how their neighbours are read without being seen themselves (Unicode TR36 §2.10, TR9 §2).
fn is_dropped(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// White space, and letters that look like it.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
        )
}

/// Zero-width joiner and non-joiner: emoji and several scripts need them inside a word.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// The blocks of combining marks that no script of daily life piles up.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::clean_name;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in [
            "Ada Lovelace",
            "Zoë Müller-Lüdenscheidt",
            "李小龙",
            "محمد",
            "👩‍💻 Grace",
            "<b>Bold</b> & co",
            "می‌خواهم",
        ] {
            assert_eq!(clean_name(name, 100), name);
        }
    }

    #[test]
    fn invisible_and_reordering_characters_go() {
        assert_eq!(
            clean_name("ad\u{202e}min\u{2066}\u{200b}\u{0}\u{7}\u{feff}", 100),
            "admin"
        );
        assert_eq!(clean_name("\u{3164}\u{2800}\u{200d} \u{e0041}", 100), "");
        assert_eq!(clean_name("Ada\u{200d}", 100), "Ada");
    }

    #[test]
    fn white_space_is_single_and_inside_only() {
        assert_eq!(
            clean_name("  Ada\r\n\t Love\u{a0}\u{2028}lace ", 100),
            "Ada Love lace"
        );
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(clean_name("ééééé", 3), "ééé");
        assert_eq!(clean_name("ab cd", 3), "ab");
        assert_eq!(clean_name("ab", 0), "");
    }

    #[test]
    fn piled_up_marks_are_cut() {
        let tall = format!("a{}b", "\u{301}".repeat(50));
        assert_eq!(clean_name(&tall, 100), "a\u{301}\u{301}\u{301}b");
    }

    proptest! {
        #[test]
        fn a_clean_name_is_clean_and_short(text in "\\PC{0,60}|[\\x00-\\x20a\u{202e}\u{200d}\u{3164}\u{301}]{0,60}", max in 0_usize..40) {
            let name = clean_name(&text, max);
            prop_assert_eq!(&clean_name(&name, max), &name);
            prop_assert!(name.chars().count() <= max);
            prop_assert!(!name.chars().any(char::is_control));
        }
    }
}
