use super::*;

/// `ftyp` with a brand, a version and the brands that the file is compatible with.
fn ftyp(major: &str, compatible: &[&str]) -> Vec<u8> {
    let length = u32::try_from(16 + 4 * compatible.len()).unwrap();
    let start = [&length.to_be_bytes()[..], b"ftyp", major.as_bytes(), b"\0\0\x02\0"].concat();
    [start, compatible.concat().into_bytes(), b"\0\0\0\x08free".to_vec()].concat()
}

fn ogg(packet: &[u8]) -> Vec<u8> {
    [b"OggS\0\x02", &[0; 20][..], b"\x01\x1e", packet].concat()
}

/// Two frames that begin like this, the second after so many bytes.
fn frames(header: &[u8], length: usize) -> Vec<u8> {
    let mut sound = header.to_vec();
    sound.resize(length, 0x55);
    [sound, header.to_vec(), vec![0x55; 32]].concat()
}

fn tagged(sound: &[u8]) -> Vec<u8> {
    [b"ID3\x04\0\0\0\0\0\x0a", &[0; 10][..], sound].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn utf16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn with_mark(mark: &[u8], text: &[u8]) -> Vec<u8> {
    [mark, text].concat()
}

fn at(offset: usize, magic: &[u8]) -> Vec<u8> {
    let mut head = b"a.png".to_vec();
    head.resize(offset, 0);
    [head, magic.to_vec()].concat()
}

fn packets(from: usize, step: usize) -> Vec<u8> {
    let mut stream = vec![0x11; from + 3 * step];
    (0..3).for_each(|n| stream[from + n * step] = 0x47);
    stream
}

/// An SVG as drawing programs write them: the root comes late.
fn late_svg() -> String {
    let entities = "<!ENTITY ns_svg \"http://www.w3.org/2000/svg\">\n".repeat(40);
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- {} > -->\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x>.dtd\" [\n{entities}]>\n<svg width='1'>",
        "Generator: a drawing program. ".repeat(60),
    )
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn formats_are_told_by_their_first_bytes() {
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec(), "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), "JPEG"),
        (b"\xff\xd8\xff\xe1\0\x10Exif".to_vec(), "JPEG"),
        (b"\xff\xd8\xff\xdb".to_vec(), "JPEG"),
        (b"GIF87a".to_vec(), "GIF"),
        (b"GIF89a\x01\0".to_vec(), "GIF"),
        (b"RIFF\x10\0\0\0WEBPVP8X".to_vec(), "WebP"),
        (ftyp("avif", &["avif", "mif1", "miaf"]), "AVIF"),
        (ftyp("mif1", &["mif1", "avif", "miaf"]), "AVIF"),
        (ftyp("mif1", &["miaf", "MA1B", "avif"]), "AVIF"),
        (ftyp("msf1", &["avis", "msf1", "iso8"]), "AVIF"),
        (ftyp("avis", &["avis", "avif"]), "AVIF"),
        (ftyp("avio", &[]), "AVIF"),
        (ftyp("tmap", &["mif1", "avif"]), "AVIF"),
        (ftyp("heic", &["mif1", "heic"]), "HEIC"),
        (ftyp("heix", &["mif1", "heix"]), "HEIC"),
        (ftyp("mif1", &["mif1", "heic"]), "HEIC"),
        (ftyp("msf1", &["hevc"]), "HEIC"),
        (ftyp("mif1", &["mif1", "miaf"]), "HEIF"),
        (ftyp("mif1", &["mif1", "iso8", "qt  "]), "HEIF"),
        (b"\0\0\0\x20ftypheic".to_vec(), "HEIC"),
        (b"\0\0\0\x20ftypmif1".to_vec(), "HEIF"),
        (b"\xff\x0a\xfa\x7f".to_vec(), "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n".to_vec(), "JPEG XL"),
        (ftyp("jxl ", &[]), "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n\x87\n".to_vec(), "JPEG 2000"),
        (b"\xff\x4f\xff\x51\0".to_vec(), "JPEG 2000"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec(), "BMP"),
        (b"BM\x46\0\0\0\0\0\0\0".to_vec(), "BMP"),
        (b"II*\0\x08\0\0\0".to_vec(), "TIFF"),
        (b"MM\0*\0\0\0\x08".to_vec(), "TIFF"),
        (b"II+\0\x08\0\0\0".to_vec(), "TIFF"),
        (b"\0\0\x01\0\x01\0\x10\x10\0\0".to_vec(), "ICO"),
        (b"8BPS\0\x01\0\0".to_vec(), "Photoshop"),
        (b"8BPS\0\x02\0\0".to_vec(), "Photoshop"),
        (b"\x76\x2f\x31\x01\x02\0\0\0".to_vec(), "OpenEXR"),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n".to_vec(), "Radiance HDR"),
        (b"qoif\0\0\0\x01".to_vec(), "QOI"),
        (b"DDS \x7c\0\0\0".to_vec(), "DDS"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "SVG"),
        (b"\n\n  <SVG width='1'>".to_vec(), "SVG"),
        (b"<svg:svg xmlns:svg='http://www.w3.org/2000/svg'>".to_vec(), "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg>".to_vec(), "SVG"),
        (b"<!-- <html> --><svg>".to_vec(), "SVG"),
        (late_svg().into_bytes(), "SVG"),
        (with_mark(b"\xff\xfe", &utf16(&late_svg())), "SVG"),
        (with_mark(b"\xfe\xff", &utf16_be("<?xml version='1.0'?><svg>")), "SVG"),
        (ftyp("isom", &["isom", "iso2", "avc1", "mp41"]), "MP4"),
        (ftyp("mp42", &["mp42", "isom"]), "MP4"),
        (ftyp("iso5", &["iso5", "dash"]), "MP4"),
        (ftyp("dash", &["iso6", "mp41"]), "MP4"),
        (ftyp("isom", &["3gp4", "qt  "]), "MP4"),
        (ftyp("XAVC", &["XAVC", "mp42", "iso2"]), "MP4"),
        (ftyp("abcd", &[]), "MP4"),
        (b"\0\0\0\x20ftypisom".to_vec(), "MP4"),
        (ftyp("M4V ", &["M4V ", "M4A ", "mp42"]), "M4V"),
        (ftyp("qt  ", &["qt  "]), "QuickTime"),
        (b"\0\0\0\x08wide\0\0\x10\0mdat".to_vec(), "QuickTime"),
        (b"\0\x12\x34\x56moov\0\0\0\x6cmvhd".to_vec(), "QuickTime"),
        (b"\x07\x12\x34\x56mdat".to_vec(), "QuickTime"),
        (ftyp("3gp4", &["isom", "3gp4"]), "3GP"),
        (ftyp("3g2a", &[]), "3GP"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87".to_vec(), "WebM"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x23\x42\x82\x88matroska".to_vec(), "Matroska"),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska\x4d\x80\x84webm".to_vec(), "Matroska"),
        (b"RIFF\x10\0\0\0AVI LIST".to_vec(), "AVI"),
        (b"FLV\x01\x05\0\0\0\x09".to_vec(), "Flash video"),
        (b"\0\0\x01\xba\x44\0".to_vec(), "MPEG"),
        (b"\0\0\x01\xb3\x14".to_vec(), "MPEG"),
        (packets(0, 188), "MPEG-TS"),
        (packets(4, 192), "MPEG-TS"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9".to_vec(), "Windows Media"),
        (b"RIFF\x24\0\0\0WAVEfmt ".to_vec(), "WAV"),
        (b"RF64\xff\xff\xff\xffWAVEds64".to_vec(), "WAV"),
        (b"FORM\0\0\0\x10AIFFCOMM".to_vec(), "AIFF"),
        (b"FORM\0\0\0\x10AIFCFVER".to_vec(), "AIFF"),
        (b"fLaC\0\0\0\x22".to_vec(), "FLAC"),
        (tagged(b"fLaC\0\0\0\x22"), "FLAC"),
        (ogg(b"\x01vorbis"), "Ogg"),
        (ogg(b"\x80theora"), "Ogg"),
        (ogg(b"OpusHead\x01"), "Opus"),
        (b"OggS\0\x02".to_vec(), "Ogg"),
        (ftyp("M4A ", &["isom", "iso2"]), "M4A"),
        (ftyp("M4B ", &["M4A ", "mp42"]), "M4A"),
        (b"ID3\x04".to_vec(), "MP3"),
        (tagged(b"\xff\xfb\x90\x64"), "MP3"),
        (tagged(&frames(b"\xff\xf1\x50\x80\x02\x1f\xfc", 16)), "AAC"),
        (b"\xff\xfb\x90\x64".to_vec(), "MP3"),
        (frames(b"\xff\xfb\x90\x64", 417), "MP3"),
        (frames(b"\xff\xfb\x92\x64", 418), "MP3"),
        (frames(b"\xff\xfa\xe0\x44", 1044), "MP3"),
        (frames(b"\xff\xf3\x84\xc4", 192), "MP3"),
        (frames(b"\xff\xe3\x18\xc4", 72), "MP3"),
        (frames(b"\xff\xfd\x80\x04", 417), "MP3"),
        (b"\xff\xf1\x50\x80".to_vec(), "AAC"),
        (frames(b"\xff\xf1\x50\x80\x02\x1f\xfc", 16), "AAC"),
        (frames(b"\xff\xf9\x50\x80\x40\x1f\xfc", 512), "AAC"),
        (b"ADIF\0".to_vec(), "AAC"),
        (b"#!AMR\n".to_vec(), "AMR"),
        (b"caff\0\x01".to_vec(), "CAF"),
        (b"MThd\0\0\0\x06\0\x01".to_vec(), "MIDI"),
        (b"glTF\x02\0\0\0\x10\0\0\0".to_vec(), "glTF"),
        (b"Kaydara FBX Binary  \0\x1a\0".to_vec(), "FBX"),
        (b"ply\nformat ascii 1.0\n".to_vec(), "PLY"),
        (b"solid cube\nfacet normal 0 0 1\n".to_vec(), "STL"),
        (b"PXR-USDC\0\x08".to_vec(), "USD"),
        (b"BLENDER-v300".to_vec(), "Blender"),
        (b"%PDF-1.7\n".to_vec(), "PDF"),
        (b"PK\x03\x04\x0a\0\0\0\0\0model.usdc".to_vec(), "ZIP"),
        (b"\x1f\x8b\x08\0".to_vec(), "gzip"),
        (b"\x28\xb5\x2f\xfd".to_vec(), "Zstandard"),
        (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "7-Zip"),
        (b"Rar!\x1a\x07\x01\0".to_vec(), "RAR"),
        (at(257, b"ustar\x0000"), "tar"),
    ];
    for (head, name) in cases {
        assert_eq!(
            recognize(&head).map(|format| format.name),
            Some(name),
            "{}",
            head.escape_ascii()
        );
    }
}

#[test]
fn what_is_no_medium_is_not_taken_for_one() {
    let heads: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"\xff".to_vec(),
        b"\xff\xff\xff\xff".to_vec(),
        b"....ftyp".to_vec(),
        b"\0\0\0\x18ftyp".to_vec(),
        b"RIFF".to_vec(),
        b"RIFF\x10\0\0\0ACON".to_vec(),
        b"BMW is a maker of cars".to_vec(),
        b"BM".to_vec(),
        b"II".to_vec(),
        b"\x89PN".to_vec(),
        b"\x01\x02\x03\x04".to_vec(),
        b"Not found".to_vec(),
        b"GIF".to_vec(),
        b"MM words".to_vec(),
        b"solid advice, and nothing else".to_vec(),
        b"ID3 is a tag".to_vec(),
        b"FLV is a format".to_vec(),
        b"glTF is a format".to_vec(),
        b"the moov atom".to_vec(),
        b"<html><svg></svg></html>".to_vec(),
        b"<!DOCTYPE html><svg>".to_vec(),
        b"<?xml version='1.0'?><Error><svg/></Error>".to_vec(),
        b"words about <svg>".to_vec(),
        // UTF-16, whose mark looks like the beginning of a frame.
        with_mark(b"\xff\xfe", &utf16("A0 words")),
        with_mark(b"\xff\xfe", &utf16("@ words")),
        with_mark(b"\xff\xfe", &utf16("<html>")),
        with_mark(b"\xfe\xff", &utf16_be("words")),
        // One frame, and then something else; a rate, a layer and a bit rate that do not exist.
        frames(b"\xff\xfb\x90\x64", 400),
        frames(b"\xff\xf1\x50\x80\x02\x1f\xfc", 20),
        b"\xff\xfb\x9c\x64".to_vec(),
        b"\xff\xf9\xf4\x80".to_vec(),
        b"\xff\xeb\x90\x64".to_vec(),
        b"\xff\xfb\xf0\x64".to_vec(),
        b"\xff\xfb\x90\x66".to_vec(),
    ];
    for head in heads {
        assert_eq!(recognize(&head), None, "{}", head.escape_ascii());
    }
}

/// Pages and messages that hosts of files send in place of a file.
pub(crate) const ERRORS: [(&str, &str); 31] = [
    ("<!DOCTYPE html><html><body>502</body></html>", "an HTML page"),
    (
        "<html>\r\n<head><title>404 Not Found</title></head>\r\n<center>nginx</center>",
        "an HTML page",
    ),
    (
        "<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>You don't have permission",
        "an HTML page",
    ),
    (
        "<!DOCTYPE html><!--[if lt IE 7]> <html class=\"no-js ie6\"> <![endif]--><title>a.example | 522: Connection timed out</title>",
        "an HTML page",
    ),
    ("<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title>", "an HTML page"),
    (
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\"><TITLE>ERROR: The request could not be satisfied</TITLE>",
        "an HTML page",
    ),
    (
        "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0\"><html><title>Sign in</title>",
        "an HTML page",
    ),
    ("<!-- a comment --><html><h1>503 Service Unavailable</h1>", "an HTML page"),
    ("<h1>Bad Gateway</h1>", "an HTML page"),
    ("<title>Log in to your account</title>", "an HTML page"),
    (
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
        "XML",
    ),
    (
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
        "XML",
    ),
    ("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>BlobNotFound</Code>", "XML"),
    ("<Error><Code>ExpiredToken</Code>", "XML"),
    ("<soap:Fault><faultcode>1</faultcode></soap:Fault>", "XML"),
    ("{\"error_code\":404001,\"error_message\":\"expired\"}", "JSON"),
    ("{\"error\":{\"code\":403,\"message\":\"denied\"}}", "JSON"),
    ("{\"message\":\"Forbidden\"}", "JSON"),
    ("{\"detail\":[{\"loc\":[\"path\"],\"msg\":\"no\"}]}", "JSON"),
    ("{\"statusCode\":\"404\",\"error\":\"not_found\",\"message\":\"Object not found\"}", "JSON"),
    ("{\"success\":false}", "JSON"),
    ("{\"status\":503}", "JSON"),
    ("[{\"errorCode\":7,\"error\":\"no memory\"}]", "JSON"),
    ("{ \"errors\": [\"and so on, until it is cut o", "JSON"),
    ("Not found", "text"),
    ("404 page not found\n", "text"),
    ("error code: 1020", "text"),
    ("upstream connect error or disconnect/reset before headers", "text"),
    ("Access denied", "text"),
    ("Internal Server Error", "text"),
    ("no such bucket", "text"),
];

#[test]
fn errors_are_told_in_every_encoding() {
    for (text, name) in ERRORS {
        let latin: Vec<u8> =
            text.chars().map(|c| u8::try_from(c).unwrap_or(b' ')).chain(*b"\xe9\xe8\n").collect();
        for head in [
            text.as_bytes().to_vec(),
            with_mark(b"\xef\xbb\xbf", text.as_bytes()),
            with_mark(b"\xff\xfe", &utf16(text)),
            with_mark(b"\xfe\xff", &utf16_be(text)),
            utf16(text.trim_start_matches('\u{feff}')),
            latin,
            format!("\r\n\t {text}").into_bytes(),
        ] {
            assert_eq!(recognize(&head), None, "{text}");
            let told =
                recognize_text(&head).unwrap_or_else(|| panic!("text: {}", head.escape_ascii()));
            assert_eq!((told.format.name, told.is_error), (name, true), "{}", head.escape_ascii());
        }
    }
}

#[test]
fn what_is_text_and_no_error_is_told_too() {
    let long = format!("A story about an error. {}", "And so on. ".repeat(200));
    let cases = [
        ("<!DOCTYPE html><html><title>A cat</title><p>It sleeps.</html>", "an HTML page"),
        ("<?xml version='1.0'?><collada/>", "XML"),
        ("<?xml version='1.0'?><!-- it goes on", "XML"),
        ("{\"asset\":{\"version\":\"2.0\"}}", "JSON"),
        ("{\"error\":null,\"errors\":[],\"code\":0,\"frames\":[1,2]}", "JSON"),
        ("[1.5, -2]", "JSON"),
        ("[[0,1],[2,3]]", "JSON"),
        ("{}", "JSON"),
        ("{\"vertices\": [1, 2, 3, and so on", "JSON"),
        ("{not json", "text"),
        ("1\n00:00:00,000 --> 00:00:02,000\nHello", "text"),
        ("WEBVTT\n\n", "text"),
        ("# made by a program\nv 1.0 2.0 3.0\n", "text"),
        ("a,b\n1,2\n", "text"),
        (&long, "text"),
    ];
    for (text, name) in cases {
        let told = recognize_text(text.as_bytes()).unwrap();
        assert_eq!((told.format.name, told.is_error), (name, false), "{text}");
    }
    assert!(recognize_text(b"<?xml version='1.0'?><!-- it goes on").unwrap().is_open);
    assert!(!recognize_text(b"<?xml version='1.0'?><a>").unwrap().is_open);
    for noise in [
        &b""[..],
        b"\x01\x02\x03",
        b"\x89PN",
        b"\x80\x90\xa0",
        b"a\0b",
        b"\0\x01\0\x02",
        b"\x01\0\x02\0",
    ] {
        assert_eq!(recognize_text(noise), None, "{}", noise.escape_ascii());
    }
}

#[test]
fn nothing_panics_and_nothing_takes_long_whatever_the_bytes() {
    let mut random = fastrand::Rng::with_seed(7);
    let starts: Vec<Vec<u8>> = vec![
        b"\xff\xfb\x90\x64".to_vec(),
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f".to_vec(),
        ftyp("mif1", &["mif1"]),
        b"\xff\xff\xff\xffftypmif1".to_vec(),
        b"\x1a\x45\xdf\xa3\x42\x82".to_vec(),
        b"OggS".to_vec(),
        b"<?xml".to_vec(),
        b"<!DOCTYPE [".to_vec(),
        b"<!--".to_vec(),
        b"{\"".to_vec(),
        b"\xff\xfe".to_vec(),
        vec![],
    ];
    for round in 0..4000 {
        let mut head = starts[round % starts.len()].clone();
        head.truncate(random.usize(0..=head.len()));
        let alphabet: &[u8] =
            if round % 2 == 0 { b"<>![]-?\"'/ a\xff\0" } else { b"\0\xff\xfb\x90G" };
        head.extend((0..random.usize(0..600)).map(|_| *random.choice(alphabet).unwrap()));
        let _ = (recognize(&head), recognize_text(&head));
    }
    for piece in ["<!--", "<!", "<?", "[[", "\"", "<", "{\"error", "data:", "\n"] {
        let long = piece.repeat(1 << 20);
        let _ = (recognize(long.as_bytes()), recognize_text(long.as_bytes()));
    }
}

#[test]
fn a_container_is_called_what_it_is_taken_for() {
    assert_eq!(MP4.media_type_as(Video), "video/mp4");
    assert_eq!(MP4.media_type_as(Audio), "audio/mp4");
    assert_eq!(WEBM.media_type_as(Audio), "audio/webm");
    assert_eq!(OGG.media_type_as(Video), "video/ogg");
    assert_eq!(WAV.media_type_as(Audio), "audio/wav");
    assert_eq!(GIF.media_type_as(Video), "image/gif");
}

#[test]
fn a_name_or_a_media_type_belongs_to_one_format() {
    let mut seen = std::collections::BTreeSet::new();
    for format in FORMATS {
        for word in format.media_types.iter().chain(format.endings) {
            assert!(seen.insert(*word), "{word}");
        }
    }
}

#[test]
fn an_ending_that_fits_is_kept() {
    let cases = [
        (&MP4, "m4a", true),
        (&MP4, "mov", true),
        (&MP4, "mkv", false),
        (&ZIP, "usdz", true),
        (&ZIP, "png", false),
        (&JSON, "gltf", true),
        (&JSON, "html", false),
        (&TEXT, "srt", true),
        (&TEXT, "mp4", false),
        (&OGG, "opus", true),
        (&HEIC, "heif", true),
        (&AVIF, "heic", false),
        (&PNG, "jpg", false),
        (&GZIP, "svgz", true),
        (&XML, "dae", true),
        (&HTML, "txt", false),
    ];
    for (format, ending, fits) in cases {
        assert_eq!(format.may_end_with(ending), fits, "{} {ending}", format.name);
    }
}
