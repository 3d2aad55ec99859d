// Starts the program. Everything else is Rust.
import init from './winnow-ui.js';
init({ module_or_path: './winnow-ui_bg.wasm' });
