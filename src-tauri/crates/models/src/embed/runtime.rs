//! The library that runs models: found fit before it is used, and the devices it was built for.
//!
//! It knows no model. A library that is too old hangs when it is asked for an interface it does not have, so its version is
//! asked first.

use crate::caught;
use fastembed::ExecutionProviderDispatch;
use ort::environment::{Environment, EnvironmentBuilder};
use ort::ep::{CUDA, ExecutionProvider, WebGPU};
use winnow_contract::Words;

/// Loads the library at this path; once in a process. It has started nothing yet.
///
/// # Errors
/// `runtime_unusable`, with why.
pub fn library(path: &str) -> Result<EnvironmentBuilder, Words> {
    match caught::catch(|| ort::util::probe(path)) {
        Ok(Some(version)) if version >= ort::MINOR_VERSION => {}
        Ok(Some(version)) => {
            return Err(unusable(format!("it is version 1.{version}, and 1.{} is the oldest that will do", ort::MINOR_VERSION)));
        }
        Ok(None) | Err(_) => return Err(unusable("it is not ONNX Runtime, or not for this computer")),
    }
    ort::init_from(path).map_err(|_| unusable("it could not be loaded"))
}

/// Starts the library. It looks at the machine for reports to its makers, and starts a thread for them; reports are switched
/// off here, and there is no network for them.
///
/// # Errors
/// `runtime_unusable`, with why.
pub fn environment(library: EnvironmentBuilder) -> Result<Environment, Words> {
    library.with_telemetry(false).build().map_err(|error| unusable(super::first_line(&error.to_string())))
}

/// A provider of this name that fails aloud; none when the library was built without it, or nobody knows it.
pub fn provider(name: &str) -> Option<ExecutionProviderDispatch> {
    let (available, provider) = match name {
        "cuda" => (CUDA::is_available(), CUDA::default().build()),
        "webgpu" => (WebGPU::is_available(), WebGPU::default().build()),
        _ => return None,
    };
    available.is_ok_and(|available| available).then(|| provider.error_on_failure())
}

fn unusable(why: impl ToString) -> Words {
    Words::new("runtime_unusable").with("why", why)
}
