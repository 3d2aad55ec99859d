//! Speech: Whisper base on LibriVox clips, ours beside faster-whisper in int8, two threads, greedy.

use super::table::{Table, spread};
use super::{Bench, TURNS, median, number};
use crate::pack;
use crate::shell::Outcome;
use serde_json::Value;
use std::path::Path;

const CLIPS: &str = "/usr/share/pocketsphinx/test/data/librivox";

/// Real-time factors, word errors, memory; and what half a recording of silence costs.
pub fn table(bench: &Bench<'_>) -> Outcome<Table> {
    let sounds = bench.file("speech");
    bench.peers.make(bench.place, &Path::new(&sounds).join("truth.json"), "speech.py", &["make", CLIPS, &sounds])?;
    let model = pack::unconverted(bench.place, "whisper-base", Path::new(&bench.file("whisper-base")))?;
    let (long, half) = (format!("{sounds}/long.wav"), format!("{sounds}/half.wav"));
    let (mut ours, mut theirs, mut silent) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(hear(bench, &long)?);
        theirs.push(bench.peers.measure(bench.place, "speech.py", &["run", &model.display().to_string(), &long, "2"])?);
        silent.push(hear(bench, &half)?);
    }
    let factor = |runs: &[Value]| -> Outcome<_> {
        Ok(median(runs.iter().map(|run| Ok(number(run, "work_s")? / number(run, "sound_s")?)).collect::<Outcome<_>>()?))
    };
    let (ours_factor, theirs_factor, silent_factor) = (factor(&ours)?, factor(&theirs)?, factor(&silent)?);
    let row = |name: &str, run: &Value, factor, sound: &str| -> Outcome<Vec<String>> {
        let errors = errors(bench, &sounds, sound, run)?;
        Ok(vec![
            name.to_owned(),
            spread(factor, 4),
            errors,
            format!("{:.0}", number(run, "memory_mb")?),
            format!("{:.1}", number(run, "load_s")?),
        ])
    };
    let mut rows = vec![
        row("Winnow, q8_0", &ours[0], ours_factor, "long")?,
        row("faster-whisper, int8", &theirs[0], theirs_factor, "long")?,
        row("Winnow, as much silence as speech", &silent[0], silent_factor, "half")?,
    ];
    let ratios = [
        ("speed, Winnow ÷ faster-whisper", theirs_factor.0 / ours_factor.0),
        ("cost of a second, half silent ÷ all speech", silent_factor.0 / ours_factor.0),
    ];
    rows.extend(
        ratios.map(|(name, ratio)| vec![format!("**{name}**"), format!("**{ratio:.2}**"), String::new(), String::new(), String::new()]),
    );
    Ok(Table {
        title: "Speech",
        how: "Whisper base, greedy, two threads, five LibriVox clips twelve times over (327 s); loading is not counted. The real-time factor is seconds of work per second of sound.",
        columns: vec!["program", "real-time factor", "word errors", "memory, MB", "load, s"],
        rows,
    })
}

fn hear(bench: &Bench<'_>, sound: &str) -> Outcome<Value> {
    bench.ours("workers_bench", &["speech", &bench.models.display().to_string(), sound, "2"])
}

fn errors(bench: &Bench<'_>, sounds: &str, name: &str, run: &Value) -> Outcome<String> {
    let text = bench.file("heard.txt");
    fs_err::write(&text, run["text"].as_str().unwrap_or_default())?;
    let counted = bench.peers.measure(bench.place, "speech.py", &["errors", &format!("{sounds}/truth.json"), name, &text])?;
    Ok(format!("{} of {}", counted["errors"], counted["words"]))
}
