//! Whether the author of a post lets somebody answer, quote, like or boost it.

use crate::domain::ids::ActorId;
use crate::domain::interaction::{Deed, Person, Rule, Verdict};
use crate::domain::post::Post;
use crate::store::{self, Conn, follows, posts};

/// What the author of `post` says to `who`. Authors may do everything, and people named in a post may answer it.
pub(super) async fn verdict(
    c: &mut Conn,
    who: ActorId,
    post: &Post,
    deed: Deed,
) -> store::Result<Verdict> {
    let rule = post.policy.rule(deed, post.local, post.audience);
    if post.author == who || rule.automatic.everybody {
        return Ok(Verdict::Allowed);
    }
    if deed == Deed::Answer && is_named(c, who, post).await? {
        return Ok(Verdict::Allowed);
    }
    if rule == Rule::default() {
        return Ok(Verdict::Refused);
    }
    let person = Person {
        follows_author: follows::is_following(c, who, post.author).await?,
        followed_by_author: follows::is_following(c, post.author, who).await?,
    };
    Ok(rule.verdict(person))
}

async fn is_named(c: &mut Conn, who: ActorId, post: &Post) -> store::Result<bool> {
    let named = posts::recipients(c, post.id).await?;
    Ok(named.iter().any(|r| r.actor == who))
}
