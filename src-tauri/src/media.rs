//! `rendition://localhost/<id>`: derived pictures for the window, by id and never by path.
//!
//! Serves no original and keeps nothing: every answer is `no-store`.

use std::sync::Arc;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Builder, Manager, Wry};
use winnow_contract::id::RenditionId;
use winnow_engine::Engine;

const SCHEME: &str = "rendition";

/// Teaches a window's builder the scheme. Each picture is read on a thread where it may block.
pub fn register(builder: Builder<Wry>) -> Builder<Wry> {
    builder.register_asynchronous_uri_scheme_protocol(SCHEME, |context, request, responder| {
        let engine = context.app_handle().try_state::<Arc<Engine>>().map(|engine| Arc::clone(&engine));
        tauri::async_runtime::spawn_blocking(move || responder.respond(answer(engine.as_deref(), &request)));
    })
}

fn answer(engine: Option<&Engine>, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let id = RenditionId::from(request.uri().path().trim_start_matches('/'));
    match engine.map(|engine| engine.picture(&id)) {
        Some(Ok(Some(picture))) => response(StatusCode::OK, &picture.media_type, picture.bytes),
        Some(Err(error)) => {
            tracing::warn!(rendition = id.as_str(), "a picture could not be read: {error}");
            absent()
        }
        Some(Ok(None)) | None => absent(),
    }
}

fn absent() -> Response<Vec<u8>> {
    response(StatusCode::NOT_FOUND, "text/plain", Vec::new())
}

fn response(status: StatusCode, media_type: &str, bytes: Vec<u8>) -> Response<Vec<u8>> {
    let built = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media_type)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(bytes);
    built.unwrap_or_default()
}
