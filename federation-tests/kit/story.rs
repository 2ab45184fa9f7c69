//! Scenes that many tests begin with.

use serde_json::Value;

use super::activities::id;
use super::{Kith, Login, Remote, until};

impl Login<'_> {
    /// Follows a remote person, who accepts.
    pub(crate) fn follows_remote(&self, remote: &Remote) -> Value {
        let before = remote.peer.received_of("Follow").len();
        let account = self.follow(&remote.handle());
        let follow = until("the Follow", || {
            remote.peer.received_of("Follow").get(before).cloned()
        });
        remote.tell(self.kith, &remote.activity("Accept", follow));
        until("the Accept to count", || {
            self.follows(&account).then_some(())
        });
        account
    }
}

impl Remote {
    /// Follows a local person, who accepts everyone.
    pub(crate) fn follows(&self, kith: &Kith, target: &str) -> Value {
        let follow = self.follow(target);
        self.tell(kith, &follow);
        until("the Accept", || {
            let accepts = self.peer.received_of("Accept");
            accepts
                .into_iter()
                .find(|a| a["object"] == follow["id"] || a["object"]["id"] == follow["id"])
        });
        follow
    }

    /// Posts a note that mentions `login`, and waits until it is shown.
    pub(crate) fn posts_to(&self, login: &Login<'_>, text: &str) -> Value {
        let note = self.note(text, &[&login.uri()]);
        self.tell(login.kith, &self.create(&note));
        login.awaits_status(id(&note));
        note
    }
}

impl Kith {
    /// Sends something harmless and waits for its effect: all that was sent before by `remote` is done then.
    pub(crate) fn after_all(&self, remote: &Remote, login: &Login<'_>) {
        self.digest();
        remote.posts_to(login, "the last word");
        self.digest();
    }
}
