//! The way to the engine: requests, events, addresses of renditions. The only file that touches Tauri.
//!
//! Knows no request by name and keeps nothing.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;
use winnow_contract::{ApiError, Call, Event, Request, Words, id::RenditionId};

/// Asks, and gives the view that answers.
pub async fn ask<C: Call>(call: C) -> Result<C::View, ApiError> {
    let request: Request = call.into();
    let text = serde_json::to_string(&request).map_err(|error| unreachable_engine(&error.to_string()))?;
    let answer = invoke("ask", "request", &text).await?;
    serde_json::from_str(&answer).map_err(|error| unreachable_engine(&format!("its answer was not understood: {error}")))
}

/// Calls `on_event` for every fact from now on, as long as the window lives.
pub fn listen(on_event: impl Fn(Event) + 'static) {
    let heard = Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
        let payload = get(&message, "payload").ok().and_then(|payload| payload.as_string());
        if let Some(Ok(event)) = payload.map(|text| serde_json::from_str::<Event>(&text)) {
            on_event(event);
        }
    });
    let listen = tauri("event").and_then(|event| Ok((method(&event, "listen")?, event)));
    if let Ok((listen, event)) = listen {
        // A lost event is harmless, so a refusal to listen is not worth a sentence.
        let _ = listen.call2(&event, &"fact".into(), heard.as_ref());
    }
    heard.forget();
}

/// The address of a rendition's picture.
pub fn rendition_url(id: &RenditionId) -> String {
    let convert = || {
        let core = tauri("core")?;
        method(&core, "convertFileSrc")?.call2(&core, &id.as_str().into(), &"rendition".into())
    };
    convert().ok().and_then(|url| url.as_string()).unwrap_or_default()
}

/// What stands at the address of a rendition; `query` says which part of it, or is empty.
pub async fn rendition(id: &RenditionId, query: &str) -> Result<Response, ApiError> {
    let absent = || ApiError::new(&Words::new("rendition_absent")).hint("hint_sound_again");
    let fetched = leptos::prelude::window().fetch_with_str(&format!("{}{query}", rendition_url(id)));
    let answer = JsFuture::from(fetched).await.map_err(|_| absent())?;
    let answer: Response = answer.dyn_into().map_err(|_| absent())?;
    if answer.ok() { Ok(answer) } else { Err(absent()) }
}

async fn invoke(command: &str, parameter: &str, value: &str) -> Result<String, ApiError> {
    let promise = || -> Result<Promise, JsValue> {
        let core = tauri("core")?;
        let parameters = Object::new();
        Reflect::set(&parameters, &parameter.into(), &value.into())?;
        method(&core, "invoke")?.call2(&core, &command.into(), &parameters)?.dyn_into()
    };
    let promise = promise().map_err(refusal)?;
    JsFuture::from(promise).await.map_err(refusal)?.as_string().ok_or_else(|| unreachable_engine("its answer was not text"))
}

fn tauri(part: &str) -> Result<JsValue, JsValue> {
    get(&get(&js_sys::global(), "__TAURI__")?, part)
}

fn get(object: &JsValue, key: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &key.into())
}

fn method(object: &JsValue, name: &str) -> Result<Function, JsValue> {
    get(object, name)?.dyn_into()
}

/// What a rejected promise says: an `ApiError` as JSON, or whatever it is.
fn refusal(value: JsValue) -> ApiError {
    let text = value.as_string().unwrap_or_else(|| format!("{value:?}"));
    serde_json::from_str(&text).unwrap_or_else(|_| unreachable_engine(&text))
}

fn unreachable_engine(why: &str) -> ApiError {
    ApiError {
        code: "engine_unreachable".to_owned(),
        message: "The engine did not answer.".to_owned(),
        hint: Some(format!("Close the window and open it again. ({why})")),
    }
}
