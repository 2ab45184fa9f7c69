//! Lists and their pages.

use super::kit::Kit;

#[tokio::test(flavor = "multi_thread")]
async fn the_link_header_leads_through_the_whole_list_and_back() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let mut said = Vec::new();
    for n in 0..5 {
        said.push(ada.says(&format!("status=number+{n}")).await);
    }
    said.reverse();
    let mut seen = Vec::new();
    let mut next = Some("/api/v1/timelines/home?limit=2".to_owned());
    let mut prev = None;
    while let Some(path) = next {
        let page = ada.get(&path).await;
        assert!(page.ids().len() <= 2);
        seen.extend(page.ids());
        next = page.link("next");
        prev = page.link("prev").or(prev);
    }
    assert_eq!(seen, said);
    let back = ada.get(&prev.expect("there was a page before")).await;
    assert_eq!(back.ids(), said[2..4], "those next above, not the newest");
    let since = format!("/api/v1/timelines/home?since_id={}", said[2]);
    assert_eq!(ada.get(&since).await.ids(), said[..2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_kept_within_bounds() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    for n in 0..3 {
        ada.says(&format!("status=number+{n}")).await;
    }
    for (asked, got) in [("0", 1), ("-5", 1), ("2", 2), ("1000000", 3), ("", 3)] {
        let path = format!("/api/v1/timelines/home?limit={asked}");
        assert_eq!(ada.get(&path).await.ids().len(), got, "{asked}");
    }
    let beyond = "/api/v1/timelines/home?max_id=1";
    let page = ada.get(beyond).await;
    assert!(page.ids().is_empty() && page.link("next").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_read_public_lists_only() {
    let kit = Kit::new().await;
    let ada = kit.person("ada").await;
    let public = ada.says("status=hello+%23Tea").await;
    ada.says("status=quiet+%23Tea&visibility=unlisted").await;
    ada.says("status=psst+%23Tea&visibility=private").await;
    let stranger = kit.stranger();
    for path in [
        "/api/v1/timelines/public",
        "/api/v1/timelines/public?local=true",
        "/api/v1/timelines/tag/TEA",
    ] {
        assert_eq!(stranger.get(path).await.ids(), [public.as_str()], "{path}");
    }
    let remote = stranger.get("/api/v1/timelines/public?remote=true").await;
    assert!(remote.ids().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accounts_posts_can_be_had_without_answers_and_boosts() {
    let kit = Kit::new().await;
    let (ada, grace) = (kit.person("ada").await, kit.person("grace").await);
    let theirs = grace.says("status=theirs").await;
    let own = ada.says("status=own").await;
    let answer = ada
        .says(&format!("status=answer&in_reply_to_id={theirs}"))
        .await;
    let boost = ada.post(&format!("/api/v1/statuses/{theirs}/reblog")).await;
    let boost = boost.text("id");
    let private = ada.says("status=psst&visibility=private").await;
    let list = async |query: &str| {
        let path = format!("/api/v1/accounts/{}/statuses{query}", ada.id());
        kit.stranger().get(&path).await.ids()
    };
    assert_eq!(list("").await, [boost.clone(), answer.clone(), own.clone()]);
    assert_eq!(list("?exclude_replies=true").await, [boost, own.clone()]);
    assert_eq!(
        list("?exclude_reblogs=1&exclude_replies=1&limit=1").await,
        [own]
    );
    assert!(list("?pinned=true").await.is_empty());
    let path = format!("/api/v1/accounts/{}/statuses", ada.id());
    assert!(ada.get(&path).await.ids().contains(&private));
}
