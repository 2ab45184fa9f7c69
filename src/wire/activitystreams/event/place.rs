//! Where an event takes place.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::wire::activitystreams::lenient;

/// A physical place. At least one of the properties is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// Its id, for servers that keep an address book.
    pub id: Option<Url>,
    /// Plain text.
    pub name: Option<String>,
    /// The postal address in parts.
    pub address: PostalAddress,
    /// The address as one text.
    pub address_text: Option<String>,
    /// Degrees north, -90 to 90; both coordinates or none.
    pub latitude: Option<f64>,
    /// Degrees east, -180 to 180.
    pub longitude: Option<f64>,
}

/// An address in parts (schema.org).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PostalAddress {
    /// Street and number.
    #[serde(deserialize_with = "lenient::text")]
    pub street_address: Option<String>,
    /// Postal code.
    #[serde(deserialize_with = "lenient::text")]
    pub postal_code: Option<String>,
    /// Town.
    #[serde(deserialize_with = "lenient::text")]
    pub address_locality: Option<String>,
    /// State or province.
    #[serde(deserialize_with = "lenient::text")]
    pub address_region: Option<String>,
    /// Country.
    #[serde(deserialize_with = "lenient::text")]
    pub address_country: Option<String>,
}

/// A place on the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlinePlace {
    /// Plain text.
    pub name: Option<String>,
    /// Where to go: http or https.
    pub url: Option<Url>,
}

/// Most entries of a `location` array that are looked at.
const MAX_PLACES: usize = 20;

/// Longest text of any part, in characters.
const MAX_PART: usize = 500;

/// Reads `location`: text, `Place`, `VirtualLocation`, Gancio's place with a virtual address, or an array of these.
#[must_use]
pub fn read_location(value: &Value) -> (Vec<Place>, Vec<OnlinePlace>) {
    let mut found = (Vec::new(), Vec::new());
    match value {
        Value::Array(all) => all
            .iter()
            .take(MAX_PLACES)
            .for_each(|one| read_one(one, &mut found)),
        one => read_one(one, &mut found),
    }
    found
}

fn read_one(value: &Value, (places, online): &mut (Vec<Place>, Vec<OnlinePlace>)) {
    match value {
        Value::String(text) => match lenient::web_link(text) {
            Some(url) => online.push(OnlinePlace {
                name: None,
                url: Some(url),
            }),
            None => places.extend(part(value).map(|name| Place {
                name: Some(name),
                ..Place::default()
            })),
        },
        Value::Object(map) => {
            let address = map.get("address").unwrap_or(&Value::Null);
            let virtual_address = is_virtual(address).then_some(address);
            if is_virtual(value) || virtual_address.is_some() {
                let link = |value: &Value| {
                    value
                        .get("url")
                        .or_else(|| value.get("href"))
                        .and_then(Value::as_str)
                        .and_then(lenient::web_link)
                };
                let url = link(value).or_else(|| virtual_address.and_then(link));
                let name = map.get("name").and_then(part);
                if name.is_some() || url.is_some() {
                    online.push(OnlinePlace { name, url });
                }
            } else {
                places.extend(physical(value, address));
            }
        }
        _ => {}
    }
}

fn is_virtual(value: &Value) -> bool {
    value.get("type").and_then(lenient::kind_of).as_deref() == Some("VirtualLocation")
}

fn physical(value: &Value, address: &Value) -> Option<Place> {
    let mut parts = PostalAddress::deserialize(address).unwrap_or_default();
    for text in [
        &mut parts.street_address,
        &mut parts.postal_code,
        &mut parts.address_locality,
        &mut parts.address_region,
        &mut parts.address_country,
    ]
    .into_iter()
    .flatten()
    {
        lenient::clip_chars(text, MAX_PART);
    }
    let (latitude, longitude) = coordinates(value).unzip();
    let place = Place {
        id: value.get("id").and_then(lenient::id_of),
        name: value.get("name").and_then(part),
        address: parts,
        address_text: if address.is_string() {
            part(address)
        } else {
            None
        },
        latitude,
        longitude,
    };
    let empty = Place {
        id: place.id.clone(),
        ..Place::default()
    };
    (place != empty).then_some(place)
}

/// Latitude and longitude, if both are there and on the globe. 0/0 is what servers write that do not know.
fn coordinates(value: &Value) -> Option<(f64, f64)> {
    let latitude = lenient::float_of(value.get("latitude")?)?;
    let longitude = lenient::float_of(value.get("longitude")?)?;
    let on_globe = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    (on_globe && (latitude != 0.0 || longitude != 0.0)).then_some((latitude, longitude))
}

fn part(value: &Value) -> Option<String> {
    let mut text = lenient::text_of(value)?;
    lenient::clip_chars(&mut text, MAX_PART);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
