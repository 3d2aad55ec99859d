//! The peers: packages of the Python index in a virtual environment of their own, and the scripts in `tests/peers` that drive them.
//!
//! Nothing of theirs is part of Winnow.

use super::json;
use crate::place::Place;
use crate::shell::{self, Outcome};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// With their versions, so that figures can be compared.
const PACKAGES: [&str; 13] = [
    "faster-whisper==1.2.1",
    "ctranslate2==4.8.5",
    "onnxruntime==1.31.1",
    "onnx==1.23.2",
    "tokenizers==0.23.3",
    "lancedb==0.40.0",
    "faiss-cpu==1.15.1",
    "numpy==2.4.6",
    "ocrmypdf==17.13.0",
    "pillow==13.0.0",
    "python-docx==1.2.0",
    "rapidfuzz==3.14.6",
    "reportlab==5.1.0",
];

/// A Python that has them all.
pub struct Peers {
    python: PathBuf,
    scripts: PathBuf,
}

impl Peers {
    /// Installs what is missing.
    pub fn ready(place: &Place) -> Outcome<Self> {
        let folder = place.target.join("bench/peers");
        let (python, mark) = (folder.join("bin/python"), folder.join("installed"));
        let wanted = PACKAGES.join("\n");
        if fs_err::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
            return Ok(Self::at(python, place));
        }
        let advice = "The peers come from the Python package index: is the network there?";
        shell::run(place.program("python3").args(["-m", "venv"]).arg(&folder), "Install python3-venv.")?;
        shell::run(place.program(&python).args(["-m", "pip", "install", "--quiet", "--only-binary=:all:"]).args(PACKAGES), advice)?;
        fs_err::write(mark, wanted)?;
        Ok(Self::at(python, place))
    }

    fn at(python: PathBuf, place: &Place) -> Self {
        Self { python, scripts: place.root.join("tests/peers") }
    }

    /// Runs a script of `tests/peers` that measures something.
    pub fn measure(&self, place: &Place, script: &str, words: &[&str]) -> Outcome<Value> {
        json(place.program(&self.python).arg(self.script(script)).args(words))
    }

    /// Runs a script of `tests/peers` that only makes something, unless it is there.
    pub fn make(&self, place: &Place, made: &Path, script: &str, words: &[&str]) -> Outcome {
        if made.exists() {
            return Ok(());
        }
        shell::run(place.program(&self.python).arg(self.script(script)).args(words), "What is measured could not be made.")
    }

    fn script(&self, name: &str) -> PathBuf {
        self.scripts.join(name)
    }

    pub fn versions(&self) -> String {
        PACKAGES.map(|package| package.replace("==", " ")).join(", ")
    }
}
