//! Where the programs of other people that drive Kith (`clients/`) are run.

use std::sync::MutexGuard;

use crate::kit::kith::Setup;
use crate::kit::server::lock;
use crate::kit::{Kith, setting_or_skip};

use super::{HOSTS, TURN};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Database {
    Sqlite,
    Postgres,
}

/// Kith at `alpha.test` and, where it is wanted, at `beta.test`; the peers are not spoken to.
pub(super) struct Stage {
    pub(super) alpha: Kith,
    /// What is on alpha's database is on beta's.
    pub(super) database: Database,
    _turn: MutexGuard<'static, ()>,
}

impl Stage {
    /// `None`, with a line that says so, where something is missing. `environment` is for settings.
    pub(super) fn open(database: Database, environment: &[(&str, &str)]) -> Option<Stage> {
        setting_or_skip("KITH_PEERS")?;
        if database == Database::Postgres {
            setting_or_skip("KITH_TEST_POSTGRES")?;
        }
        let turn = lock(&TURN);
        Some(Stage {
            alpha: launch(("alpha.test", 4011), database, environment),
            database,
            _turn: turn,
        })
    }

    /// A second server, which alpha may contact.
    pub(super) fn beta(&self) -> Kith {
        launch(("beta.test", 4012), self.database, &[])
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("kith: {}", self.alpha.logged());
        }
    }
}

fn launch((name, port): (&str, u16), database: Database, environment: &[(&str, &str)]) -> Kith {
    let mut setup = Setup::new(&[]).proxied(name, &HOSTS);
    setup.postgres = database == Database::Postgres;
    let kith = setup.make_at(port);
    kith.launch_with(environment);
    kith
}

/// Makes each session, a `fn(Database)`, a test on either database.
macro_rules! on_both_databases {
    ($($session:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $session() {
                super::$session($crate::peers::stage::Database::Sqlite);
            })+
        }
        mod postgres {
            $(#[test]
            fn $session() {
                super::$session($crate::peers::stage::Database::Postgres);
            })+
        }
    };
}
pub(super) use on_both_databases;
