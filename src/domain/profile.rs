//! What a person says of themselves, field by field, each with its own audience.

use super::audience::FieldAudience;

words! {
    /// Which part of a profile a field is.
    pub enum FieldKind {
        Pronouns = "pronouns",
        Headline = "headline",
        Role = "role",
        Organisation = "organisation",
        Industry = "industry",
        Place = "place",
        Languages = "languages",
        /// A link, checked by rel=me.
        Link = "link",
        /// A label and a value of the person's own.
        Custom = "custom",
    }
}

impl FieldKind {
    /// The label it is shown and federated under; a custom field or link brings its own.
    #[must_use]
    pub const fn label(self) -> Option<&'static str> {
        match self {
            FieldKind::Pronouns => Some("Pronouns"),
            FieldKind::Headline => Some("Headline"),
            FieldKind::Role => Some("Works as"),
            FieldKind::Organisation => Some("Organisation"),
            FieldKind::Industry => Some("Industry"),
            FieldKind::Place => Some("Place"),
            FieldKind::Languages => Some("Languages"),
            FieldKind::Link | FieldKind::Custom => None,
        }
    }
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileField {
    pub kind: FieldKind,
    /// The label; plain text.
    pub name: String,
    /// Plain text of a local person; HTML (unsafe until sanitised) from elsewhere.
    pub value: String,
    pub audience: FieldAudience,
}
