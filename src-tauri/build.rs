//! Makes sure that there is a page to embed, then lets Tauri read its configuration.
//!
//! Does not build the front end; xtask does, into the same folder.

use std::fs;
use std::io::Result;
use std::path::Path;

const STUB: &str = "<!doctype html><meta charset=utf-8><title>Winnow</title><p>The front end is not built yet: cargo xtask ui\n";

fn main() -> Result<()> {
    stub(Path::new("../ui/dist/index.html"))?;
    tauri_build::build();
    Ok(())
}

/// Tauri's macro refuses to compile on a fresh checkout, where the folder is missing.
#[expect(clippy::disallowed_methods, reason = "a build script needs no errors with paths")]
fn stub(page: &Path) -> Result<()> {
    match page.parent() {
        Some(folder) if !page.is_file() => fs::create_dir_all(folder).and_then(|()| fs::write(page, STUB)),
        _ => Ok(()),
    }
}
