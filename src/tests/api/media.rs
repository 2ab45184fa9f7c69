//! Pictures: uploading, attaching, showing, and what remains of them.

use std::io::Cursor;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use kith::domain::follow::FollowState;
use kith::jobs::media::{remove_given_up, sweep};
use kith::services::accounts;

use crate::kit::{Reply, TestKit};

fn png(width: u32, height: u32) -> Vec<u8> {
    let image = image::RgbImage::from_pixel(width, height, image::Rgb([9, 80, 40]));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The picture behind an address of ours.
async fn load(kit: &TestKit, url: &Value) -> Reply {
    kit.get(
        url.as_str()
            .unwrap()
            .strip_prefix("https://kith.test")
            .unwrap(),
    )
    .await
}

fn files(kit: &TestKit) -> usize {
    let folders = std::fs::read_dir(&kit.app.config.storage.path);
    folders.map_or(0, |folders| {
        folders
            .map(|part| std::fs::read_dir(part.unwrap().path()).unwrap().count())
            .sum()
    })
}

both_backends! {
    async fn a_picture_is_uploaded_described_and_posted(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let far = kit.remote("far", "far.test").await;
        kit.follow(&far, &ada.actor, FollowState::Accepted).await;
        let made = ada.uploads(&png(1_280, 640), &[("description", "a wall"), ("focus", "0.5,-0.25")]).await;
        assert_eq!((&made["type"], &made["description"]), (&json!("image"), &json!("a wall")));
        let expected = json!({
            "original": {"width": 1280, "height": 640, "size": "1280x640", "aspect": 2.0},
            "small": {"width": 640, "height": 320, "size": "640x320", "aspect": 2.0},
            "focus": {"x": 0.5, "y": -0.25},
        });
        assert_eq!(made["meta"], expected);
        for nothing in ["remote_url", "preview_remote_url", "text_url"] {
            assert_eq!(made[nothing], Value::Null, "{nothing}");
        }
        let id = made["id"].as_str().unwrap();
        let path = format!("/api/v1/media/{id}");
        assert_eq!(eve.code(&path).await, 404);
        let (code, changed) = ada.ask(Method::PUT, &path, json!({"description": "a blue wall"})).await;
        assert_eq!((code, &changed["description"], &changed["meta"]["focus"]["x"]), (200, &json!("a blue wall"), &json!(0.5)));
        let (code, _) = eve.ask(Method::POST, "/api/v1/statuses", json!({"status": "mine", "media_ids": [id]})).await;
        assert_eq!(code, 422, "it is not hers");
        let post = ada.posts(json!({"media_ids": [id]})).await;
        let shown = eve.get(&format!("/api/v1/statuses/{post}")).await;
        assert_eq!(shown["media_attachments"], json!([changed]));
        assert_eq!(eve.ids(&format!("/api/v1/accounts/{}/statuses?only_media=true", ada.id())).await, [post.as_str()]);
        let (code, _) = ada.ask(Method::POST, "/api/v1/statuses", json!({"status": "twice", "media_ids": [id]})).await;
        assert_eq!(code, 422, "it hangs on a post already");
        assert_eq!(ada.ask(Method::DELETE, &path, json!({})).await.0, 422);
        let sent = kit.due().await;
        let attached = &sent[0].1["object"]["attachment"][0];
        assert_eq!((&attached["type"], &attached["mediaType"], &attached["name"]), (&json!("Document"), &json!("image/png"), &json!("a blue wall")));
        assert_eq!((&attached["width"], &attached["height"], &attached["focalPoint"]), (&json!(1280), &json!(640), &json!([0.5, -0.25])));
        assert_eq!((&attached["blurhash"], &attached["url"]), (&made["blurhash"], &made["url"]));
    }

    async fn what_is_served_does_nothing_in_a_browser(kit: TestKit) {
        let ada = kit.client("ada").await;
        let made = ada.uploads(&png(800, 80), &[]).await;
        let reply = load(&kit, &made["url"]).await;
        assert_eq!(reply.status, 200);
        for (name, value) in [
            ("content-type", "image/png"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("content-disposition", "inline"),
            ("cache-control", "public, max-age=31536000, immutable"),
        ] {
            assert_eq!(reply.header(name), value);
        }
        assert_eq!(image::load_from_memory(&reply.body).unwrap().width(), 800);
        assert_eq!(image::load_from_memory(&load(&kit, &made["preview_url"]).await.body).unwrap().width(), 640);
        let path = made["url"].as_str().unwrap().strip_prefix("https://kith.test").unwrap();
        let known = Request::get(path).header("if-none-match", reply.header("etag"));
        let again = kit.send(known.body(Body::empty()).unwrap()).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        let head = kit.send(Request::head(path).body(Body::empty()).unwrap()).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        assert_eq!(head.header("content-length"), reply.body.len().to_string());
        for trick in ["/media/../kith.db", "/media/%2e%2e%2fkith.db", "/media/..%2f..%2fetc%2fpasswd", "/media/", "/media/x.png", "/media/00000000000000000000000000000000.png", &format!("{path}/"), &format!("{path}%00")] {
            assert_eq!(kit.get(trick).await.status, 404, "{trick}");
        }
    }

    async fn what_cannot_be_used_is_422_and_leaves_nothing(kit: TestKit) {
        let ada = kit.client("ada").await;
        let mut cut = png(90, 90);
        cut.truncate(60);
        for bad in [&b"<svg onload=\"x()\"/>"[..], b"GIF89a", &cut] {
            let (code, said) = ada.form(Method::POST, "/api/v2/media", &[], &[("file", bad)]).await;
            assert_eq!(code, 422, "{said}");
            assert!(said["error"].as_str().unwrap().starts_with("Validation failed"));
        }
        assert_eq!(ada.form(Method::POST, "/api/v2/media", &[("description", "x")], &[]).await.0, 422);
        let long = "x".repeat(1_501);
        assert_eq!(ada.form(Method::POST, "/api/v1/media", &[("description", &long)], &[("file", &png(2, 2))]).await.0, 422);
        let huge = vec![0; 12 * 1024 * 1024];
        assert_eq!(ada.form(Method::POST, "/api/v2/media", &[], &[("file", &huge)]).await.0, 413);
        assert_eq!(ada.form(Method::POST, "/api/v1/statuses", &[], &[("file", &huge[..2 * 1024 * 1024])]).await.0, 413, "only where pictures are wanted");
        assert_eq!(files(&kit), 0);
        let reader = kit.client_with("grace", "read").await;
        assert_eq!(reader.form(Method::POST, "/api/v2/media", &[], &[("file", &png(2, 2))]).await.0, 403);
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(ada.uploads(&png(2, 2), &[]).await["id"].clone());
        }
        for wrong in [json!(ids), json!([ids[0], ids[0]]), json!(["77"])] {
            let asked = json!({"status": "x", "media_ids": wrong});
            assert_eq!(ada.ask(Method::POST, "/api/v1/statuses", asked).await.0, 422);
        }
    }

    async fn an_edit_changes_pictures_and_keeps_what_was(kit: TestKit) {
        let ada = kit.client("ada").await;
        let one = ada.uploads(&png(4, 4), &[("description", "first")]).await["id"].clone();
        let two = ada.uploads(&png(5, 5), &[]).await["id"].clone();
        let fields = [("status", "look"), ("media_ids[]", one.as_str().unwrap())];
        let (code, posted) = ada.form(Method::POST, "/api/v1/statuses", &fields, &[]).await;
        assert_eq!(code, 200);
        let path = format!("/api/v1/statuses/{}", posted["id"].as_str().unwrap());
        let (code, same) = ada.ask(Method::PUT, &path, json!({"status": "look!"})).await;
        assert_eq!((code, &same["media_attachments"][0]["id"]), (200, &one));
        let change = json!({"media_ids": [two, one], "media_attributes": [{"id": one, "description": "the first", "focus": "1,1"}]});
        let (code, edited) = ada.ask(Method::PUT, &path, change).await;
        assert_eq!(code, 200);
        assert_eq!((&edited["media_attachments"][0]["id"], &edited["media_attachments"][1]["description"]), (&two, &json!("the first")));
        let versions = ada.get(&format!("{path}/history")).await;
        assert_eq!(versions[0]["media_attachments"][0]["description"], "first");
        assert_eq!(versions[2]["media_attachments"].as_array().unwrap().len(), 2);
        let (code, bare) = ada.ask(Method::PUT, &path, json!({"media_ids": []})).await;
        assert_eq!((code, bare["media_attachments"].as_array().unwrap().len()), (200, 0));
        assert_eq!(ada.ask(Method::PUT, &path, json!({"status": ""})).await.0, 422);
    }

    async fn a_scheduled_post_keeps_its_pictures_until_then(kit: TestKit) {
        let ada = kit.client("ada").await;
        let id = ada.uploads(&png(4, 4), &[]).await["id"].clone();
        let asked = json!({"media_ids": [id], "scheduled_at": "2026-06-04T12:00:00Z"});
        let waiting = ada.post("/api/v1/statuses", asked).await;
        assert_eq!((&waiting["params"]["media_ids"], &waiting["media_attachments"][0]["id"]), (&json!([id]), &id));
        kit.clock.advance(Duration::from_hours(48));
        remove_given_up(&kit.app).await.unwrap();
        assert_eq!(files(&kit), 2);
        kit.clock.advance(Duration::from_hours(25));
        super::scheduled::run_jobs(&kit).await;
        let home = ada.get("/api/v1/timelines/home").await;
        assert_eq!(home[0]["media_attachments"][0]["id"], id);
        let free = ada.uploads(&png(4, 4), &[]).await["id"].clone();
        let asked = json!({"media_ids": [free], "scheduled_at": "2026-06-14T12:00:00Z"});
        let waiting = ada.post("/api/v1/statuses", asked).await;
        let path = format!("/api/v1/scheduled_statuses/{}", waiting["id"].as_str().unwrap());
        assert_eq!(ada.ask(Method::DELETE, &path, json!({})).await.0, 200);
        ada.posts(json!({"media_ids": [free]})).await;
    }

    async fn files_go_with_what_they_hung_on(kit: TestKit) {
        let (ada, eve) = (kit.client("ada").await, kit.client("eve").await);
        let posted = ada.uploads(&png(4, 4), &[]).await;
        let post = ada.posts(json!({"media_ids": [posted["id"]]})).await;
        let removed = ada.uploads(&png(4, 4), &[]).await;
        ada.uploads(&png(4, 4), &[]).await;
        assert_eq!(files(&kit), 6);
        let path = format!("/api/v1/media/{}", removed["id"].as_str().unwrap());
        assert_eq!(ada.ask(Method::DELETE, &path, json!({})).await.0, 200);
        assert_eq!(ada.code(&path).await, 404);
        remove_given_up(&kit.app).await.unwrap();
        assert_eq!(files(&kit), 4);
        kit.clock.advance(Duration::from_hours(25));
        remove_given_up(&kit.app).await.unwrap();
        assert_eq!(files(&kit), 2, "nobody attached the third for a day");
        assert_eq!(load(&kit, &posted["url"]).await.status, 200);
        ada.ask(Method::DELETE, &format!("/api/v1/statuses/{post}"), json!({})).await;
        remove_given_up(&kit.app).await.unwrap();
        assert_eq!(load(&kit, &posted["url"]).await.status, 404);
        assert_eq!(load(&kit, &posted["preview_url"]).await.status, 404);
        let hers = eve.uploads(&png(4, 4), &[]).await["id"].clone();
        eve.posts(json!({"media_ids": [hers]})).await;
        eve.form(Method::PATCH, "/api/v1/accounts/update_credentials", &[], &[("avatar", &png(9, 9))]).await;
        assert_eq!(files(&kit), 3);
        accounts::delete(&kit.app.ctx, eve.actor.id).await.unwrap();
        remove_given_up(&kit.app).await.unwrap();
        assert_eq!(files(&kit), 0);
    }

    async fn files_that_belong_to_nothing_are_swept(kit: TestKit) {
        let ada = kit.client("ada").await;
        let made = ada.uploads(&png(4, 4), &[]).await;
        let part = kit.app.config.storage.path.join("ab");
        std::fs::create_dir_all(&part).unwrap();
        let name = format!("ab{}.png", "0".repeat(30));
        for name in [name.clone(), format!(".{name}"), "README".to_owned()] {
            std::fs::write(part.join(name), "x").unwrap();
        }
        // The clock of the test is behind the one that dates files.
        sweep(&kit.app, 0xab).await.unwrap();
        assert_eq!(std::fs::read_dir(&part).unwrap().count(), 3);
        kit.clock.advance(Duration::from_hours(24 * 3_650));
        for part in 0..=255 {
            sweep(&kit.app, part).await.unwrap();
        }
        assert_eq!(load(&kit, &made["url"]).await.status, 200);
        let left: Vec<_> = std::fs::read_dir(&part).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(left.contains(&"README".into()) && !left.contains(&name.as_str().into()), "{left:?}");
    }

    async fn avatars_and_headers_are_shown_and_told(kit: TestKit) {
        let ada = kit.client("ada").await;
        let far = kit.remote("far", "far.test").await;
        kit.follow(&far, &ada.actor, FollowState::Accepted).await;
        let fields = [("display_name", "Ada L."), ("fields_attributes[0][name]", "Likes"), ("fields_attributes[0][value]", "tea")];
        let pictures = [("avatar", &png(900, 600)[..]), ("header", &png(900, 600)[..])];
        let (code, own) = ada.form(Method::PATCH, "/api/v1/accounts/update_credentials", &fields, &pictures).await;
        assert_eq!((code, &own["display_name"], &own["fields"][0]["value"]), (200, &json!("Ada L."), &json!("tea")));
        let avatar = load(&kit, &own["avatar"]).await;
        assert_eq!(image::load_from_memory(&avatar.body).unwrap().height(), 400);
        let header = image::load_from_memory(&load(&kit, &own["header"]).await.body).unwrap();
        assert_eq!((header.width(), header.height()), (900, 300));
        let sent = kit.due().await;
        let person = &sent[0].1["object"];
        assert_eq!(person["icon"], json!({"type": "Image", "mediaType": "image/png", "url": own["avatar"]}));
        assert_eq!(person["image"]["url"], own["header"]);
        let page = kit.get("/people/ada").await;
        assert!(page.text().contains(own["avatar"].as_str().unwrap().strip_prefix("https://kith.test").unwrap()));
        let (code, bare) = ada.ask(Method::DELETE, "/api/v1/profile/avatar", json!({})).await;
        assert_eq!((code, bare["header"] == own["header"]), (200, true));
        assert_ne!(bare["avatar"], own["avatar"]);
        remove_given_up(&kit.app).await.unwrap();
        assert_eq!(load(&kit, &own["avatar"]).await.status, 404);
        assert_eq!(load(&kit, &own["header"]).await.status, 200);
        let (code, _) = ada.ask(Method::DELETE, "/api/v1/profile/header", json!({})).await;
        assert_eq!(code, 200);
        let about = ada.get("/api/v2/instance").await;
        assert_eq!(about["configuration"]["statuses"]["max_media_attachments"], 4);
        assert_eq!(about["configuration"]["media_attachments"]["image_size_limit"], 10 * 1024 * 1024);
    }
}
