//! Settings as a screen shows them: every one with its default and the comment of the manual.

use serde::{Deserialize, Serialize};

/// All settings, in the order of `assets/defaults.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SettingsView {
    pub rows: Vec<SettingRow>,
    /// Keys in the user's file that no setting has.
    pub unknown: Vec<String>,
}

/// One setting. Values are TOML literals as text: `true`, `60`, `["*.tmp"]`, `"off"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingRow {
    /// `section.key`.
    pub key: String,
    pub value: String,
    pub default: String,
    /// The comment above it in `assets/defaults.toml`.
    pub comment: String,
}
