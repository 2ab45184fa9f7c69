//! Types and rules: no IO, no async, no wire names. Everything that decides is a function of its arguments.

/// An enum whose values are stored and sent as fixed words.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All values, in the order they are declared.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word it is stored and sent as.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The value of a word; `None` for any other.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub mod actor;
pub mod audience;
pub mod authority;
pub mod clock;
pub mod delivery;
pub mod event;
pub mod follow;
pub mod handle;
pub mod ids;
pub mod keys;
pub mod lane;
pub mod moderation;
pub mod notification;
pub mod outgoing;
pub mod participation;
pub mod post;
pub mod profile;
pub mod uris;
