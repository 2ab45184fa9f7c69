//! What the command line does to log-ins, while a server runs on the same database.

use std::process::Command;

use kith::config::{MailTransport, Registration};
use kith::jobs::run_due;
use serde_json::Value;

use super::mailbox::{link_in, mails};
use super::sign_up::with_registration;
use crate::kit::{Backend, PASSWORD, Setup, TestKit};

const NEW: &str = "another horse battery";

/// Runs `kith user …` and answers what it printed.
async fn user(kit: &TestKit, arguments: &[&str]) -> Value {
    let settings = kit.settings_file();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kith"));
    command
        .args(["--json", "--config"])
        .arg(settings)
        .arg("user");
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

with_registration! { Approval
    async fn suspending_a_new_password_and_deleting_on_the_command_line_end_all_log_ins(kit: TestKit) {
        kit.member("maria").await;
        let mut browser = kit.logged_in("maria").await;
        user(&kit, &["suspend", "maria"]).await;
        assert!(!browser.is_logged_in().await);
        user(&kit, &["unsuspend", "maria"]).await;
        let mut browser = kit.logged_in("maria").await;
        user(&kit, &["password", "maria", "--password", NEW]).await;
        assert!(!browser.is_logged_in().await);
        assert_eq!(browser.log_in("maria", PASSWORD).await.status, 401);
        assert_eq!(browser.log_in("maria", NEW).await.status, 303);
        user(&kit, &["delete", "maria"]).await;
        assert!(!browser.is_logged_in().await);
    }

    async fn people_are_let_in_turned_away_and_invited_on_the_command_line(kit: TestKit) {
        for (handle, email) in [("maria", "maria@people.test"), ("carla", "carla@people.test")] {
            let form = [("handle", handle), ("email", email), ("password", PASSWORD), ("reason", "Climbing")];
            kit.browser().post("/sign-up", &form).await;
        }
        run_due(&kit.app).await.unwrap();
        for mail in mails(&kit) {
            let handle = if mail.contains("To: maria@") { "maria" } else { "carla" };
            let token = link_in(&mail).split("token=").nth(1).unwrap().to_owned();
            let form = [("token", token.as_str()), ("handle", handle), ("password", PASSWORD)];
            kit.browser().post("/sign-up/confirm", &form).await;
        }
        let waiting = user(&kit, &["waiting"]).await;
        assert_eq!(waiting.as_array().unwrap().len(), 2, "{waiting}");
        assert_eq!(user(&kit, &["approve", "maria"]).await["name"], "maria");
        assert_eq!(user(&kit, &["reject", "carla"]).await["rejected"], "carla");
        kit.logged_in("maria").await;
        let link = user(&kit, &["invite", "--uses", "2", "--days", "3"]).await;
        let link = link["link"].as_str().unwrap().to_owned();
        let path = link.strip_prefix("https://kith.test").unwrap();
        assert_eq!(kit.browser().get(path).await.status, 200);
    }
}
