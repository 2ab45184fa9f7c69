//! What two well-known apps ask when they start, as `clients/app_starts.json` lists it.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use crate::kit::kith::Setup;
use crate::kit::{Answer, Ask, Kith, Login, setting_or_skip, until};

const STARTS: &str = include_str!("clients/app_starts.json");

#[derive(Deserialize)]
struct Starts {
    apps: Vec<App>,
}

#[derive(Deserialize)]
struct App {
    app: String,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    when: String,
    method: String,
    path: String,
    #[serde(default)]
    query: String,
    form: Option<Map<String, Value>>,
    json: Option<Value>,
    token: bool,
    /// `list`, `object` or `redirect`.
    answer: String,
    /// Fields that the app cannot do without, of the object or of each element.
    #[serde(default)]
    has: Vec<String>,
    status: Option<u16>,
    why: Option<String>,
}

/// What stands for the words in braces.
type Name = (&'static str, String);

fn fill(text: &str, names: &[Name]) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

impl Call {
    fn target(&self, names: &[Name]) -> String {
        let path = fill(&self.path, names);
        if self.query.is_empty() {
            return path;
        }
        let mut query = Serializer::new(String::new());
        for pair in self.query.split('&') {
            let (name, value) = pair.split_once('=').expect("name=value");
            query.append_pair(name, &fill(value, names));
        }
        format!("{path}?{}", query.finish())
    }

    fn ask(&self, names: &[Name], token: &str) -> Ask {
        let mut ask = Ask::of(&self.method, &self.target(names));
        if let Some(form) = &self.form {
            let mut body = Serializer::new(String::new());
            for (name, value) in form {
                body.append_pair(name, &fill(&text(value), names));
            }
            ask.body = body.finish().into_bytes();
            ask = ask.header("Content-Type", "application/x-www-form-urlencoded");
        } else if let Some(body) = &self.json {
            ask.body = fill(&body.to_string(), names).into_bytes();
            ask = ask.header("Content-Type", "application/json");
        }
        if self.token {
            ask = ask.header("Authorization", format!("Bearer {token}"));
        }
        ask
    }

    /// What is wrong with an answer, in words.
    fn fault(&self, answer: &Answer) -> Option<String> {
        if self.status.is_some() {
            assert!(
                self.why.is_some(),
                "{}: another status has a reason",
                self.path
            );
        }
        if answer.status != self.status.unwrap_or(200) {
            return Some(format!("{} {}", answer.status, answer.text()));
        }
        if self.answer == "redirect" || answer.status >= 400 {
            return None;
        }
        let body = answer.json();
        let elements = match (&body, self.answer.as_str()) {
            (Value::Array(all), "list") => all.clone(),
            (Value::Object(_), "object") => vec![body.clone()],
            _ => return Some(format!("not the form that is expected: {body}")),
        };
        // An empty list would say nothing of its elements.
        if elements.is_empty() && !self.has.is_empty() {
            return Some("the list is empty".to_owned());
        }
        let missing = |one: &Value| {
            self.has
                .iter()
                .find(|name| one.get(name).is_none())
                .cloned()
        };
        let name = elements.iter().find_map(missing)?;
        Some(format!("{name} is missing in {body}"))
    }
}

/// Two people who know each other, with a little of everything.
fn furnish(ada: &Login<'_>, eve: &Login<'_>) -> Vec<Name> {
    let id_of = |login: &Login<'_>| text(&login.me()["id"]);
    let (me, other) = (id_of(ada), id_of(eve));
    for (login, id) in [(ada, &other), (eve, &me)] {
        login.post(&format!("/api/v1/accounts/{id}/follow"), &json!({}));
    }
    let status = text(&eve.toot("@ada comes to the #fairs")["id"]);
    let own = text(&ada.toot("Hello #fairs")["id"]);
    eve.post(&format!("/api/v1/statuses/{own}/favourite"), &json!({}));
    ada.post(&format!("/api/v1/statuses/{status}/favourite"), &json!({}));
    let told = until("a notification", || ada.notifications().first().cloned());
    vec![
        ("me", me),
        ("other", other),
        ("status", status),
        ("own", own),
        ("notification", text(&told["id"])),
    ]
}

/// Plays the calls of an app, all of them, and names those that are answered wrongly.
fn starts(kith: &Kith, app: &str) {
    let all: Starts = serde_json::from_str(STARTS).expect("the list of calls");
    let app = all.apps.into_iter().find(|one| one.app.starts_with(app));
    let app = app.expect("the app is in the list");
    let (ada, eve) = (kith.user("ada"), kith.user("eve"));
    let mut names = furnish(&ada, &eve);
    let mut faults = Vec::new();
    for call in &app.calls {
        let answer = kith.ask(&call.ask(&names, &ada.token));
        if let Some(fault) = call.fault(&answer) {
            let called = format!("{} {}", call.method, call.target(&names));
            faults.push(format!("{}: {called}: {fault}", call.when));
        }
        if call.path == "/api/v1/apps" {
            names.push(("client_id", text(&answer.json()["client_id"])));
        }
    }
    assert!(faults.is_empty(), "{}: {faults:#?}", app.app);
}

#[test]
fn tusky_starts_without_an_error() {
    starts(&Kith::start(&[]), "Tusky");
}

#[test]
fn tusky_starts_without_an_error_on_postgres() {
    if setting_or_skip("KITH_TEST_POSTGRES").is_some() {
        starts(&Setup::new(&[]).postgres().start(), "Tusky");
    }
}

#[test]
fn ice_cubes_starts_without_an_error() {
    starts(&Kith::start(&[]), "Ice Cubes");
}

#[test]
fn ice_cubes_starts_without_an_error_on_postgres() {
    if setting_or_skip("KITH_TEST_POSTGRES").is_some() {
        starts(&Setup::new(&[]).postgres().start(), "Ice Cubes");
    }
}
