//! The story: what people on the two instances do, each step looked at from the other side before it is told.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::domain::clock::{Clock as _, SystemClock};

use super::phone::{Phone, entry, text, until};
use super::seed::day;
use crate::cli::print;

/// The group on alpha that the story is about.
const GROUP: &str = "climb_berlin";

/// Those who act.
pub(super) struct Cast {
    /// Draws maps; lives on alpha.
    pub(super) maria: Phone,
    /// Organizes the climbing group on alpha.
    pub(super) aylin: Phone,
    /// Builds bridges; lives on beta.
    pub(super) jonas: Phone,
}

/// Plays the story from its beginning to its end.
///
/// # Errors
/// The first step that did not really happen.
pub(super) async fn play(cast: &Cast) -> anyhow::Result<()> {
    let mut teller = Teller(0);
    Box::pin(meet(cast, &mut teller)).await?;
    Box::pin(join_group(cast, &mut teller)).await?;
    let post = Box::pin(write(cast, &mut teller)).await?;
    Box::pin(reply(cast, &mut teller, &post)).await?;
    let event = Box::pin(organize(cast, &mut teller)).await?;
    Box::pin(invite(cast, &mut teller, &event)).await?;
    Box::pin(accept(cast, &mut teller, &event)).await
}

/// Numbers the steps.
struct Teller(u32);

impl Teller {
    fn tell(&mut self, step: &str, link: &str) -> anyhow::Result<()> {
        self.0 += 1;
        print::line(&format!("{:>2}. {step}", self.0))?;
        print::line(&format!("    {link}"))
    }
}

/// One thing as each of the two instances numbers it.
struct Twin {
    uri: String,
    alpha: String,
    beta: String,
}

/// Jonas finds `handle` from beta and follows it; waits until both sides agree. Answers its address.
async fn follow(cast: &Cast, name: &str) -> anyhow::Result<String> {
    let jonas = &cast.jonas;
    let handle = cast.maria.handle().replace(cast.maria.name(), name);
    let query = [
        ("q", handle.as_str()),
        ("resolve", "true"),
        ("type", "accounts"),
    ];
    let found = jonas.get("/api/v2/search", &query).await?;
    let id = text(&found, "/accounts/0/id").with_context(|| format!("{handle} is not found"))?;
    let uri = text(&found, "/accounts/0/uri")?;
    let path = format!("/api/v1/accounts/{id}/follow");
    jonas.post(&path, &json!({})).await?;
    until(&format!("{handle} accepts Jonas"), async || {
        let answer = jonas
            .get("/api/v1/accounts/relationships", &[("id[]", id)])
            .await?;
        let following = answer.pointer("/0/following") == Some(&Value::Bool(true));
        Ok(following.then_some(()))
    })
    .await?;
    let theirs = cast
        .maria
        .get("/api/v1/accounts/lookup", &[("acct", name)])
        .await?;
    let path = format!("/api/v1/accounts/{}/followers", text(&theirs, "/id")?);
    until(
        &format!("alpha lists Jonas as a follower of {handle}"),
        async || {
            let followers = cast.maria.get(&path, &[("limit", "80")]).await?;
            Ok(entry(&followers, "/acct", &jonas.acct()).map(|_| ()))
        },
    )
    .await?;
    Ok(uri.to_owned())
}

async fn meet(cast: &Cast, teller: &mut Teller) -> anyhow::Result<()> {
    let uri = follow(cast, cast.maria.name()).await?;
    teller.tell(
        &format!(
            "Jonas in Hamburg searches {} and follows her. Both instances agree.",
            cast.maria.handle()
        ),
        &uri,
    )
}

async fn join_group(cast: &Cast, teller: &mut Teller) -> anyhow::Result<()> {
    let uri = follow(cast, GROUP).await?;
    teller.tell(
        "Jonas follows the group Climb Berlin, and so becomes a member of it.",
        &uri,
    )
}

async fn write(cast: &Cast, teller: &mut Teller) -> anyhow::Result<Twin> {
    let (maria, jonas) = (&cast.maria, &cast.jonas);
    let said = "First week with the new wall map of the Kiez. Found **three** courtyards I had never been in.\n\nWho wants to walk them with me? #maps #walking";
    let post = maria
        .post(
            "/api/v1/statuses",
            &json!({ "status": said, "language": "en" }),
        )
        .await?;
    let uri = text(&post, "/uri")?;
    let beta = until("Maria's post arrives in Jonas's timeline", async || {
        let home = jonas
            .get("/api/v1/timelines/home", &[("limit", "40")])
            .await?;
        let seen = entry(&home, "/uri", uri).map(|post| text(post, "/id").map(str::to_owned));
        seen.transpose()
    })
    .await?;
    teller.tell(
        "Maria in Berlin writes a post; it stands in Jonas's home timeline in Hamburg.",
        uri,
    )?;
    Ok(Twin {
        uri: uri.to_owned(),
        alpha: text(&post, "/id")?.to_owned(),
        beta,
    })
}

async fn reply(cast: &Cast, teller: &mut Teller, post: &Twin) -> anyhow::Result<()> {
    let (maria, jonas) = (&cast.maria, &cast.jonas);
    let said = format!(
        "{} I do! I am in Berlin from Tuesday, with a dog who likes courtyards.",
        maria.handle()
    );
    let body = json!({ "status": said, "in_reply_to_id": post.beta, "language": "en" });
    let reply = jonas.post("/api/v1/statuses", &body).await?;
    let uri = text(&reply, "/uri")?;
    let path = format!("/api/v1/statuses/{}/context", post.alpha);
    until("Jonas's reply arrives under Maria's post", async || {
        let thread = maria.get(&path, &[]).await?;
        let below = thread
            .get("descendants")
            .context("a thread without descendants")?;
        Ok(entry(below, "/uri", uri).map(|_| ()))
    })
    .await?;
    until("Maria is told of the reply", async || {
        let told = maria
            .get("/api/v1/notifications", &[("types[]", "mention")])
            .await?;
        Ok(entry(&told, "/status/uri", uri).map(|_| ()))
    })
    .await?;
    teller.tell(
        "Jonas replies; Maria is told, and the reply stands under her post in Berlin.",
        &post.uri,
    )
}

async fn organize(cast: &Cast, teller: &mut Teller) -> anyhow::Result<Twin> {
    let (aylin, jonas) = (&cast.aylin, &cast.jonas);
    let group = aylin
        .get("/api/v1/accounts/lookup", &[("acct", GROUP)])
        .await?;
    let starts = day(SystemClock.now(), 3).plus(std::time::Duration::from_hours(17));
    let ends = starts.plus(std::time::Duration::from_hours(3));
    let body = json!({
        "title": "Bouldering for beginners",
        "description": "Four seats, four people, one wall. Shoes can be borrowed at the desk.\n\nAfterwards *lentil soup* next door. #bouldering",
        "start_time": starts.rfc3339(),
        "end_time": ends.rfc3339(),
        "timezone": "Europe/Berlin",
        "capacity": 4,
        "group_id": text(&group, "/id")?,
        "place": { "name": "Südwand Boulderhalle", "street": "Beispielstraße 7", "city": "Berlin", "country": "DE", "disclosure": "everyone" },
    });
    let event = aylin.post("/api/v1/events", &body).await?;
    let uri = text(&event, "/uri")?;
    let beta = until("the event arrives on beta", async || {
        let events = jonas.get("/api/v1/events", &[("limit", "40")]).await?;
        let seen = entry(&events, "/uri", uri);
        ensure!(
            seen.is_none_or(|event| event.get("capacity") == Some(&json!(4))),
            "the event on beta has not four seats"
        );
        seen.map(|event| text(event, "/id").map(str::to_owned))
            .transpose()
    })
    .await?;
    teller.tell(
        "Aylin publishes an event of Climb Berlin with four seats; beta lists it too.",
        uri,
    )?;
    Ok(Twin {
        uri: uri.to_owned(),
        alpha: text(&event, "/id")?.to_owned(),
        beta,
    })
}

async fn invite(cast: &Cast, teller: &mut Teller, event: &Twin) -> anyhow::Result<()> {
    let (aylin, jonas) = (&cast.aylin, &cast.jonas);
    let path = format!("/api/v1/events/{}/invite", event.alpha);
    aylin
        .post(&path, &json!({ "handles": [jonas.handle()] }))
        .await?;
    until("Jonas is told of the invitation", async || {
        let told = jonas
            .get("/api/v1/notifications", &[("types[]", "invitation")])
            .await?;
        Ok(entry(&told, "/event/uri", &event.uri).map(|_| ()))
    })
    .await?;
    let seen = jonas
        .get(&format!("/api/v1/events/{}", event.beta), &[])
        .await?;
    ensure!(
        text(&seen, "/own_participation/status")? == "invited",
        "beta does not show Jonas as invited"
    );
    teller.tell(
        &format!(
            "Aylin invites {}; Jonas is told in Hamburg.",
            jonas.handle()
        ),
        &jonas.address(&format!("/events/{}", event.beta)),
    )
}

async fn accept(cast: &Cast, teller: &mut Teller, event: &Twin) -> anyhow::Result<()> {
    let (aylin, jonas) = (&cast.aylin, &cast.jonas);
    let here = format!("/api/v1/events/{}", event.beta);
    jonas
        .post(&format!("{here}/join"), &json!({ "answer": "going" }))
        .await?;
    let guests = format!("/api/v1/events/{}/attendees", event.alpha);
    until("alpha lists Jonas as going", async || {
        let list = aylin.get(&guests, &[("status", "going")]).await?;
        Ok(entry(&list, "/account/acct", &jonas.acct()).map(|_| ()))
    })
    .await?;
    let hosted = aylin
        .get(&format!("/api/v1/events/{}", event.alpha), &[])
        .await?;
    ensure!(
        hosted.get("going_count") == Some(&json!(1)),
        "alpha does not count one guest"
    );
    until("beta hears that Jonas has a seat", async || {
        let seen = jonas.get(&here, &[]).await?;
        let status = seen.pointer("/own_participation/status");
        Ok((status == Some(&json!("going"))).then_some(()))
    })
    .await?;
    teller.tell(
        "Jonas answers \"going\"; Berlin gives him one of the four seats and Hamburg knows it.",
        &event.uri,
    )
}
