//! Builds the front end into `ui/dist`: WebAssembly, its JavaScript glue, the page and the styles. It serves nothing and watches nothing.

use crate::files::{self, Plan};
use crate::place::Place;
use crate::shell::{self, Failure, Outcome};
use crate::wasm::{self, Way};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

const NAME: &str = "winnow-ui";
const STUB: &str = "<!doctype html><meta charset=utf-8><title>Winnow</title><p>The front end is not built yet: cargo xtask ui\n";

/// Builds what changed and returns `ui/dist`.
pub fn build(place: &Place, way: &Way, release: bool) -> Outcome<PathBuf> {
    shell::run(&mut wasm::cargo(place, way, "build", release), "The front end does not compile; see above.")?;
    let glue = bind(place, way, release)?;
    let dist = dist(place);
    files::mirror(&plan(&place.root.join("ui"), &glue)?, &dist)?;
    Ok(dist)
}

/// Puts a page where the window's is expected, if there is none: Tauri's macro refuses to compile without the folder.
pub fn stub(place: &Place) -> Outcome {
    let page = dist(place).join("index.html");
    if !page.is_file() {
        files::write_if_changed(&page, STUB.as_bytes())?;
    }
    Ok(())
}

fn dist(place: &Place) -> PathBuf {
    place.root.join("ui/dist")
}

/// wasm-bindgen's part, skipped when the module is the one it last saw (which names the version of wasm-bindgen too). Returns the folder with the two files.
fn bind(place: &Place, way: &Way, release: bool) -> Outcome<PathBuf> {
    let module = wasm::module(place, way, release);
    let folder = wasm::target_folder(place, way).join(format!("glue-{}", wasm::profile(release)));
    let stamp = folder.with_extension("stamp");
    let seen = files::fingerprint(&[&fs_err::read(&module)?]);
    if fs_err::read_to_string(&stamp).is_ok_and(|last| last == seen) && folder.is_dir() {
        return Ok(folder);
    }
    generate(&module, &folder)?;
    fs_err::write(&stamp, seen)?;
    Ok(folder)
}

/// Function names would double the size; a panic names its file and line without them.
fn generate(module: &Path, folder: &Path) -> Outcome {
    let mut bindgen = Bindgen::new();
    let made = bindgen
        .input_path(module)
        .out_name(NAME)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder));
    made.map_err(|error| Failure::new(format!("wasm-bindgen could not read {}: {error:#}", module.display())))
}

/// What `ui/dist` holds: the glue, the page, its scripts and everything under `ui/styles`.
fn plan(ui: &Path, glue: &Path) -> Outcome<Plan> {
    let mut plan = files::plan_of(glue)?;
    for name in files::list(ui)?.into_iter().filter(|name| belongs(name)) {
        plan.insert(name.clone(), ui.join(name));
    }
    Ok(plan)
}

/// `index.html`, scripts beside it, and the styles with their fonts and pictures.
fn belongs(name: &Path) -> bool {
    let beside = name.components().count() == 1;
    name.starts_with("styles") || beside && (name == Path::new("index.html") || name.extension().is_some_and(|kind| kind == "js"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_its_scripts_and_styles_are_shipped() {
        for (name, expected) in [
            ("index.html", true),
            ("boot.js", true),
            ("styles/parts/review.css", true),
            ("src/main.rs", false),
            ("Cargo.toml", false),
            ("dist/index.html", false),
            ("notes/boot.js", false),
        ] {
            assert_eq!(belongs(Path::new(name)), expected, "{name}");
        }
    }
}
