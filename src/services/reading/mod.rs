//! What a viewer may see, gathered for showing: the one place that pages, the client API and feeds read from.
//!
//! Every function takes the viewer (`None` for strangers) and leaves out what they may not see, so that no
//! representation has to think of it.

mod attendees;
mod counts;
mod directory;
mod events;
mod eyes;
mod figures;
mod lists;
mod marks;
mod notifications;
mod people;
mod polls;
mod posts;
mod private;
mod quotes;
mod timelines;
mod wall;

pub use crate::store::Error as ReadError;
pub use crate::store::notifications::Wanted;
pub use crate::store::timelines::Page;
pub use attendees::{Attendee, Waiting, attendees, waiting};
pub use counts::{Counts, KnownCounts, counts};
pub use directory::{actor_by_uri, directory, was_public};
pub use events::{EventView, event, event_by_uri, upcoming_events, upcoming_events_of};
pub use figures::{Week, peers, wanted, weeks};
pub use lists::{
    Listed, actor, actor_at, actors_by_id, boosted_by, follow_requests, followers, following,
    groups, liked_by, local_totals,
};
pub use marks::Marks;
pub use notifications::{NotificationView, notification, notifications};
pub use people::{
    ProfileView, Relationship, find_actor, profile, profile_lately, relationships, search,
};
pub use polls::{PollView, poll};
pub use posts::{PostView, Thread, post, post_by_uri, thread};
pub use private::{
    ConversationView, blocks, conversation, conversations, domain_blocks, endorsed,
    familiar_followers, list_members, mutes, notification_requests, versions,
};
pub use quotes::{Quotable, QuoteView, quoting};
pub use timelines::{
    Kept, bookmarks, by_author, favourites, home, of_list, pinned, popular, public, tagged,
};
pub use wall::{Wall, wall};
