//! The first look at a hostile document: how deep and how wide it is, before anything is built from it.

use super::ParseError;

/// Limits on the shape of a JSON document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Deepest nesting of objects and arrays. A document with one object has depth 1.
    pub depth: usize,
    /// Most members of one object or array.
    pub width: usize,
}

impl Default for Shape {
    /// 32 levels (`limits.json_depth`) and 10,000 members.
    fn default() -> Self {
        Shape {
            depth: 32,
            width: 10_000,
        }
    }
}

/// Scans `bytes` once and stops at the first place that is too deep or too wide. Does not check that it is JSON: what
/// is not will be refused by the parser that comes next, which can then neither recurse nor allocate without bound.
///
/// # Errors
/// [`ParseError::TooDeep`] and [`ParseError::TooWide`], with the limit that was passed.
pub fn check_shape(bytes: &[u8], limits: Shape) -> Result<(), ParseError> {
    let mut commas: Vec<usize> = Vec::with_capacity(limits.depth.min(64));
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => skip_string(&mut rest),
            b'{' | b'[' => {
                if commas.len() >= limits.depth {
                    return Err(ParseError::TooDeep(limits.depth));
                }
                commas.push(1);
            }
            b'}' | b']' => {
                commas.pop();
            }
            b',' => {
                if let Some(members) = commas.last_mut() {
                    *members += 1;
                    if *members > limits.width {
                        return Err(ParseError::TooWide(limits.width));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Moves past the end of a string whose opening quote has been read.
fn skip_string(rest: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                rest.next();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> Vec<u8> {
        [b"[".repeat(depth), b"]".repeat(depth)].concat()
    }

    #[test]
    fn nesting_is_allowed_up_to_the_limit_and_not_beyond() {
        assert!(check_shape(&nested(32), Shape::default()).is_ok());
        assert!(matches!(
            check_shape(&nested(33), Shape::default()),
            Err(ParseError::TooDeep(32))
        ));
        assert!(matches!(
            check_shape(&b"[".repeat(1_000_000), Shape::default()),
            Err(ParseError::TooDeep(32))
        ));
    }

    #[test]
    fn members_are_counted_for_each_container_alone() {
        let limits = Shape { depth: 4, width: 3 };
        assert!(check_shape(b"[[1,2,3],[1,2,3],[1,2,3]]", limits).is_ok());
        assert!(matches!(
            check_shape(br#"{"a":1,"b":2,"c":3,"d":4}"#, limits),
            Err(ParseError::TooWide(3))
        ));
    }

    #[test]
    fn brackets_and_commas_inside_strings_do_not_count() {
        let limits = Shape { depth: 1, width: 1 };
        assert!(check_shape(br#"["[[,,\"[,\\"]"#, limits).is_ok());
        assert!(check_shape(br#"["never closed \"#, limits).is_ok());
    }
}
