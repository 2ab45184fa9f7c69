//! Who a presented token speaks for.

use crate::auth::scope::Scopes;
use crate::auth::token::TokenHash;
use crate::domain::actor::{Actor, Role};
use crate::domain::ids::AccountId;
use crate::services::Ctx;
use crate::store::{self, accounts, actors};

/// A local person, as their token proves them.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub account: AccountId,
    pub actor: Actor,
    pub role: Role,
    /// What the token may do.
    pub scopes: Scopes,
}

/// The person whose token hashes to `hash`. `None` when it is unknown or revoked, or the person is suspended or gone.
///
/// A scope that this version does not know grants nothing.
///
/// # Errors
/// When the database fails.
pub async fn by_token(ctx: &Ctx, hash: &TokenHash) -> store::Result<Option<SignedIn>> {
    let mut c = ctx.store.reader().await?;
    let found = accounts::find_by_token(&mut c, hash.to_string().as_bytes()).await?;
    let Some((account, token)) = found else {
        return Ok(None);
    };
    let actor = actors::find(&mut c, account.actor).await?;
    Ok(actor.filter(Actor::is_active).map(|actor| SignedIn {
        account: account.id,
        actor,
        role: account.role,
        scopes: token
            .scopes
            .split_whitespace()
            .filter_map(|scope| scope.parse().ok())
            .collect(),
    }))
}
