//! Checklist 52, 64, 75 and 76: pictures that people upload, and what others get of them.

use std::io::{Cursor, Write as _};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::kit::kith::Setup;
use crate::kit::{Answer, Ask, Kith, Login, ports, until};

/// The largest upload that is taken, in bytes.
const LARGEST: usize = 10 * 1024 * 1024;
/// What one picture of the largest size may take, in KiB, with room for what the allocator keeps.
const ROOM_KIB: u64 = 128 * 1024;

fn send(login: &Login<'_>, (method, path): (&str, &str), files: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "--XyZ\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"../../x.html\"\r\n\
             Content-Type: text/html\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(
        b"--XyZ\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nA wall\r\n\
          --XyZ\r\nContent-Disposition: form-data; name=\"focus\"\r\n\r\n-0.5,0.25\r\n--XyZ--\r\n",
    );
    let ask = Ask {
        method: method.to_owned(),
        target: path.to_owned(),
        body,
        ..Ask::default()
    };
    let ask = ask.header("Content-Type", "multipart/form-data; boundary=XyZ");
    login
        .kith
        .ask(&ask.header("Authorization", format!("Bearer {}", login.token)))
}

fn upload(login: &Login<'_>, bytes: &[u8]) -> Answer {
    send(login, ("POST", "/api/v2/media"), &[("file", bytes)])
}

fn taken(login: &Login<'_>, bytes: &[u8]) -> Value {
    let answer = upload(login, bytes);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(900, 600, |x, _| Rgb([if x < 450 { 250 } else { 0 }, 0, 90]));
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgb8(image);
    image.write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

fn path_of<'a>(kith: &Kith, url: &'a Value) -> &'a str {
    let url = url.as_str().expect("an address");
    url.strip_prefix(&kith.url("")).expect("ours")
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// A PNG that claims a size and is packed small.
fn claiming_png(side: u32) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(data);
        let length = u32::try_from(data.len()).expect("small").to_be_bytes();
        [&length[..], kind, data, &crc.sum().to_be_bytes()[..]].concat()
    };
    let header = [
        &side.to_be_bytes()[..],
        &side.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ]
    .concat();
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; 4 * 1024 * 1024]).expect("packed");
    let data = packed.finish().expect("packed");
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &data),
        chunk(b"IEND", &[]),
    ]
    .concat()
}

/// A GIF of very many pictures of the largest size, each a few bytes.
fn many_frames() -> Vec<u8> {
    let mut gif = b"GIF89a\x40\x1f\x40\x1f\xf0\0\0\0\0\0\xff\xff\xff".to_vec();
    for _ in 0..100_000 {
        gif.extend(b"!\xf9\x04\0\x01\0\0\0,\0\0\0\0\x40\x1f\x40\x1f\0\x02\x02D\x01\0");
    }
    gif.push(b';');
    gif
}

/// A description, a way to turn, and a place (north of the equator), as cameras write them.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
    tiff.extend(b"\x0e\x01\x02\0\x0b\0\0\0\x44\0\0\0");
    tiff.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x32\0\0\0\0\0\0\0");
    tiff.extend(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0SECRETPLACE");
    let size = u16::try_from(tiff.len() + 8).expect("short").to_be_bytes();
    [
        &jpeg[..2],
        b"\xff\xe1",
        &size,
        b"Exif\0\0",
        &tiff,
        &jpeg[2..],
    ]
    .concat()
}

#[test]
fn pictures_that_are_bombs_are_refused_in_bounded_memory() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    taken(&ada, &encoded(ImageFormat::Png));
    let (before, _) = kith.usage();
    for bomb in [claiming_png(10_000), claiming_png(60_000), many_frames()] {
        let answer = upload(&ada, &bomb);
        assert_eq!(answer.status, 422, "{}", answer.text());
        let (after, _) = kith.usage();
        assert!(after < before + ROOM_KIB, "{before} KiB, then {after} KiB");
    }
    assert_eq!(upload(&ada, &vec![7; LARGEST + 1]).status, 422);
    assert_eq!(
        upload(&ada, &vec![7; LARGEST + 2 * 1024 * 1024]).status,
        413
    );
    taken(&ada, &encoded(ImageFormat::Jpeg));
}

#[test]
fn pictures_lose_all_metadata_in_every_size() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    let photograph = with_exif(&encoded(ImageFormat::Jpeg));
    let made = taken(&ada, &photograph);
    assert_eq!(
        made["meta"]["original"]["size"], "600x900",
        "it stands upright"
    );
    let files = [("avatar", &photograph[..]), ("header", &photograph[..])];
    let answer = send(
        &ada,
        ("PATCH", "/api/v1/accounts/update_credentials"),
        &files,
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    let me = answer.json();
    for url in [
        &made["url"],
        &made["preview_url"],
        &me["avatar"],
        &me["header"],
    ] {
        let answer = kith.ask(&Ask::get(path_of(&kith, url)));
        assert_eq!(answer.status, 200, "{url}");
        assert!(answer.body.starts_with(b"\xff\xd8\xff"));
        for trace in [&b"SECRETPLACE"[..], b"Exif", b"II*\0"] {
            assert!(!holds(&answer.body, trace), "{url}");
        }
    }
}

#[test]
fn what_was_uploaded_is_served_inert() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    let script = b"<html><script>alert(1)</script>";
    for page in [&script[..], b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"] {
        assert_eq!(upload(&ada, page).status, 422);
    }
    let mut both = encoded(ImageFormat::Png);
    both.extend(script);
    let made = taken(&ada, &both);
    let answer = kith.ask(&Ask::get(path_of(&kith, &made["url"])));
    assert!(!holds(&answer.body, b"script"));
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let policy = answer.header("content-security-policy");
    assert_eq!(policy, Some("sandbox; default-src 'none'"));
    assert!(!made.to_string().contains("x.html"));
}

#[test]
fn only_names_of_pictures_are_looked_for() {
    let kith = Kith::start(&[]);
    let ada = kith.user("ada");
    let made = taken(&ada, &encoded(ImageFormat::Png));
    let path = path_of(&kith, &made["url"]);
    assert_eq!(kith.ask(&Ask::get(path)).status, 200);
    let name = path.strip_prefix("/media/").expect("a picture");
    let folder = &name[..2];
    for tail in [
        format!("{folder}/{name}"),
        format!("{folder}%2f{name}"),
        format!("./{name}"),
        format!(".{name}"),
        format!("../media/{name}"),
        format!("%2e%2e%2f{folder}%2f{name}"),
        format!("{name}/"),
        format!("{name}%00"),
        format!("{name}%00.html"),
        format!("{name}.html"),
        name.to_uppercase(),
        name.replace(".png", ".jpg"),
        name.replace(".png", ""),
        folder.to_owned(),
    ] {
        let answer = kith.ask(&Ask::get(&format!("/media/{tail}")));
        assert!(matches!(answer.status, 400 | 404), "{tail}");
        assert!(!holds(&answer.body, b"PNG"), "{tail}");
    }
}

#[test]
fn pictures_reach_another_kith_with_what_is_said_of_them() {
    let (a, b) = (ports::free(), ports::free());
    let hosts = vec![
        format!("alpha.localhost:{a}"),
        format!("beta.localhost:{b}"),
    ];
    let make = |name: &str, port| {
        let mut setup = Setup::new(&[]).named(name);
        setup.hosts.clone_from(&hosts);
        let kith = setup.make_at(port);
        kith.launch();
        kith
    };
    let (alpha, beta) = (make("alpha", a), make("beta", b));
    let (ada, bea) = (alpha.user("ada"), beta.user("bea"));
    let account = bea.follow(&ada.handle());
    until("the follow", || bea.follows(&account).then_some(()));
    let made = taken(&ada, &encoded(ImageFormat::Jpeg));
    let post = ada.post("/api/v1/statuses", &json!({"media_ids": [made["id"]]}));
    let seen = bea.awaits_status(post["uri"].as_str().expect("an id"));
    let here = &seen["media_attachments"][0];
    assert_eq!(here["remote_url"], made["url"]);
    assert_eq!(here["description"], "A wall");
    assert_eq!(here["blurhash"], made["blurhash"]);
    assert_eq!(here["meta"]["focus"], json!({"x": -0.5, "y": 0.25}));
    assert_eq!(here["meta"]["original"], made["meta"]["original"]);
}
