//! QR codes, drawn as one path of an inline SVG.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Empty modules around the code; readers ask for four.
const MARGIN: usize = 4;

/// A QR code for a template: `<svg viewBox="0 0 {{ size }} {{ size }}"><path d="{{ path }}"/></svg>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Qr {
    /// Modules from side to side, with the margin.
    pub(super) size: usize,
    /// The dark modules; numbers and letters only.
    pub(super) path: String,
}

/// The code that says `text`; `None` where it is too long for one.
pub(super) fn code(text: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (at % width + MARGIN, at / width + MARGIN);
            write!(path, "M{x} {y}h1v1h-1z").ok()?;
        }
    }
    Some(Qr {
        size: width + 2 * MARGIN,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn a_code_is_a_square_with_a_margin_and_three_corners() {
        let qr = code("otpauth://totp/x?secret=A").unwrap();
        assert!(qr.size > 29 && (qr.size - 8) % 4 == 1, "{}", qr.size);
        assert!(qr.path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"));
        assert!(code(&"x".repeat(10_000)).is_none());
    }
}
