//! The settings and the theme that follows from one of them.
//!
//! Reads values as TOML literals only as far as an editor needs.

use super::loaded::Loaded;
use crate::ipc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use winnow_contract::ApiError;
use winnow_contract::command::{ChangeSetting, GetSettings};
use winnow_contract::settings::SettingsView;

/// The setting the window itself follows.
pub const THEME: &str = "window.theme";

#[derive(Clone, Copy)]
pub struct SettingsStore {
    pub view: RwSignal<Loaded<SettingsView>>,
    /// What was refused, and for which key.
    pub refused: RwSignal<Option<(String, ApiError)>>,
    /// Raised with every refusal, so that an editor shows what holds again.
    pub again: RwSignal<u32>,
}

impl SettingsStore {
    pub fn new() -> Self {
        Self { view: RwSignal::new(Loaded::Waiting), refused: RwSignal::new(None), again: RwSignal::new(0) }
    }

    /// Asks for all settings.
    pub fn refresh(&self) {
        let store = *self;
        spawn_local(async move {
            let answer = ipc::ask(GetSettings {}).await;
            store.view.update(|view| view.receive(answer));
        });
    }

    /// Changes one; no value puts the default back.
    pub fn change(&self, key: String, value: Option<String>) {
        let store = *self;
        spawn_local(async move {
            match ipc::ask(ChangeSetting { key: key.clone(), value }).await {
                Ok(view) => {
                    store.refused.set(None);
                    store.view.set(Loaded::Here(view));
                }
                Err(error) => {
                    store.refused.set(Some((key, error)));
                    store.again.update(|again| *again += 1);
                }
            }
        });
    }

    /// `system`, `light` or `dark`.
    pub fn theme(&self) -> String {
        let theme = self.view.with(|view| {
            let row = view.here()?.rows.iter().find(|row| row.key == THEME)?;
            Literal::read(&row.value).text()
        });
        theme.unwrap_or_else(|| "system".to_owned())
    }
}

/// A TOML literal as an editor needs it.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Switch(bool),
    Number(String),
    Text(String),
    List(Vec<String>),
    /// Anything else is edited as it is written.
    Raw(String),
}

impl Literal {
    /// Reads a literal; what is not understood stays as written.
    pub fn read(literal: &str) -> Self {
        let literal = literal.trim();
        let raw = || Self::Raw(literal.to_owned());
        match literal {
            "true" => Self::Switch(true),
            "false" => Self::Switch(false),
            _ if literal.parse::<f64>().is_ok() => Self::Number(literal.to_owned()),
            _ if literal.starts_with('[') => read_list(literal).map_or_else(raw, Self::List),
            _ => read_text(literal).map_or_else(raw, Self::Text),
        }
    }

    /// Writes it as TOML again.
    pub fn write(&self) -> String {
        match self {
            Self::Switch(on) => on.to_string(),
            Self::Number(text) | Self::Raw(text) => text.trim().to_owned(),
            Self::Text(text) => write_text(text),
            Self::List(items) => format!("[{}]", items.iter().map(|item| write_text(item)).collect::<Vec<_>>().join(", ")),
        }
    }

    /// The text, if it is one.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How a default is said in a sentence.
    pub fn said(&self) -> String {
        match self {
            Self::Switch(true) => "on".to_owned(),
            Self::Switch(false) => "off".to_owned(),
            Self::Number(text) | Self::Raw(text) => text.clone(),
            Self::Text(text) if text.is_empty() => "empty".to_owned(),
            Self::Text(text) => format!("“{text}”"),
            Self::List(items) if items.is_empty() => "an empty list".to_owned(),
            Self::List(items) => items.join("  "),
        }
    }
}

fn write_text(text: &str) -> String {
    // JSON's escapes are a subset of those of TOML's basic strings.
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

fn read_text(literal: &str) -> Option<String> {
    let single = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    single.map(str::to_owned).or_else(|| serde_json::from_str(literal).ok())
}

fn read_list(literal: &str) -> Option<Vec<String>> {
    let inner = literal.strip_prefix('[')?.strip_suffix(']')?.trim().trim_end_matches(',');
    serde_json::from_str(&format!("[{inner}]")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_and_written() {
        let check = |literal: &str, expected: Literal| {
            assert_eq!(Literal::read(literal), expected);
            assert_eq!(Literal::read(&expected.write()), expected);
        };
        check("true", Literal::Switch(true));
        check("60", Literal::Number("60".into()));
        check("0.6", Literal::Number("0.6".into()));
        check("\"eng\"", Literal::Text("eng".into()));
        check("'it''", Literal::Text("it'".into()));
        check("[\"*.tmp\", \"a \\\"b\\\"\",]", Literal::List(vec!["*.tmp".into(), "a \"b\"".into()]));
        check("[]", Literal::List(vec![]));
        check("[1, 2]", Literal::Raw("[1, 2]".into()));
    }
}
