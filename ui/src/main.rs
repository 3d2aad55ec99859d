//! The window of Winnow: mounts the application.
//!
//! Holds no logic; read `app.rs` first, then `store.rs`.

mod app;
mod ipc;
mod keys;
mod parts;
mod screens;
mod store;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
