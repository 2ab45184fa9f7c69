//! Numbers and yes-or-no values.

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;

/// A finite number, also from a numeric string.
pub(crate) fn float_of(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// Reads a count of things: a whole number from zero up; fractions are cut off, larger numbers end at `u32::MAX`.
pub(crate) fn count<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u32>, D::Error> {
    Ok(whole_of(&Value::deserialize(d)?).map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
}

/// Reads a whole number from zero up.
pub(crate) fn whole<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u64>, D::Error> {
    Ok(whole_of(&Value::deserialize(d)?))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, which is what is wanted"
)]
fn whole_of(value: &Value) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    float_of(value)
        .filter(|number| *number >= 0.0)
        .map(|number| number as u64)
}

/// Reads yes or no, also from `"true"`, `"false"`, 1 and 0.
pub(crate) fn flag<'de, D: Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(d)? {
        Value::Bool(flag) => Some(flag),
        Value::Number(number) => number.as_u64().and_then(|number| match number {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    })
}
