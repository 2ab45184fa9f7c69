//! From the bytes that came to the pictures that are kept. Pure: no files, no waiting.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, guess_format};

use super::{PictureError, Wanted};
use crate::domain::media::Format;

/// What may be uploaded.
pub const MEDIA_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// The longer side of a picture that is kept.
const WHOLE: u32 = 2_560;
/// The longer side of a preview.
const PREVIEW: u32 = 640;
/// The side of an avatar.
const AVATAR: u32 = 400;
/// Width and height of a header.
const HEADER: (u32, u32) = (1_500, 500);
/// What the blurred preview is made from.
const BLURRED: u32 = 64;
/// Above this JPEG only grows.
const QUALITY: u8 = 85;
/// The longest side that is read: no decoder then counts past what it can.
const LONGEST: u32 = 65_535;
/// Bytes that a decoder may take for a pixel. Pictures with 16 bits for each colour may have fewer pixels.
const PIXEL_BYTES: u64 = 4;
/// And besides: tables, rows, and the picture before it is sorted.
const BESIDES: u64 = 32 * 1024 * 1024;

/// How large an upload may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) pixels: u64,
}

/// A picture, encoded.
#[derive(Debug)]
pub(super) struct Print {
    pub(super) format: Format,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bytes: Vec<u8>,
}

/// What is kept of an upload.
#[derive(Debug)]
pub(super) struct Developed {
    pub(super) whole: Print,
    pub(super) preview: Option<Print>,
    pub(super) blurhash: String,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what map_err hands over"
)]
fn refusal(error: ImageError, limits: Limits) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooManyPixels(limits.pixels),
        ImageError::Unsupported(_) => PictureError::WrongKind,
        _ => PictureError::Damaged,
    }
}

/// Looks at the beginning of a file: what it is by its content, and how many pixels it claims. Decodes none of them.
///
/// # Errors
/// For what is too large, or no picture that is taken.
pub(super) fn look(bytes: &[u8], limits: Limits) -> Result<u64, PictureError> {
    let (decoder, _) = open(bytes, limits)?;
    let (width, height) = decoder.dimensions();
    Ok(u64::from(width) * u64::from(height))
}

fn open(
    bytes: &[u8],
    limits: Limits,
) -> Result<(impl ImageDecoder + '_, ImageFormat), PictureError> {
    if bytes.len() > limits.bytes {
        return Err(PictureError::TooLarge(limits.bytes));
    }
    let format = guess_format(bytes).ok().ok_or(PictureError::WrongKind)?;
    if !MEDIA_TYPES.contains(&format.to_mime_type()) {
        return Err(PictureError::WrongKind);
    }
    let mut bounds = image::Limits::default();
    bounds.max_alloc = Some(limits.pixels.saturating_mul(PIXEL_BYTES) + BESIDES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(bounds);
    let decoder = reader
        .into_decoder()
        .map_err(|error| refusal(error, limits))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(PictureError::Damaged);
    }
    let is_large = decoder.total_bytes() > limits.pixels.saturating_mul(PIXEL_BYTES);
    if pixels > limits.pixels || is_large || width.max(height) > LONGEST {
        return Err(PictureError::TooManyPixels(limits.pixels));
    }
    Ok((decoder, format))
}

/// Decodes a picture, and encodes what is wanted of it.
///
/// # Errors
/// As [`look`], and for what is damaged further on.
pub(super) fn develop(
    bytes: &[u8],
    limits: Limits,
    wanted: Wanted,
) -> Result<Developed, PictureError> {
    let (mut decoder, format) = open(bytes, limits)?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(error, limits))?;
    // First small, then turned: the whole is in memory once.
    let mut image = fit(image, WHOLE);
    image.apply_orientation(turned);
    let image = match wanted {
        Wanted::Attachment => image,
        Wanted::Avatar => fill(&image, (AVATAR, AVATAR)),
        Wanted::Header => fill(&image, HEADER),
    };
    let (image, format) = plain(image, format);
    let small = (wanted == Wanted::Attachment).then(|| fit(image.clone(), PREVIEW));
    Ok(Developed {
        blurhash: blurred(small.as_ref().unwrap_or(&image)),
        preview: small.map(|small| print(&small, format)).transpose()?,
        whole: print(&image, format)?,
    })
}

/// The picture with no side longer than `longest`.
fn fit(image: DynamicImage, longest: u32) -> DynamicImage {
    if image.width().max(image.height()) <= longest {
        image
    } else {
        image.thumbnail(longest, longest)
    }
}

/// The middle of a picture in this shape, made no larger than it is.
fn fill(image: &DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    let (w, h) = (u64::from(image.width()), u64::from(image.height()));
    let (across, down) = (u64::from(width), u64::from(height));
    let part = |sides: u64| u32::try_from(sides.max(1)).unwrap_or(1);
    let (cut_w, cut_h) = if w * down > h * across {
        (part(h * across / down), part(h))
    } else {
        (part(w), part(w * down / across))
    };
    let left = image.width().saturating_sub(cut_w) / 2;
    let top = image.height().saturating_sub(cut_h) / 2;
    let cut = image.crop_imm(left, top, cut_w, cut_h);
    if cut_w <= width {
        cut
    } else {
        cut.thumbnail_exact(width, height)
    }
}

/// With 8 bits for each colour, and alpha only where something can be seen through. What came as a photograph stays
/// one: JPEG, and `WebP` without holes.
fn plain(image: DynamicImage, came_as: ImageFormat) -> (DynamicImage, Format) {
    let image = if image.color().has_alpha() {
        let pixels = image.into_rgba8();
        if pixels.pixels().any(|pixel| pixel.0.last() != Some(&255)) {
            return (DynamicImage::ImageRgba8(pixels), Format::Png);
        }
        DynamicImage::ImageRgba8(pixels)
    } else {
        image
    };
    let is_photograph = matches!(came_as, ImageFormat::Jpeg | ImageFormat::WebP);
    let format = if is_photograph {
        Format::Jpeg
    } else {
        Format::Png
    };
    (DynamicImage::ImageRgb8(image.into_rgb8()), format)
}

fn print(image: &DynamicImage, format: Format) -> Result<Print, PictureError> {
    let mut bytes = Vec::new();
    match format {
        Format::Jpeg => JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(image),
        Format::Png => image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png),
    }
    .ok()
    .ok_or(PictureError::Damaged)?;
    Ok(Print {
        format,
        width: image.width(),
        height: image.height(),
        bytes,
    })
}

fn blurred(image: &DynamicImage) -> String {
    let small = fit(image.clone(), BLURRED).into_rgba8();
    let (width, height) = small.dimensions();
    let (across, down) = if width < height { (3, 4) } else { (4, 3) };
    blurhash::encode(across, down, width, height, &small).unwrap_or_default()
}
