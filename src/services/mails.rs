//! What this instance writes to people: a row in the transaction that causes it, words and secret when it is sent.
//!
//! No secret waits in the database: the row says what about and to whom, and the secret of a link is made when the mail
//! leaves. A mail that is sent twice holds two secrets of which the second counts.

use serde::{Deserialize, Serialize};

use crate::auth::token::Token;
use crate::domain::account::{Account, Purpose};
use crate::domain::ids::{AccountId, SignUpId};
use crate::domain::mail::Mail;
use crate::store::{self, Conn, account_secrets, accounts, actors, jobs, sign_ups};

use super::{Chance, Ctx};

/// The kind of the job that sends a mail.
pub const JOB: &str = "send-mail";

/// What a mail is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case")]
pub enum Notice {
    /// To whoever asked for an account: the address has to be confirmed.
    ConfirmSignUp { sign_up: SignUpId },
    /// To whoever asked twice: the moderators have it.
    StillWaiting { sign_up: SignUpId },
    /// Somebody typed the address of this account where a new one was asked for.
    AddressInUse { account: AccountId },
    /// There is an account now.
    Welcome { account: AccountId },
    /// There will be none.
    Declined { email: String },
    /// A link for setting a new password.
    ResetPassword { account: AccountId },
    /// To the new address: it has to be confirmed.
    ConfirmEmail { account: AccountId },
    /// To the old address, when another one counts from now on.
    EmailChanged { account: AccountId, old: String },
    /// The password is another one, or the second factor was turned off.
    SecurityChanged { account: AccountId },
    /// The account can be logged in to with another passkey.
    PasskeyAdded { account: AccountId },
    /// One of its passkeys counts no more.
    PasskeyRemoved { account: AccountId },
}

/// A notice as it stands in its row.
#[derive(Serialize)]
struct Numbered<'a> {
    id: i64,
    #[serde(flatten)]
    notice: &'a Notice,
}

/// Stores that a mail is to be sent. Ring `wake.jobs` after the commit.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(ctx: &Ctx, tx: &mut Conn, notice: &Notice) -> store::Result<()> {
    // With a number: the same thing may have to be written again while one is under way, or was given up.
    let id = ctx.id();
    let row = Numbered { id, notice };
    let payload = serde_json::to_string(&row).unwrap_or_default();
    jobs::insert(tx, id, JOB, &payload, ctx.now()).await
}

/// The mail of a notice; `None` when it has become pointless: the account is gone, the sign-up decided.
///
/// # Errors
/// When the database fails.
pub async fn write(ctx: &Ctx, site: &str, notice: &Notice) -> store::Result<Option<Mail>> {
    let secret = Token::generate(&mut Chance(&*ctx.random));
    let desk = Desk {
        ctx,
        site,
        secret: &secret,
    };
    ctx.store
        .transaction(async |tx| desk.write(tx, notice).await)
        .await
}

/// What mails are written with.
#[derive(Clone, Copy)]
struct Desk<'a> {
    ctx: &'a Ctx,
    site: &'a str,
    secret: &'a Token,
}

impl Desk<'_> {
    async fn write(&self, tx: &mut Conn, notice: &Notice) -> store::Result<Option<Mail>> {
        match notice {
            Notice::ConfirmSignUp { sign_up } => self.confirm_sign_up(tx, *sign_up).await,
            Notice::StillWaiting { sign_up } => {
                let found = sign_ups::find(tx, *sign_up).await?;
                Ok(found.map(|new| self.mail(&new.email, "your request is waiting", WAITING)))
            }
            Notice::Declined { email } => Ok(Some(self.mail(
                email,
                "your request for an account",
                DECLINED,
            ))),
            Notice::ResetPassword { account } => {
                self.secret(tx, (*account, Purpose::ResetPassword)).await
            }
            Notice::ConfirmEmail { account } => {
                self.secret(tx, (*account, Purpose::ChangeEmail)).await
            }
            Notice::AddressInUse { account }
            | Notice::Welcome { account }
            | Notice::EmailChanged { account, .. }
            | Notice::SecurityChanged { account }
            | Notice::PasskeyAdded { account }
            | Notice::PasskeyRemoved { account } => {
                let Some(account) = accounts::find(tx, *account).await? else {
                    return Ok(None);
                };
                let name = self.name_of(tx, &account).await?;
                Ok(self.news(notice, &account, &name))
            }
        }
    }

    /// What says nothing secret.
    fn news(&self, notice: &Notice, account: &Account, name: &str) -> Option<Mail> {
        let at = |path: &str| self.ctx.uris.at(path);
        let to = &account.email;
        match notice {
            Notice::AddressInUse { .. } => Some(self.mail(to, "you have an account already", &format!(
                "somebody asked for an account with this mail address, or wanted to use it for theirs.\n\
                It belongs to the account {name}.\n\n\
                If it was you, log in:\n{}\nor set a new password:\n{}\n\n\
                If it was not you, there is nothing to do.\n",
                at("/log-in"), at("/password/reset")
            ))),
            Notice::Welcome { .. } => Some(self.mail(to, "your account is ready", &format!(
                "welcome, {name}. Your account is ready. Log in here:\n{}\n", at("/log-in")
            ))),
            Notice::EmailChanged { old, .. } => Some(self.mail(old, "another mail address", &format!(
                "the account {name} uses another mail address from now on; this one counts no more.\n\n\
                If it was not you, write to the people who run this server at once:\n{}\n",
                at("/about")
            ))),
            Notice::SecurityChanged { .. } => Some(self.mail(to, "the log-in of your account changed", &format!(
                "the way to log in to the account {name} was changed: its password, or the codes beside it.\n\n\
                If it was not you, set a new password at once:\n{}\n",
                at("/password/reset")
            ))),
            Notice::PasskeyAdded { .. } => Some(self.mail(to, "a passkey was added to your account", &format!(
                "a passkey was added to the account {name}. It logs in without the password.\n\n\
                If it was not you, set a new password at once:\n{}\nand then remove the passkeys that are not \
                yours, because they go on counting:\n{}\n",
                at("/password/reset"), at("/settings/security")
            ))),
            Notice::PasskeyRemoved { .. } => Some(self.mail(to, "a passkey of your account was removed", &format!(
                "a passkey of the account {name} was removed and counts no more.\n\n\
                If it was not you, set a new password at once:\n{}\n",
                at("/password/reset")
            ))),
            _ => None,
        }
    }

    async fn confirm_sign_up(&self, tx: &mut Conn, id: SignUpId) -> store::Result<Option<Mail>> {
        let hash = self.secret.hash().to_string();
        let Some(new) = sign_ups::find(tx, id).await? else {
            return Ok(None);
        };
        if !sign_ups::set_hash(tx, id, hash.as_bytes()).await? {
            return Ok(None);
        }
        let text = format!(
            "somebody, you perhaps, asked for an account with this mail address. To go on, open this page within a \
            day and type the password you chose:\n{}\n\n\
            If it was not you, there is nothing to do: without this page there will be no account.\n",
            self.link("/sign-up/confirm")
        );
        Ok(Some(self.mail(
            &new.email,
            "confirm your mail address",
            &text,
        )))
    }

    /// A mail with the link of a secret that was asked for.
    async fn secret(
        &self,
        tx: &mut Conn,
        (account, purpose): (AccountId, Purpose),
    ) -> store::Result<Option<Mail>> {
        let now = self.ctx.now();
        let asked = account_secrets::find_of(tx, account, purpose).await?;
        let account = accounts::find(tx, account).await?;
        let (Some(asked), Some(account)) = (asked, account) else {
            return Ok(None);
        };
        if asked.expires_at <= now || account.suspended_at.is_some() {
            return Ok(None);
        }
        let hash = self.secret.hash().to_string();
        account_secrets::put(tx, &asked, hash.as_bytes()).await?;
        let name = self.name_of(tx, &account).await?;
        Ok(Some(if purpose == Purpose::ChangeEmail {
            self.mail(&asked.detail, "confirm your mail address", &format!(
                "the account {name} wants to use this mail address. To agree, open this page within a day:\n{}\n\n\
                If it is not yours, there is nothing to do.\n",
                self.link("/email/confirm")
            ))
        } else {
            self.mail(&account.email, "set a new password", &format!(
                "somebody, you perhaps, forgot the password of the account {name}. To set a new one, open this page \
                within an hour:\n{}\n\nIf it was not you, there is nothing to do.\n",
                self.link("/password/new")
            ))
        }))
    }

    /// An address of ours with the secret.
    fn link(&self, path: &str) -> String {
        let token = self.secret.expose();
        self.ctx.uris.at(&format!("{path}?token={token}"))
    }

    async fn name_of(&self, tx: &mut Conn, account: &Account) -> store::Result<String> {
        let actor = actors::find(tx, account.actor).await?;
        Ok(actor.map_or_else(String::new, |actor| actor.full_handle()))
    }

    fn mail(&self, to: &str, subject: &str, text: &str) -> Mail {
        Mail {
            to: to.to_owned(),
            subject: format!("{}: {subject}", self.site),
            text: format!("Hello,\n\n{text}\n-- \n{}\n", self.ctx.uris.base()),
        }
    }
}

const WAITING: &str = "you have asked for an account before. The moderators have not looked at it yet; you will get a mail.\n";
const DECLINED: &str = "you asked for an account here. The moderators decided not to open it.\n";
