//! For looking at the pages with one's own eyes: `cargo test --lib look -- --ignored` writes them into `kith-pages` in
//! the folder for temporary files.

use super::kit::Kit;
use super::seed::community;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes files for people to look at"]
async fn the_pages_can_be_looked_at() {
    let kit = Kit::new().await;
    let folder = std::env::temp_dir().join("kith-pages");
    std::fs::create_dir_all(folder.join("static")).unwrap();
    let write = async |name: &str, path: &str| {
        let page = kit.get(path).await;
        let body = page
            .body
            .replace("\"/static/", "\"static/")
            .replace("\"/media/", "\"static/");
        std::fs::write(folder.join(name), body).unwrap();
    };
    write("empty.html", "/").await;
    community(&kit).await;
    for (name, path) in [
        ("landing.html", "/"),
        ("about.html", "/about"),
        ("profile.html", "/people/maria"),
        ("quiet.html", "/people/ben"),
        ("group.html", "/groups/climb_berlin"),
        ("event.html", "/events/900"),
        ("cancelled.html", "/events/901"),
        ("post.html", "/posts/100"),
        ("remote_post.html", "/posts/103"),
        ("tag.html", "/tags/lettering"),
        ("remote.html", "/@ines@social.example"),
        (
            "unknown.html",
            "/authorize_interaction?uri=https%3A%2F%2Felse.example%2Fnotes%2F1",
        ),
        ("missing.html", "/people/nobody"),
    ] {
        write(name, path).await;
    }
    let style = crate::http::web::assets::path(crate::http::web::assets::STYLE);
    let css = kit.get(style).await.body;
    std::fs::write(folder.join(style.trim_start_matches('/')), css).unwrap();
}
