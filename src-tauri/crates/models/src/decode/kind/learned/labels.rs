//! What the model's words mean here: the kind of content that each stands for, and how sure it has to be.
//!
//! Both come with the model. A media type that its makers left open is made of the word itself.

use super::super::{Kind, textual};
use crate::decode::extension;
use serde::Deserialize;
use std::collections::BTreeMap;
use winnow_contract::asset::MediaKind;

/// A word of the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    pub name: &'static str,
    /// None when it says nothing that helps: no particular format, or one whose bytes would have told.
    pub kind: Option<Kind>,
    pub is_text: bool,
    /// The least score at which its makers believe it.
    pub threshold: f32,
}

/// The part of the model's configuration that is about its words.
#[derive(Deserialize)]
struct Config {
    /// In the order of its scores.
    target_labels_space: Vec<String>,
    thresholds: BTreeMap<String, f32>,
    medium_confidence_threshold: f32,
    /// Words that stand for a more general one.
    overwrite_map: BTreeMap<String, String>,
}

/// What its makers say of a format.
#[derive(Deserialize)]
struct About {
    mime_type: Option<String>,
    extensions: Vec<String>,
    is_text: bool,
}

/// Every word of the model, in the order of its scores. The words live as long as the process, so this is called once.
///
/// # Errors
/// When the configuration or the list of formats cannot be read, or says nothing of a word.
pub fn all(config: &[u8], formats: &[u8]) -> Result<Vec<Label>, String> {
    let config: Config = serde_json::from_slice(config).map_err(|error| error.to_string())?;
    let formats: BTreeMap<String, About> = serde_json::from_slice(formats).map_err(|error| error.to_string())?;
    let label = |name: &String| {
        let about = formats.get(name).ok_or("a word without a meaning")?;
        let kind = if config.overwrite_map.contains_key(name) { None } else { kind(name, about) };
        let threshold = config.thresholds.get(name).copied().unwrap_or(config.medium_confidence_threshold);
        Ok(Label { name: name.clone().leak(), kind, is_text: about.is_text, threshold })
    };
    config.target_labels_space.iter().map(label).collect()
}

fn kind(name: &str, about: &About) -> Option<Kind> {
    match name {
        // Their first lines say what they are; a text without those is none.
        "txt" | "rtf" | "mht" | "srt" | "vtt" => None,
        "html" => Some(textual::WEB),
        "svg" => Some(textual::XML),
        "eml" => Some(textual::MAIL),
        _ if about.is_text => Some(text(name, about)),
        _ => binary(name, about),
    }
}

fn text(name: &str, about: &About) -> Kind {
    let named = about.extensions.iter().find_map(|extension| textual::named(extension));
    named.unwrap_or_else(|| {
        let is_own = |media_type: &str| {
            let of_text = media_type.starts_with("text/") || media_type.starts_with("application/");
            of_text && !["text/plain", "text/html", GENERAL].contains(&media_type)
        };
        Kind::new(MediaKind::Text, media_type(about, is_own, || format!("text/x-{name}")))
    })
}

/// Formats that are recognised by their bytes are left out: when those do not say it, it is not so.
fn binary(name: &str, about: &About) -> Option<Kind> {
    let is_open = !about.extensions.iter().any(|name| extension::has_to_show(name));
    let is_own = |media_type: &str| media_type.contains('/') && media_type != GENERAL;
    is_open.then(|| Kind::new(MediaKind::Other, media_type(about, is_own, || format!("application/x-{name}"))))
}

const GENERAL: &str = "application/octet-stream";

fn media_type(about: &About, is_own: impl Fn(&str) -> bool, made: impl FnOnce() -> String) -> &'static str {
    about.mime_type.clone().filter(|media_type| is_own(media_type)).unwrap_or_else(made).leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{"beg_size": 8, "target_labels_space": ["python", "sql", "kotlin", "yaml", "html", "txt", "pickle", "squashfs",
        "wasm", "png", "randomtxt", "asp", "dxf"], "thresholds": {"sql": 0.9}, "medium_confidence_threshold": 0.5,
        "overwrite_map": {"randomtxt": "txt"}}"#;
    const FORMATS: &str = r#"{
        "python": {"mime_type": "text/x-python", "group": "code", "extensions": ["py", "pyi"], "is_text": true},
        "sql": {"mime_type": "application/x-sql", "extensions": ["sql"], "is_text": true},
        "kotlin": {"mime_type": "text/plain", "extensions": ["kt"], "is_text": true},
        "yaml": {"mime_type": "application/x-yaml", "extensions": ["yml", "yaml"], "is_text": true},
        "html": {"mime_type": "text/html", "extensions": ["html"], "is_text": true},
        "txt": {"mime_type": "text/plain", "extensions": ["txt"], "is_text": true},
        "pickle": {"mime_type": "application/octet-stream", "extensions": ["pkl"], "is_text": false},
        "squashfs": {"mime_type": null, "extensions": [], "is_text": false},
        "wasm": {"mime_type": "application/wasm", "extensions": ["wasm"], "is_text": false},
        "png": {"mime_type": "image/png", "extensions": ["png"], "is_text": false},
        "randomtxt": {"mime_type": "text/plain", "extensions": [], "is_text": true},
        "asp": {"mime_type": "text/html", "extensions": ["asp"], "is_text": true},
        "dxf": {"mime_type": "image/vnd.dxf", "extensions": ["dxf"], "is_text": true},
        "unused": {"mime_type": "x/y", "extensions": [], "is_text": true}}"#;

    #[test]
    fn words_stand_for_kinds_of_content() {
        let labels = all(CONFIG.as_bytes(), FORMATS.as_bytes()).expect("labels");
        let told: Vec<_> = labels.iter().map(|label| (label.name, label.kind.map(|kind| (kind.media, kind.media_type)))).collect();
        let (text, other) = (MediaKind::Text, MediaKind::Other);
        let expected = [
            ("python", Some((text, "text/x-python"))),
            ("sql", Some((text, "application/sql"))),
            ("kotlin", Some((text, "text/x-kotlin"))),
            ("yaml", Some((text, "application/yaml"))),
            ("html", Some((MediaKind::Web, "text/html"))),
            ("txt", None),
            ("pickle", Some((other, "application/x-pickle"))),
            ("squashfs", Some((other, "application/x-squashfs"))),
            ("wasm", Some((other, "application/wasm"))),
            ("png", None),
            ("randomtxt", None),
            ("asp", Some((text, "text/x-asp"))),
            ("dxf", Some((text, "text/x-dxf"))),
        ];
        assert_eq!(told, expected);
        assert_eq!((labels[0].threshold, labels[1].threshold, labels[6].is_text), (0.5, 0.9, false));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        assert!(all(b"{", FORMATS.as_bytes()).is_err());
        assert!(all(CONFIG.as_bytes(), b"{}").is_err());
        assert!(all(CONFIG.as_bytes(), b"[]").is_err());
    }
}
