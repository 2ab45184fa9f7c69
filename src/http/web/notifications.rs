//! `/notifications`: what one was told, and who asks to follow.

use askama::Template;
use axum::extract::{Query, State};

use super::Older;
use super::actor_card::ActorCard;
use super::frame::Frame;
use super::pages::{PageResult, show};
use super::post_card::{Extent, PostCard};
use super::signed_in::SignedIn;
use super::when::{When, moment};
use crate::domain::ids::ActorId;
use crate::domain::notification::NotificationKind;
use crate::domain::uris::Uris;
use crate::http::AppState;
use crate::services::reading::{self, NotificationView, Page, Wanted};

const NOTIFICATIONS: i64 = 30;
const REQUESTS: i64 = 40;

#[derive(Template)]
#[template(path = "notifications.html")]
struct NotificationsPage {
    frame: Frame,
    form_token: String,
    asking: Vec<(ActorId, ActorCard)>,
    told: Vec<Told>,
    older: Option<i64>,
}

struct Told {
    from: ActorCard,
    did: &'static str,
    at: When,
    post: Option<PostCard>,
    /// Title and page.
    event: Option<(String, String)>,
}

impl Told {
    fn of(uris: &Uris, view: &NotificationView) -> Told {
        let post = view.post.as_ref();
        Told {
            from: ActorCard::of(uris, &view.from),
            did: did(view.notification.kind),
            at: moment(view.notification.created_at),
            post: post.map(|post| PostCard::of(uris, post, Extent::Beginning)),
            event: view.event.as_ref().map(|view| {
                (
                    view.event.title.clone(),
                    format!("/events/{}", view.event.id),
                )
            }),
        }
    }
}

fn did(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Follow => "follows you",
        NotificationKind::FollowRequest => "asks to follow you",
        NotificationKind::Mention => "named you",
        NotificationKind::Favourite => "likes your post",
        NotificationKind::Reblog => "boosted your post",
        NotificationKind::Status => "posted",
        NotificationKind::Poll => "asked, and the poll is over",
        NotificationKind::Quote => "quoted your post",
        NotificationKind::Invitation => "invites you",
        NotificationKind::Participation => "answered your invitation",
        NotificationKind::ParticipationAnswered => "answered your request",
    }
}

/// `GET /notifications`
pub(super) async fn show_notifications(
    State(app): State<AppState>,
    who: SignedIn,
    Query(older): Query<Older>,
) -> PageResult {
    let (ctx, me) = (&app.ctx, who.actor.id);
    let page = Page {
        max: older.before,
        ..Page::first(NOTIFICATIONS)
    };
    let found = reading::notifications(ctx, me, Wanted::default(), page).await?;
    let asking = reading::follow_requests(ctx, me, None, REQUESTS).await?;
    let last = found.last().map(|view| view.notification.id.0);
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count >= NOTIFICATIONS);
    let page = NotificationsPage {
        form_token: who.form_token().to_owned(),
        frame: Frame {
            indexed: false,
            ..Frame::of(&app, &who.into(), "Notifications", "/notifications")
        },
        asking: asking
            .iter()
            .map(|one| (one.actor.id, ActorCard::of(&ctx.uris, &one.actor)))
            .collect(),
        told: found.iter().map(|view| Told::of(&ctx.uris, view)).collect(),
        older: last.filter(|_| is_full),
    };
    show(&page)
}
