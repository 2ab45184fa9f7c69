//! Rules of this instance about other servers.

words! {
    /// What is done about a domain and everything below it.
    pub enum DomainAction {
        /// Nothing is taken from it and nothing sent to it.
        Block = "block",
        /// Its people reach only those who follow them; nothing of it is in public lists.
        Limit = "limit",
        /// In allow-list mode: it may take part.
        Allow = "allow",
    }
}

/// Which servers take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FederationMode {
    /// All but the blocked.
    #[default]
    Open,
    /// Only the allowed.
    AllowList,
}

/// One rule, and what was noted about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainRule {
    /// Lower case, without a dot at the end.
    pub domain: String,
    pub action: DomainAction,
    pub public_comment: String,
    pub private_comment: String,
}

/// All rules, for asking quickly.
#[derive(Debug, Clone, Default)]
pub struct DomainRules {
    mode: FederationMode,
    rules: std::collections::HashMap<String, DomainAction>,
}

/// What may be exchanged with a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Open,
    Limited,
    Blocked,
}

impl DomainRules {
    #[must_use]
    pub fn new(
        mode: FederationMode,
        rules: impl IntoIterator<Item = (String, DomainAction)>,
    ) -> Self {
        DomainRules {
            mode,
            rules: rules.into_iter().map(|(d, a)| (fold(&d), a)).collect(),
        }
    }

    /// How this instance stands to `host` (a port is ignored). The rule of the nearest domain above it decides.
    #[must_use]
    pub fn standing(&self, host: &str) -> Standing {
        let host = fold(host);
        let mut rest = host.as_str();
        loop {
            match self.rules.get(rest) {
                Some(DomainAction::Block) => return Standing::Blocked,
                Some(DomainAction::Limit) => return Standing::Limited,
                Some(DomainAction::Allow) => return Standing::Open,
                None => match rest.split_once('.') {
                    Some((_, parent)) => rest = parent,
                    None => break,
                },
            }
        }
        match self.mode {
            FederationMode::Open => Standing::Open,
            FederationMode::AllowList => Standing::Blocked,
        }
    }

    /// Nothing is exchanged with `host`.
    #[must_use]
    pub fn is_blocked(&self, host: &str) -> bool {
        self.standing(host) == Standing::Blocked
    }
}

/// A domain as it is compared: lower case, no port, no dot at the end.
#[must_use]
pub fn fold(host: &str) -> String {
    let host = host.trim();
    let host = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    host.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(mode: FederationMode, rules: &[(&str, DomainAction)]) -> DomainRules {
        DomainRules::new(mode, rules.iter().map(|(d, a)| ((*d).to_owned(), *a)))
    }

    #[test]
    fn a_block_holds_for_subdomains_any_case_and_a_trailing_dot() {
        let r = rules(
            FederationMode::Open,
            &[("Bad.example.", DomainAction::Block)],
        );
        for host in [
            "bad.example",
            "BAD.example",
            "a.b.bad.example",
            "bad.example.",
            "bad.example:8443",
        ] {
            assert!(r.is_blocked(host), "{host}");
        }
        for host in ["notbad.example", "example", "bad.example.org"] {
            assert!(!r.is_blocked(host), "{host}");
        }
    }

    #[test]
    fn the_nearest_rule_decides() {
        let r = rules(
            FederationMode::Open,
            &[
                ("bad.example", DomainAction::Block),
                ("ok.bad.example", DomainAction::Allow),
            ],
        );
        assert!(!r.is_blocked("ok.bad.example"));
        assert!(r.is_blocked("other.bad.example"));
    }

    #[test]
    fn an_allow_list_blocks_everyone_else() {
        let r = rules(
            FederationMode::AllowList,
            &[("friend.example", DomainAction::Allow)],
        );
        assert!(!r.is_blocked("friend.example"));
        assert!(r.is_blocked("stranger.example"));
    }
}
