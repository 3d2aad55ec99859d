//! `rendition://localhost/<id>`: derived pictures and sound for the window, by id and never by path. Sound comes in slices:
//! `?from=SECONDS&to=SECONDS`.
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
    let served = |engine: &Engine| match slice(request.uri().query().unwrap_or_default()) {
        Some((from, to)) => engine.sound_slice(&id, from, to),
        None => engine.picture(&id),
    };
    match engine.map(served) {
        Some(Ok(Some(picture))) => response(StatusCode::OK, &picture.media_type, picture.bytes),
        Some(Err(error)) => {
            tracing::warn!(rendition = id.as_str(), "a picture could not be read: {error}");
            absent()
        }
        Some(Ok(None)) | None => absent(),
    }
}

/// Seconds asked for; none when it is not sound that is asked for. One end may be left out.
fn slice(query: &str) -> Option<(f64, f64)> {
    let number = |wanted: &str| query.split('&').find_map(|pair| pair.strip_prefix(wanted)?.strip_prefix('=')?.parse::<f64>().ok());
    match (number("from"), number("to")) {
        (None, None) => None,
        (from, to) => Some((from.unwrap_or(0.0), to.unwrap_or(f64::INFINITY))),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_the_seconds() {
        let check = |query: &str, expected| assert_eq!(slice(query), expected, "{query}");
        check("", None);
        check("from=60&to=120.5", Some((60.0, 120.5)));
        check("to=3", Some((0.0, 3.0)));
        check("from=3", Some((3.0, f64::INFINITY)));
        check("from=x&to=", None);
        check("v=2", None);
    }
}
