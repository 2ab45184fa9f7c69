use serde_json::json;

use super::*;
use crate::wire::activitystreams::poll::PollOption;

fn object(value: &Value) -> IncomingObject {
    IncomingObject::parse(value.to_string().as_bytes()).unwrap()
}

fn note(more: Value) -> IncomingObject {
    let Value::Object(more) = more else {
        panic!("not an object")
    };
    let mut note = json!({"id": "https://a.example/n/1", "type": "Note", "attributedTo": "https://a.example/ada"});
    note.as_object_mut().unwrap().extend(more);
    object(&note)
}

#[test]
fn a_link_to_another_origin_is_not_the_page_of_the_object() {
    assert_eq!(
        note(json!({"url": "https://a.example/@ada/1"}))
            .page_url()
            .unwrap()
            .path(),
        "/@ada/1"
    );
    assert!(
        note(json!({"url": "https://b.example/@ada/1"}))
            .page_url()
            .is_none()
    );
    assert!(
        note(json!({"url": "http://a.example/@ada/1"}))
            .page_url()
            .is_none()
    );
    assert!(
        note(json!({"url": "javascript:alert(1)"}))
            .page_url()
            .is_none()
    );
    let video = note(json!({"url": [
        {"type": "Link", "mediaType": "video/mp4", "href": "https://a.example/v.mp4"},
        {"type": "Link", "mediaType": "text/html", "href": "https://a.example/w/1"}]}));
    assert_eq!(video.page_url().unwrap().path(), "/w/1");
}

#[test]
fn the_text_and_its_language_can_come_from_a_language_map() {
    let a = note(json!({"contentMap": {"pt": "Olá", "en": "Hello"}}));
    assert_eq!(
        (a.content.as_deref(), a.language.as_deref()),
        (Some("Olá"), Some("pt"))
    );
    let b = note(json!({"content": "Hello", "contentMap": {"pt": "Olá", "en": "Hello"}}));
    assert_eq!(b.language.as_deref(), Some("en"));
    let c = note(
        json!({"content": {"de": "Hallo"}, "language": {"identifier": "de", "name": "Deutsch"}}),
    );
    assert_eq!(
        (c.content.as_deref(), c.language.as_deref()),
        (Some("Hallo"), Some("de"))
    );
    assert_eq!(
        note(
            json!({"contentMap": "no map", "nameMap": [1], "summaryMap": 3.5, "inLanguage": "fr"})
        )
        .language
        .as_deref(),
        Some("fr")
    );
}

#[test]
fn a_name_without_text_that_answers_something_is_a_vote() {
    let vote = json!({"name": "Going", "inReplyTo": "https://kith.example/polls/42"});
    assert!(note(vote.clone()).is_vote());
    let mut comment = vote;
    comment["content"] = json!("<p>see you</p>");
    assert!(!note(comment).is_vote());
    assert!(!note(json!({"name": "A title"})).is_vote());
}

#[test]
fn too_many_tags_or_attachments_are_refused() {
    let refused = |more: Value| {
        let mut doc = json!({"id": "https://a.example/n/1", "type": "Note"});
        doc.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        IncomingObject::parse(doc.to_string().as_bytes())
            .unwrap_err()
            .to_string()
    };
    assert!(refused(json!({"tag": vec![json!({}); 1_001]})).contains("more than 1000 tags"));
    assert!(
        refused(json!({"attachment": vec![json!({}); 101]})).contains("more than 100 attachments")
    );
    let poll = json!({"type": "Question", "oneOf": vec![json!({"name": "x"}); 501]});
    assert!(refused(poll).contains("more than 500 poll options"));
}

#[test]
fn single_tags_and_attachments_count_as_lists() {
    let a = note(json!({
        "tag": {"type": "Hashtag", "name": "#Bouldering", "href": "/tags/bouldering"},
        "attachment": {"type": "Image", "url": "https://a.example/x.JPG", "name": "A wall", "focalPoint": [0.5, "-3"]}}));
    assert_eq!(a.tags.hashtags, ["Bouldering"]);
    let picture = &a.attachments[0];
    assert_eq!(picture.media_type.as_deref(), Some("image/jpeg"));
    assert_eq!(picture.focal_point, Some((0.5, -1.0)));
}

#[test]
fn mentions_need_an_id() {
    let a = note(json!({"tag": [
        {"type": "Mention", "href": "https://b.example/jo", "name": "@jo@b.example"},
        {"type": "Mention", "href": "acct:jo@b.example"}, {"type": "Emoji"}, null, 7]}));
    assert_eq!(a.tags.mentions.len(), 1);
}

#[test]
fn a_poll_has_options_with_counts() {
    let a = note(
        json!({"type": "Question", "votersCount": "3", "closed": true, "anyOf": [
        {"type": "Note", "name": "Going", "replies": {"type": "Collection", "totalItems": 2}}, {"name": "Maybe", "_misskey_votes": 1}, {"x": 1}]}),
    );
    let poll = a.poll.unwrap();
    assert!(poll.multiple);
    assert_eq!(
        poll.options,
        [
            PollOption {
                name: "Going".into(),
                votes: 2
            },
            PollOption {
                name: "Maybe".into(),
                votes: 1
            }
        ]
    );
    assert_eq!(
        (poll.voters, poll.closed),
        (Some(3), Some(Timestamp::NEVER))
    );
}

#[test]
fn the_banner_is_the_marked_picture() {
    let a = note(
        json!({"image": "https://a.example/flyer.png", "attachment": [
        {"type": "Document", "mediaType": "image/png", "url": "https://a.example/1.png"},
        {"type": "Document", "mediaType": "image/png", "url": "https://a.example/2.png", "name": "Banner", "summary": "Roofs"}]}),
    );
    let banner = a.banner().unwrap();
    assert_eq!(
        (banner.url.unwrap().path(), banner.alt.as_deref()),
        ("/2.png", Some("Roofs"))
    );
}
