use serde_json::json;

use super::*;

fn event(value: Value) -> EventParts {
    serde_json::from_value(value).unwrap()
}

#[test]
fn times_without_offset_are_in_the_zone_of_the_event() {
    let e = event(
        json!({"startTime": "2026-08-20T18:30", "endTime": "2026-08-20T21:00:00+02:00", "timezone": "Europe/Berlin"}),
    );
    assert_eq!(e.start.unwrap().rfc3339(), "2026-08-20T16:30:00Z");
    assert_eq!(e.end.unwrap().rfc3339(), "2026-08-20T19:00:00Z");
    assert!(e.display_end);
    let utc = event(json!({"startTime": "2026-08-20T18:30:00", "timezone": "Middle/Earth"}));
    assert_eq!(utc.start.unwrap().rfc3339(), "2026-08-20T18:30:00Z");
    assert!(utc.timezone.is_none() && !utc.display_end);
}

#[test]
fn an_end_before_the_start_is_no_end() {
    assert!(
        event(json!({"startTime": "2026-08-20T18:30:00Z", "endTime": "2026-08-20T17:30:00Z"}))
            .end
            .is_none()
    );
}

#[test]
fn a_location_comes_in_many_forms() {
    let places = |value: Value| event(json!({"location": value})).places;
    assert_eq!(
        places(json!("Town hall"))[0].name.as_deref(),
        Some("Town hall")
    );
    assert_eq!(
        places(json!({"name": "Colosseo"}))[0].name.as_deref(),
        Some("Colosseo")
    );
    let full = places(
        json!({"type": "Place", "address": {"type": "PostalAddress", "addressLocality": "Berlin", "postalCode": 13355},
        "latitude": "52.5", "longitude": 13}),
    );
    assert_eq!(
        (full[0].latitude, full[0].longitude),
        (Some(52.5), Some(13.0))
    );
    assert_eq!(full[0].address.postal_code.as_deref(), Some("13355"));
    assert_eq!(
        places(json!({"type": "Place", "address": "Main St 1"}))[0]
            .address_text
            .as_deref(),
        Some("Main St 1")
    );
    assert!(places(json!({"type": "Place", "id": "https://a.example/p/1"})).is_empty());
    assert!(places(json!({"type": "Place", "latitude": 0, "longitude": 0.0})).is_empty());
    assert!(places(json!(null)).is_empty() && places(json!(7)).is_empty());
}

#[test]
fn online_places_are_kept_apart() {
    let e = event(json!({"location": [
        {"type": "Place", "name": "Room 1"},
        {"type": "VirtualLocation", "name": "Call", "url": "https://meet.example/1"},
        {"type": "Place", "name": "Stream", "address": {"type": "VirtualLocation", "url": "https://tv.example/"}},
        "https://meet.example/2"]}));
    assert_eq!((e.places.len(), e.online.len()), (1, 3));
    assert!(e.is_online);
    assert!(
        event(json!({"location": {"type": "VirtualLocation", "url": "javascript:alert(1)"}}))
            .online
            .is_empty()
    );
}

#[test]
fn the_status_is_read_in_each_of_its_forms() {
    let status = |value: Value| event(value).status;
    assert_eq!(
        status(json!({"ical:status": "Cancelled"})),
        EventStatus::Cancelled
    );
    assert_eq!(
        status(json!({"status": "TENTATIVE", "ical:status": "TENTATIVE"})),
        EventStatus::Tentative
    );
    assert_eq!(
        status(json!({"eventStatus": "https://schema.org/EventPostponed", "status": "CONFIRMED"})),
        EventStatus::Postponed
    );
    assert_eq!(
        status(json!({"eventStatus": "EventMovedOnline"})),
        EventStatus::MovedOnline
    );
    assert_eq!(status(json!({"status": null})), EventStatus::Scheduled);
}

#[test]
fn numbers_and_categories_are_forgiving() {
    let e = event(
        json!({"maximumAttendeeCapacity": "16", "remainingAttendeeCapacity": 9.0, "category": "sports", "joinMode": "mz:Free",
        "externalParticipationUrl": "mailto:a@b.example", "attendees": {"id": "https://a.example/e/1/attendees", "totalItems": 7},
        "organizers": {"type": "Collection", "id": "https://a.example/o", "items": ["https://a.example/ada"]}}),
    );
    assert_eq!(
        (e.capacity, e.remaining, e.participants),
        (Some(16), Some(9), Some(7))
    );
    assert_eq!(
        (e.categories.as_slice(), e.join_mode),
        (["SPORTS".to_owned()].as_slice(), Some(JoinMode::Free))
    );
    assert_eq!(
        (e.organizers.len(), e.organizers_collection.is_some()),
        (1, true)
    );
    assert!(e.external_participation_url.is_some());
    let none = event(
        json!({"maximumAttendeeCapacity": 0, "category": ["PARTY", "MUSIC"], "organizers": null, "attendees": 3, "contacts": null}),
    );
    assert_eq!(
        (none.capacity, none.categories.len(), none.organizers.len()),
        (None, 2, 0)
    );
}
