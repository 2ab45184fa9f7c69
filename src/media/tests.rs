//! Pictures made here, good and bad, and what is kept of them.

use std::io::{Cursor, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use bytes::Bytes;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::{PictureError, Pictures, Wanted};
use crate::config::Config;
use crate::domain::media::{FileName, Format, Picture, Stored};

const SECRET: &[u8] = b"SECRETPLACE";

struct Kit {
    pictures: Pictures,
    folder: tempfile::TempDir,
}

impl Kit {
    fn new() -> Kit {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::minimal("kith.example", folder.path());
        Kit {
            pictures: Pictures::new(&config),
            folder,
        }
    }

    async fn keep(&self, bytes: Vec<u8>, wanted: Wanted) -> Result<Stored, PictureError> {
        let names = [[1; 16], [2; 16]];
        self.pictures.keep(Bytes::from(bytes), wanted, names).await
    }

    async fn refused(&self, bytes: Vec<u8>) -> PictureError {
        let refused = self.keep(bytes, Wanted::Attachment).await.unwrap_err();
        let media = self.folder.path().join("media");
        assert!(!media.exists(), "nothing of it is kept");
        refused
    }

    fn read(&self, picture: &Picture) -> Vec<u8> {
        let name = &picture.file;
        let media = self.folder.path().join("media");
        let bytes = std::fs::read(media.join(name.folder()).join(name.as_str())).unwrap();
        assert_eq!(bytes.len() as u64, picture.bytes);
        bytes
    }

    fn look(&self, picture: &Picture) -> DynamicImage {
        let image = image::load_from_memory(&self.read(picture)).unwrap();
        let size = (picture.width, picture.height);
        assert_eq!((image.width(), image.height()), size);
        image
    }
}

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| {
        Rgb(if x < width / 2 {
            [220, 0, 0]
        } else {
            [0, 0, 220]
        })
    })
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.encode_image(image).unwrap();
    bytes
}

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// An APP1 segment as cameras write it: turned by 90 degrees, a description, and where it was taken.
fn exif() -> Vec<u8> {
    fn entry(tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
        let mut entry = Vec::new();
        entry.extend(tag.to_le_bytes());
        entry.extend(kind.to_le_bytes());
        entry.extend(count.to_le_bytes());
        entry.extend(value);
        entry
    }
    let (gps_at, text_at) = (50_u32, 68_u32);
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(3_u16.to_le_bytes());
    let length = u32::try_from(SECRET.len()).unwrap();
    tiff.extend(entry(0x010e, 2, length, text_at.to_le_bytes()));
    tiff.extend(entry(0x0112, 3, 1, [6, 0, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, gps_at.to_le_bytes()));
    tiff.extend([0; 4]);
    assert_eq!(tiff.len(), 50);
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, *b"N\0\0\0"));
    tiff.extend([0; 4]);
    tiff.extend(SECRET);
    let mut segment = b"\xff\xe1".to_vec();
    let size = u16::try_from(tiff.len() + 8).unwrap();
    segment.extend(size.to_be_bytes());
    segment.extend(b"Exif\0\0");
    segment.extend(tiff);
    segment
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(&kind);
    crc.update(data);
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    chunk.extend(crc.sum().to_be_bytes());
    chunk
}

/// A PNG that claims a size and holds next to nothing.
fn claiming_png(width: u32, height: u32) -> Vec<u8> {
    let mut header = width.to_be_bytes().to_vec();
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&[0; 1_000]).unwrap();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(chunk(*b"IHDR", &header));
    bytes.extend(chunk(*b"IDAT", &packed.finish().unwrap()));
    bytes.extend(chunk(*b"IEND", &[]));
    bytes
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[tokio::test]
async fn a_photograph_loses_its_metadata_and_stands_upright() {
    let kit = Kit::new();
    let mut bytes = jpeg(&halves(1_200, 800));
    let end = bytes.split_off(2);
    bytes.extend(exif());
    bytes.extend(end);
    assert!(holds(&bytes, SECRET));
    let stored = kit.keep(bytes, Wanted::Attachment).await.unwrap();
    let preview = stored.preview.as_ref().unwrap();
    assert_eq!((stored.whole.width, stored.whole.height), (800, 1_200));
    assert_eq!((preview.width, preview.height), (427, 640));
    assert!(!stored.blurhash.is_empty());
    for picture in [&stored.whole, preview] {
        let bytes = kit.read(picture);
        for trace in [SECRET, b"Exif", b"II*\0"] {
            assert!(!holds(&bytes, trace));
        }
        assert_eq!(picture.file.format(), Format::Jpeg);
        let image = kit.look(picture).into_rgb8();
        let (top, bottom) = (
            image.get_pixel(picture.width / 2, picture.height / 8),
            image.get_pixel(picture.width / 2, picture.height * 7 / 8),
        );
        assert!(top.0[0] > 150 && top.0[2] < 100, "red on top: {top:?}");
        assert!(bottom.0[2] > 150 && bottom.0[0] < 100, "{bottom:?}");
    }
}

#[tokio::test]
async fn files_are_for_their_owner_alone_and_named_by_chance() {
    let kit = Kit::new();
    let stored = kit.keep(jpeg(&halves(10, 10)), Wanted::Attachment).await;
    let name = stored.unwrap().whole.file;
    assert_eq!(name, FileName::new([1; 16], Format::Jpeg));
    let part = kit.folder.path().join("media").join("01");
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(part.clone()), 0o700);
    assert_eq!(mode(part.join(name.as_str())), 0o600);
    assert_eq!(kit.pictures.list(1).await.unwrap().len(), 1);
    assert!(kit.pictures.open(&name).await.unwrap().is_some());
    kit.pictures.remove(vec![name.clone()]).await.unwrap();
    kit.pictures.remove(vec![name.clone()]).await.unwrap();
    assert!(kit.pictures.open(&name).await.unwrap().is_none());
}

#[tokio::test]
async fn large_pictures_are_made_smaller_and_portraits_cut() {
    let kit = Kit::new();
    let large = kit.keep(jpeg(&halves(4_000, 1_000)), Wanted::Attachment);
    let large = large.await.unwrap();
    assert_eq!((large.whole.width, large.whole.height), (2_560, 640));
    for (wanted, size) in [(Wanted::Avatar, (400, 400)), (Wanted::Header, (1_500, 500))] {
        let kit = Kit::new();
        let stored = kit.keep(jpeg(&halves(2_000, 1_200)), wanted).await.unwrap();
        kit.look(&stored.whole);
        assert_eq!((stored.whole.width, stored.whole.height), size);
        assert_eq!(stored.preview, None);
    }
    let tiny = Kit::new().keep(jpeg(&halves(3, 1)), Wanted::Header).await;
    assert_eq!(tiny.unwrap().whole.height, 1);
}

#[tokio::test]
async fn every_kind_that_is_taken_becomes_jpeg_or_png() {
    let glass = RgbaImage::from_pixel(20, 10, Rgba([10, 200, 10, 100]));
    for (bytes, format) in [
        (encoded(halves(20, 10), ImageFormat::Png), Format::Png),
        (encoded(halves(20, 10), ImageFormat::WebP), Format::Jpeg),
        (encoded(glass.clone(), ImageFormat::WebP), Format::Png),
        (encoded(glass, ImageFormat::Png), Format::Png),
        (encoded(halves(20, 10), ImageFormat::Gif), Format::Png),
    ] {
        let kit = Kit::new();
        let stored = kit.keep(bytes, Wanted::Attachment).await.unwrap();
        assert_eq!(stored.whole.file.format(), format);
        kit.look(&stored.whole);
    }
}

#[tokio::test]
async fn of_an_animation_the_first_picture_is_kept() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    for at in 0..500_u32 {
        let colour = if at == 0 {
            [255, 0, 0, 255]
        } else {
            [0, 0, 255, 255]
        };
        let frame = Frame::new(RgbaImage::from_pixel(8, 8, Rgba(colour)));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    let kit = Kit::new();
    let stored = kit.keep(bytes, Wanted::Attachment).await.unwrap();
    let image = kit.look(&stored.whole).into_rgb8();
    assert_eq!(image.get_pixel(4, 4).0, [255, 0, 0]);
}

#[tokio::test]
async fn a_picture_that_claims_too_many_pixels_is_refused_undecoded() {
    let kit = Kit::new();
    let too_many = |error| matches!(error, PictureError::TooManyPixels(40_000_000));
    assert!(too_many(kit.refused(claiming_png(10_000, 10_000)).await));
    let refused = kit.refused(claiming_png(70_000, 70_000)).await;
    assert!(too_many(refused));
    let mut gif = b"GIF89a\xff\xff\xff\xff\0\0\0".to_vec();
    gif.extend(b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;");
    assert!(too_many(kit.refused(gif).await));
}

#[tokio::test]
async fn what_is_too_large_is_not_even_looked_at() {
    let kit = Kit::new();
    let mut bytes = jpeg(&halves(10, 10));
    bytes.resize(10 * 1024 * 1024 + 1, 0);
    let refused = kit.refused(bytes).await;
    assert!(matches!(refused, PictureError::TooLarge(10_485_760)));
}

#[tokio::test]
async fn what_is_no_picture_is_refused_whatever_it_says_to_be() {
    let kit = Kit::new();
    for bad in [
        &b""[..],
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a<script>",
        b"\xff\xd8\xff<script>",
        b"%PDF-1.7",
        b"BM\x3a\0\0\0\0\0\0\0",
        b"II*\0\x08\0\0\0\0\0",
        b"RIFF\x10\0\0\0WEBPVP8 ",
    ] {
        let refused = kit.refused(bad.to_vec()).await;
        let is_said = matches!(refused, PictureError::WrongKind | PictureError::Damaged);
        assert!(is_said, "{refused:?}");
    }
}

#[tokio::test]
async fn a_picture_that_is_cut_off_is_refused() {
    for (format, share) in [
        (ImageFormat::Png, 2),
        (ImageFormat::WebP, 2),
        (ImageFormat::Gif, 3),
    ] {
        let noise = RgbImage::from_fn(90, 90, |x, y| {
            let dot = u8::try_from((x * 31 + y * 17 + x * y) % 251).unwrap();
            Rgb([dot, dot.wrapping_mul(3), dot.wrapping_add(9)])
        });
        let mut bytes = encoded(noise, format);
        bytes.truncate(bytes.len() / share);
        let refused = Kit::new().refused(bytes).await;
        assert!(matches!(refused, PictureError::Damaged), "{format:?}");
    }
}

#[tokio::test]
async fn what_hangs_behind_or_inside_a_picture_is_left_behind() {
    let script = b"<html><script>alert(1)</script>";
    let mut behind = encoded(halves(20, 10), ImageFormat::Png);
    behind.extend(script);
    let mut inside = jpeg(&halves(20, 10));
    let end = inside.split_off(2);
    inside.extend(b"\xff\xfe\0\x21");
    inside.extend(script);
    inside.extend(end);
    for bytes in [behind, inside] {
        let kit = Kit::new();
        assert!(holds(&bytes, script));
        let stored = kit.keep(bytes, Wanted::Attachment).await.unwrap();
        let preview = stored.preview.as_ref().unwrap();
        for picture in [&stored.whole, preview] {
            assert!(!holds(&kit.read(picture), b"script"));
        }
    }
}
