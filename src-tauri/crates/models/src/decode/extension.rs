//! What a name's extension claims, and whether the content is something else.
//!
//! Only well-known extensions claim anything, and text formats among themselves never differ.

use super::kind::Kind;
use super::picture;
use winnow_contract::asset::MediaKind;

/// What kind of content an extension claims; all text formats are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Text,
    Kind(MediaKind),
    /// A picture of exactly this type.
    Picture(&'static str),
}

const CLAIMS: &[(&[&str], Claim)] = &[
    (
        &["txt", "text", "md", "csv", "tsv", "log", "json", "xml", "yaml", "yml", "html", "htm", "rs", "py", "js", "css", "srt", "vtt"],
        Claim::Text,
    ),
    (&["pdf"], Claim::Kind(MediaKind::Pdf)),
    (&["doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf", "epub"], Claim::Kind(MediaKind::Office)),
    (&["zip", "7z", "gz", "tgz", "tar", "bz2", "xz", "rar"], Claim::Kind(MediaKind::Archive)),
    (&["wav", "mp3", "flac", "m4a", "aac", "opus"], Claim::Kind(MediaKind::Sound)),
    (&["mp4", "mkv", "avi", "mov", "webm", "wmv"], Claim::Kind(MediaKind::Video)),
    (&["jpg", "jpeg", "jpe"], Claim::Picture("image/jpeg")),
    (&["png"], Claim::Picture("image/png")),
    (&["gif"], Claim::Picture("image/gif")),
    (&["webp"], Claim::Picture("image/webp")),
    (&["bmp"], Claim::Picture("image/bmp")),
    (&["tif", "tiff"], Claim::Picture("image/tiff")),
    (&["heic"], Claim::Picture("image/heic")),
    (&["avif"], Claim::Picture("image/avif")),
    (&["svg"], Claim::Picture("image/svg+xml")),
    (&["jp2", "j2k", "j2c", "jpc", "jpf", "jpx", "jpm"], Claim::Picture(picture::JPEG_2000)),
    (&["psd", "psb"], Claim::Picture(picture::PHOTOSHOP)),
    (&["ico", "cur"], Claim::Picture(picture::ICON)),
    (&["icns"], Claim::Picture(picture::APPLE_ICON)),
    (&["pbm", "pgm", "ppm", "pnm", "pam"], Claim::Picture(picture::PNM)),
    (&["tga"], Claim::Picture(picture::TGA)),
    (&["pcx"], Claim::Picture(picture::PCX)),
    (&["sgi"], Claim::Picture(picture::SGI)),
    (&["pcd"], Claim::Picture(picture::PHOTO_CD)),
    (&["dds"], Claim::Picture(picture::DDS)),
    (&["hdr"], Claim::Picture(picture::RADIANCE)),
    (&["eml", "msg", "mbox"], Claim::Kind(MediaKind::Mail)),
    (&["mht", "mhtml"], Claim::Kind(MediaKind::Web)),
];

/// The extension, when it claims another kind of content than was found.
pub fn mismatch<'a>(extension: &'a str, found: &Kind) -> Option<&'a str> {
    let agrees = match claim(extension)? {
        Claim::Text => matches!(found.media, MediaKind::Text | MediaKind::Table | MediaKind::Web | MediaKind::Mail),
        Claim::Kind(media) => found.media == media,
        Claim::Picture(media_type) => found.media_type == media_type,
    };
    (!agrees && found.media != MediaKind::Empty).then_some(extension)
}

/// The extension claims a format whose bytes have to show it.
pub fn has_to_show(extension: &str) -> bool {
    claim(extension).is_some_and(|claim| claim != Claim::Text)
}

fn claim(extension: &str) -> Option<Claim> {
    CLAIMS.iter().find(|(names, _)| names.contains(&extension)).map(|(_, claim)| *claim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(extension: &str, media: MediaKind, media_type: &'static str, differs: bool) {
        let found = mismatch(extension, &Kind { media, media_type });
        assert_eq!(found.is_some(), differs, "{extension} holds {media_type}");
    }

    #[test]
    fn only_another_kind_is_a_mismatch() {
        use MediaKind::*;
        check("pdf", Image, "image/jpeg", true);
        check("png", Image, "image/jpeg", true);
        check("jpeg", Image, "image/jpeg", false);
        check("txt", Web, "text/html", false);
        check("csv", Text, "text/plain", false);
        check("html", Text, "text/plain", false);
        check("doc", Text, "text/plain", true);
        check("txt", Other, "application/octet-stream", true);
        check("xyz", Image, "image/png", false);
        check("j2k", Image, "image/jp2", false);
        check("tga", Other, "application/octet-stream", true);
        check("ppm", Image, "image/jpeg", true);
        check("", Image, "image/png", false);
        check("pdf", Empty, "application/x-empty", false);
        check("docx", Office, "application/x-ole-storage", false);
        check("msg", Mail, "application/vnd.ms-outlook", false);
        check("mhtml", Text, "text/plain", true);
        check("docx", Archive, "application/zip", true);
    }
}
