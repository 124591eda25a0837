//! Formats of files, and what is known of each.
//!
//! The crates `infer` and `file-format` were held against the tables of `format/tests.rs`. The first
//! knows neither TIFF nor Matroska and takes `BMW` for a bitmap; the second takes AVIF with the brand
//! `mif1` for HEIF, `WebM` for plain EBML, and an MP3 with a tag for the tag. What this API makes is
//! few formats, and they have to be right.

mod bytes;
mod text;

#[cfg(test)]
pub(crate) mod tests;

use crate::OutputKind;

pub(crate) use bytes::{ENOUGH, recognize};
pub(crate) use text::{Text, recognize_text};

/// A format of files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    /// What it holds; containers of video hold audio too, and documents neither.
    pub(crate) kinds: &'static [OutputKind],
    /// Its media types, the proper one first.
    media_types: &'static [&'static str],
    /// The endings of its files' names, the proper one first.
    endings: &'static [&'static str],
    /// Which other endings its files may have.
    also: Also,
}

/// Endings that are another format's, or nobody's.
#[derive(Debug, PartialEq, Eq)]
enum Also {
    /// Of the same container: `ftyp` with a general brand may be an `.m4a`.
    These(&'static [&'static str]),
    /// Anything that is no format here: a `.usdz` is a ZIP file, and an `.srt` plain text.
    Unknown,
}

impl Format {
    pub(crate) fn media_type(&self) -> &'static str {
        self.media_types[0]
    }

    /// What a file of it is called that is taken for this kind of medium.
    pub(crate) fn media_type_as(&self, kind: OutputKind) -> &'static str {
        let proper = self.media_types.iter().find(|name| kind_of_media_type(name) == Some(kind));
        match (proper, kind) {
            (Some(proper), _) => proper,
            (None, Audio) if self.kinds.contains(&Video) => M4A.media_type(),
            _ => self.media_type(),
        }
    }

    pub(crate) fn ending(&self) -> &'static str {
        self.endings[0]
    }

    /// Whether a file of it may have a name with this ending.
    pub(crate) fn may_end_with(&self, ending: &str) -> bool {
        self.endings.contains(&ending)
            || match self.also {
                These(others) => others.contains(&ending),
                Unknown => Self::of_ending(ending)
                    .is_none_or(|other| self.is_text() && other.is_text() && other.is_open()),
            }
    }

    /// Whether a file of it may be said to have this media type.
    pub(crate) fn may_be(&self, media_type: &str) -> bool {
        self.media_types.contains(&media_type)
            || Self::of_media_type(media_type)
                .map_or(self.is_open(), |other| self.may_end_with(other.ending()))
    }

    fn is_open(&self) -> bool {
        self.also == Unknown
    }

    /// Whether it is text of some kind, which nothing but its content tells from an error page.
    pub(crate) fn is_text(&self) -> bool {
        FORMATS.iter().skip_while(|format| ***format != HTML).any(|text| *text == self)
    }

    /// Whether it is what people read, a page or words, which is never a medium under a false name.
    pub(crate) fn is_prose(&self) -> bool {
        [&HTML, &TEXT].contains(&self)
    }

    pub(crate) fn is_words(&self) -> bool {
        self == &TEXT
    }

    pub(crate) fn is_svg(&self) -> bool {
        self == &SVG
    }

    pub(crate) fn is_compressed(&self) -> bool {
        [&GZIP, &ZSTD].contains(&self)
    }

    pub(crate) fn of_media_type(media_type: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.media_types.contains(&media_type))
    }

    pub(crate) fn of_ending(ending: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.endings.contains(&ending))
    }
}

/// The kind of a media type, also of one that no format here has.
pub(crate) fn kind_of_media_type(media_type: &str) -> Option<OutputKind> {
    match media_type.split('/').next()? {
        "image" => Some(Image),
        "video" => Some(Video),
        "audio" => Some(Audio),
        _ => None,
    }
}

macro_rules! formats {
    ($($id:ident = $name:literal $kinds:tt $types:tt $endings:tt $also:expr;)*) => {
        $(pub(crate) static $id: Format = Format {
            name: $name,
            kinds: &$kinds,
            media_types: &$types,
            endings: &$endings,
            also: $also,
        };)*
        static FORMATS: &[&Format] = &[$(&$id),*];
    };
}

use Also::{These, Unknown};
use OutputKind::{Audio, Image, Video};

const NO: Also = These(&[]);

formats! {
    PNG = "PNG" [Image] ["image/png", "image/x-png", "image/apng"] ["png", "apng"] NO;
    JPEG = "JPEG" [Image] ["image/jpeg", "image/jpg", "image/pjpeg"] ["jpg", "jpeg", "jpe", "jfif"] NO;
    WEBP = "WebP" [Image] ["image/webp"] ["webp"] NO;
    GIF = "GIF" [Image, Video] ["image/gif"] ["gif"] NO;
    AVIF = "AVIF" [Image] ["image/avif", "image/avif-sequence"] ["avif", "avifs"] NO;
    HEIC = "HEIC" [Image] ["image/heic", "image/heic-sequence"] ["heic", "heics"] These(&["heif", "hif"]);
    HEIF = "HEIF" [Image] ["image/heif", "image/heif-sequence"] ["heif", "hif", "heifs"] These(&["heic", "avif"]);
    JXL = "JPEG XL" [Image] ["image/jxl"] ["jxl"] NO;
    JP2 = "JPEG 2000" [Image] ["image/jp2", "image/jpx"] ["jp2", "jpx", "j2k"] NO;
    BMP = "BMP" [Image] ["image/bmp", "image/x-ms-bmp"] ["bmp", "dib"] NO;
    TIFF = "TIFF" [Image] ["image/tiff"] ["tiff", "tif"] These(&["dng", "nef", "arw", "cr2", "svs"]);
    ICO = "ICO" [Image] ["image/x-icon", "image/vnd.microsoft.icon"] ["ico", "cur"] NO;
    PSD = "Photoshop" [Image] ["image/vnd.adobe.photoshop", "image/x-photoshop"] ["psd", "psb"] NO;
    EXR = "OpenEXR" [Image] ["image/x-exr", "image/aces"] ["exr"] NO;
    HDR = "Radiance HDR" [Image] ["image/vnd.radiance", "image/x-hdr"] ["hdr"] NO;
    QOI = "QOI" [Image] ["image/qoi"] ["qoi"] NO;
    DDS = "DDS" [Image] ["image/vnd-ms.dds"] ["dds"] NO;
    SVG = "SVG" [Image] ["image/svg+xml"] ["svg"] These(&["xml"]);
    MP4 = "MP4" [Video, Audio] ["video/mp4", "application/mp4"] ["mp4", "mpg4"] These(&["m4v", "m4a", "m4b", "mov", "3gp"]);
    M4V = "M4V" [Video, Audio] ["video/x-m4v"] ["m4v"] These(&["mp4"]);
    MOV = "QuickTime" [Video, Audio] ["video/quicktime"] ["mov", "qt"] NO;
    THREE_GP = "3GP" [Video, Audio] ["video/3gpp", "video/3gpp2", "audio/3gpp"] ["3gp", "3g2"] These(&["mp4"]);
    WEBM = "WebM" [Video, Audio] ["video/webm", "audio/webm"] ["webm", "weba"] NO;
    MKV = "Matroska" [Video, Audio] ["video/x-matroska", "video/matroska", "audio/x-matroska"] ["mkv", "mka"] NO;
    AVI = "AVI" [Video] ["video/x-msvideo", "video/avi", "video/vnd.avi"] ["avi"] NO;
    FLV = "Flash video" [Video] ["video/x-flv"] ["flv"] NO;
    MPEG = "MPEG" [Video] ["video/mpeg", "video/mp2p"] ["mpg", "mpeg", "vob"] NO;
    TS = "MPEG-TS" [Video, Audio] ["video/mp2t"] ["ts", "m2ts", "mts"] NO;
    ASF = "Windows Media" [Video, Audio] ["video/x-ms-wmv", "video/x-ms-asf", "audio/x-ms-wma"] ["wmv", "asf", "wma"] NO;
    WAV = "WAV" [Audio] ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"] ["wav", "wave", "rf64"] NO;
    AIFF = "AIFF" [Audio] ["audio/aiff", "audio/x-aiff"] ["aiff", "aif", "aifc"] NO;
    FLAC = "FLAC" [Audio] ["audio/flac", "audio/x-flac"] ["flac"] NO;
    OGG = "Ogg" [Audio, Video] ["audio/ogg", "video/ogg", "application/ogg"] ["ogg", "oga", "ogv", "spx"] These(&["opus"]);
    OPUS = "Opus" [Audio] ["audio/opus"] ["opus"] These(&["ogg", "oga"]);
    M4A = "M4A" [Audio, Video] ["audio/mp4", "audio/x-m4a", "audio/m4a"] ["m4a", "m4b", "m4r"] These(&["mp4"]);
    MP3 = "MP3" [Audio] ["audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/mpeg3"] ["mp3", "mp2", "mpga"] NO;
    AAC = "AAC" [Audio] ["audio/aac", "audio/x-aac", "audio/aacp"] ["aac", "adts"] NO;
    AMR = "AMR" [Audio] ["audio/amr", "audio/amr-wb"] ["amr", "awb"] NO;
    CAF = "CAF" [Audio] ["audio/x-caf"] ["caf"] NO;
    MIDI = "MIDI" [] ["audio/midi", "audio/x-midi"] ["mid", "midi"] NO;
    GLB = "glTF" [] ["model/gltf-binary"] ["glb"] These(&["vrm"]);
    FBX = "FBX" [] ["application/vnd.autodesk.fbx"] ["fbx"] NO;
    PLY = "PLY" [] ["model/ply", "application/ply"] ["ply"] NO;
    STL = "STL" [] ["model/stl", "application/sla"] ["stl"] NO;
    USDC = "USD" [] ["model/vnd.usd", "model/vnd.usdc"] ["usdc", "usd"] NO;
    BLEND = "Blender" [] ["application/x-blender"] ["blend"] NO;
    PDF = "PDF" [] ["application/pdf"] ["pdf", "ai"] NO;
    ZIP = "ZIP" [] ["application/zip", "application/x-zip-compressed"] ["zip"] Unknown;
    GZIP = "gzip" [] ["application/gzip", "application/x-gzip"] ["gz", "tgz", "svgz"] Unknown;
    ZSTD = "Zstandard" [] ["application/zstd"] ["zst"] Unknown;
    SEVEN_ZIP = "7-Zip" [] ["application/x-7z-compressed"] ["7z"] NO;
    RAR = "RAR" [] ["application/vnd.rar", "application/x-rar-compressed"] ["rar"] NO;
    TAR = "tar" [] ["application/x-tar"] ["tar"] NO;
    // From here on: text.
    HTML = "an HTML page" [] ["text/html", "application/xhtml+xml"] ["html", "htm", "xhtml"] NO;
    XML = "XML" [] ["application/xml", "text/xml"] ["xml"] Unknown;
    JSON = "JSON" [] ["application/json", "text/json", "application/problem+json"] ["json", "jsonl"] Unknown;
    TEXT = "text" [] ["text/plain"] ["txt", "text", "log"] Unknown;
    CSV = "CSV" [] ["text/csv"] ["csv", "tsv"] Unknown;
    VTT = "WebVTT" [] ["text/vtt"] ["vtt"] Unknown;
    SRT = "SubRip" [] ["application/x-subrip", "text/srt"] ["srt"] Unknown;
    MARKDOWN = "Markdown" [] ["text/markdown"] ["md"] Unknown;
    OBJ = "OBJ" [] ["model/obj"] ["obj", "mtl"] Unknown;
    GLTF = "glTF in JSON" [] ["model/gltf+json"] ["gltf"] Unknown;
}
