//! A few ordinary fonts of the system for the text in drawings.
//!
//! Files are opened before the process confines itself and read when the first drawing has text. No font is searched for by
//! name of a drawing's wish, and none is ever taken out of a drawing.

use resvg::usvg::fontdb::Database;
use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Where systems keep fonts.
const FOLDERS: [&str; 5] = ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts", "C:\\Windows\\Fonts"];
/// Entries of these folders that are looked at.
const ENTRIES: usize = 20_000;
/// Bytes of one font.
const BYTES: u64 = 8 << 20;

/// Files by what they are for, the ones to prefer first.
const SANS: &[&str] = &["DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "arial.ttf", "Arial.ttf"];
const BOLD: &[&str] = &["DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "NotoSans-Bold.ttf", "arialbd.ttf", "Arial Bold.ttf"];
const SERIF: &[&str] = &["DejaVuSerif.ttf", "LiberationSerif-Regular.ttf", "NotoSerif-Regular.ttf", "times.ttf", "Times New Roman.ttf"];
const MONO: &[&str] = &["DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "NotoSansMono-Regular.ttf", "cour.ttf", "Courier New.ttf"];

/// Opened files, in the order sans, bold, serif, mono.
static FILES: OnceLock<Vec<Option<std::fs::File>>> = OnceLock::new();
static FONTS: OnceLock<Arc<Database>> = OnceLock::new();

/// Opens the fonts.
pub fn prepare() {
    FILES.get_or_init(open);
}

/// The fonts, read from the files that are open.
pub fn fonts() -> Arc<Database> {
    Arc::clone(FONTS.get_or_init(|| Arc::new(loaded(FILES.get_or_init(open)))))
}

fn loaded(files: &[Option<std::fs::File>]) -> Database {
    let mut fonts = Database::new();
    let mut families = files.iter().map(|file| load(&mut fonts, file.as_ref()?));
    let (sans, _bold, serif, mono) = (families.next().flatten(), families.next(), families.next().flatten(), families.next().flatten());
    drop(families);
    let any = || sans.clone().or_else(|| serif.clone()).or_else(|| mono.clone()).unwrap_or_default();
    let (sans_serif, serif_family, monospace) = (any(), serif.clone().unwrap_or_else(any), mono.clone().unwrap_or_else(any));
    // A drawing that names no font, or one that is not here, gets what usvg falls back to: serif.
    fonts.set_serif_family(if sans.is_some() { sans_serif.clone() } else { serif_family });
    fonts.set_cursive_family(sans_serif.clone());
    fonts.set_fantasy_family(sans_serif.clone());
    fonts.set_sans_serif_family(sans_serif);
    fonts.set_monospace_family(monospace);
    fonts
}

/// Reads one font; the name of its family.
fn load(fonts: &mut Database, mut file: &std::fs::File) -> Option<String> {
    let mut bytes = Vec::new();
    file.rewind().ok()?;
    file.take(BYTES).read_to_end(&mut bytes).ok()?;
    let before = fonts.len();
    fonts.load_font_data(bytes);
    fonts.faces().nth(before)?.families.first().map(|(name, _)| name.clone())
}

fn open() -> Vec<Option<std::fs::File>> {
    let paths = paths();
    let first = |names: &[&str]| names.iter().find_map(|name| paths.iter().find(|path| path.file_name().is_some_and(|own| own == *name)));
    let open = |names: &&[&str]| Some(fs_err::File::open(first(names)?).ok()?.into_parts().0);
    [SANS, BOLD, SERIF, MONO].iter().map(open).collect()
}

/// Fonts by name in the usual folders and those below them.
fn paths() -> Vec<PathBuf> {
    let wanted = |path: &PathBuf| [SANS, BOLD, SERIF, MONO].iter().flat_map(|names| names.iter()).any(|name| path.ends_with(name));
    let (mut folders, mut found, mut seen): (VecDeque<PathBuf>, Vec<PathBuf>, usize) = (FOLDERS.map(PathBuf::from).into(), Vec::new(), 0);
    while let Some(entries) = folders.pop_front().map(fs_err::read_dir) {
        for entry in entries.into_iter().flatten().flatten() {
            seen += 1;
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push_back(entry.path()),
                _ => found.extend(Some(entry.path()).filter(wanted)),
            }
        }
        if seen > ENTRIES {
            break;
        }
    }
    found
}
