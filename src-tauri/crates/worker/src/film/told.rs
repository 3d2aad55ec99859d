//! What ffmpeg says of a film, as numbers and short words.
//!
//! A film can put words of its own among them (its title may have lines). They can only lead to a wrong length or kind of
//! sound being shown, or to other pictures being taken.

/// Seconds above this are not believed: a hundred days.
const LONGEST: f64 = 8_640_000.0;
/// Letters of a codec's name that are kept.
const NAME: usize = 32;

/// A film as far as it was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    /// None when it does not say.
    pub(crate) seconds: Option<f64>,
    /// The time at which it begins.
    pub(crate) start: f64,
    pub(crate) heard: Option<Heard>,
    /// There are moving pictures.
    pub(crate) has_pictures: bool,
}

/// The track of sound that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) codec: String,
    pub(crate) rate: Option<u32>,
    pub(crate) channels: Option<u32>,
}

/// The facts in what ffmpeg wrote when it opened a film; none when it did not open it.
pub(crate) fn facts(said: &str) -> Option<Facts> {
    let lines = || said.lines().skip_while(|line| !line.starts_with("Input #0")).skip(1);
    said.lines().find(|line| line.starts_with("Input #0"))?;
    let lasts = lines().find_map(|line| line.strip_prefix("  Duration: "));
    let tracks: Vec<&str> = lines().filter(|line| line.starts_with("  Stream #0:")).collect();
    let sounds = || tracks.iter().filter_map(|track| Some((*track, track.split_once(": Audio: ")?.1)));
    let chosen = sounds().find(|(track, _)| track.contains("(default)")).or_else(|| sounds().next());
    Some(Facts {
        seconds: lasts.and_then(length),
        start: lasts.and_then(start).unwrap_or(0.0),
        heard: chosen.map(|(_, described)| heard(described)),
        has_pictures: tracks.iter().any(|track| track.contains(": Video: ") && !track.contains("(attached pic)")),
    })
}

/// The time of the first picture that was made.
pub(crate) fn stands_at(said: &str) -> Option<f64> {
    let line = said.lines().find(|line| line.starts_with("[Parsed_showinfo") && line.contains(" pts_time:"))?;
    let (_, rest) = line.split_once(" pts_time:")?;
    believed(rest.split_whitespace().next()?.parse().ok()?)
}

/// `01:02:03.45, start: …` in seconds.
fn length(text: &str) -> Option<f64> {
    let mut parts = text.split(',').next()?.split(':').map(|part| part.trim().parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    believed(hours * 3600.0 + minutes * 60.0 + seconds).filter(|seconds| *seconds > 0.0)
}

fn start(text: &str) -> Option<f64> {
    let (_, rest) = text.split_once("start: ")?;
    believed(rest.split(',').next()?.trim().parse().ok()?)
}

fn believed(seconds: f64) -> Option<f64> {
    (seconds.is_finite() && seconds.abs() <= LONGEST).then_some(seconds)
}

/// `wmav2 (a[1][0][0] / 0x0161), 44100 Hz, stereo, fltp, 128 kb/s`.
fn heard(described: &str) -> Heard {
    let codec = described.split([' ', ',']).next().unwrap_or_default();
    let codec = codec.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').take(NAME).collect();
    let parts = || described.split(", ").map(str::trim);
    let rate = parts().find_map(|part| part.strip_suffix(" Hz")?.parse().ok());
    Heard { codec, rate, channels: parts().find_map(channels) }
}

fn channels(part: &str) -> Option<u32> {
    let name = part.split('(').next()?;
    match name {
        "mono" => Some(1),
        "stereo" => Some(2),
        "2.1" => Some(3),
        "quad" | "4.0" => Some(4),
        "5.0" => Some(5),
        "5.1" => Some(6),
        "7.1" => Some(8),
        _ => name.strip_suffix(" channels")?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AVI: &str = "Input #0, avi, from 'file:/proc/self/fd/0':
  Metadata:
    software        : Lavf59.27.100
  Duration: 00:01:05.02, start: 0.500000, bitrate: 85 kb/s
  Stream #0:0: Video: mpeg4 (Simple Profile) (FMP4 / 0x34504D46), yuv420p, 320x240 [SAR 1:1 DAR 4:3], 25 fps, 25 tbr, 25 tbn
  Stream #0:1: Audio: ac3 ([0] [0][0] / 0x2000), 48000 Hz, 5.1(side), fltp, 448 kb/s
At least one output file must be specified
";

    #[test]
    fn a_film_is_told_by_lines() {
        let told = facts(AVI).expect("facts");
        assert_eq!((told.seconds, told.start, told.has_pictures), (Some(65.02), 0.5, true));
        assert_eq!(told.heard, Some(Heard { codec: "ac3".to_owned(), rate: Some(48_000), channels: Some(6) }));
        assert_eq!(facts("file:/proc/self/fd/0: Invalid data found when processing input\n"), None);
    }

    #[test]
    fn the_default_track_is_heard_and_a_cover_is_no_film() {
        let said = "Input #0, matroska,webm, from 'x':\n  Duration: N/A, start: 0.000000, bitrate: N/A\n  \
                    Stream #0:0(fre): Audio: ac3, 48000 Hz, stereo, fltp, 192 kb/s\n  \
                    Stream #0:1(eng): Audio: wmav2 (a[1][0][0] / 0x0161), 44100 Hz, 1 channels, fltp (default)\n  \
                    Stream #0:2: Video: mjpeg (Baseline), yuvj420p, 300x300, 90k tbr (attached pic)\n";
        let told = facts(said).expect("facts");
        assert_eq!((told.seconds, told.has_pictures), (None, false));
        assert_eq!(told.heard, Some(Heard { codec: "wmav2".to_owned(), rate: Some(44_100), channels: Some(1) }));
    }

    #[test]
    fn words_of_the_film_do_no_more_than_mislead() {
        let check = |said: &str, expected: Option<f64>| assert_eq!(facts(said).and_then(|facts| facts.seconds), expected, "{said}");
        check("Input #0, x\n  Duration: 99:99:99.99\n", Some(362_439.99));
        check("Input #0, x\n  Duration: inf:0:0\n", None);
        check("Input #0, x\n  Duration: 9999999999:0:0\n", None);
        check("Input #0, x\n  Duration: -1:0:0\n", None);
        check("  Duration: 00:00:01.00\n", None);
    }

    #[test]
    fn a_picture_stands_where_it_is_said_to() {
        let line = "[Parsed_showinfo_0 @ 0x5] n:   0 pts:  12800 pts_time:1.5     pos:  52 fmt:yuv420p";
        assert_eq!(stands_at(line), Some(1.5));
        assert_eq!(stands_at("title : pts_time:9"), None);
        assert_eq!(stands_at("[Parsed_showinfo_0 @ 0x5] n: 0 pts_time:NOPTS"), None);
    }
}
