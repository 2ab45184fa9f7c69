//! What others see: the documents that cross the wire, as serde types.
//!
//! Belongs here: reading documents of other servers (lenient) and writing ours (strict), WebFinger, NodeInfo and
//! host-meta, and the conversions from and to `domain`. Does not belong here: fetching, signatures, deciding whether a
//! document may be believed (`federation`), cleaning HTML (`text`), and anything that knows a database type. Strings are
//! handed on as they came, except that NUL characters are removed.

pub mod activitystreams;
