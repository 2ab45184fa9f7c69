//! The API against its own description, `/api/openapi.json`, by Schemathesis (`clients/schema.py`).

use crate::kit::kith::Setup;
use crate::kit::scripts::{python, run};
use crate::kit::{Ask, setting_or_skip};

/// Schemathesis asks as fast as it can, from one address.
const GENEROUS: &str = "signup_per_address_per_hour = 100000";

#[test]
fn the_api_answers_as_its_description_says() {
    // Outside of the private network, invented addresses could lead somewhere.
    let (Some(python), Some(_)) = (python(), setting_or_skip("KITH_RUN")) else {
        return;
    };
    let kith = Setup::new(&[]).limits(GENEROUS).strict().start();
    if kith.ask(&Ask::get("/api/openapi.json")).status == 404 {
        eprintln!("skipped: there is no description of the API yet");
        return;
    }
    let (ada, eve) = (kith.user("ada"), kith.user("eve"));
    let base = format!("http://127.0.0.1:{}", kith.port);
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().to_str().expect("UTF-8");
    let arguments = [&base, &kith.domain, &ada.token, &eve.token, place];
    assert_eq!(run(&python, "schema.py", &arguments).len(), 2);
}
