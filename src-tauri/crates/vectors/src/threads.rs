//! The two threads LanceDB runs on, and a way to wait for them from any other thread.
//!
//! Knows nothing of vectors.

use crate::trouble::Trouble;
use futures::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::sync_channel;
use tokio::runtime::{Builder, Runtime};
use winnow_contract::Words;

/// Deep plans overflow the usual 2 MB in development builds; only what is touched is ever resident.
const STACK_BYTES: usize = 16 << 20;

/// A private runtime; ends without waiting when dropped, so that it may be dropped anywhere.
pub struct Threads(Option<Runtime>);

impl Threads {
    pub fn new() -> Result<Self, Words> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(2).thread_stack_size(STACK_BYTES).thread_name("vectors").enable_all();
        Ok(Self(Some(builder.build().map_err(Trouble::from)?)))
    }

    /// Runs something to its end. A panic inside is trouble like any other.
    pub fn wait<T, F>(&self, work: F) -> Result<T, Trouble>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Trouble>> + Send + 'static,
    {
        let (send, receive) = sync_channel(1);
        let runtime = self.0.as_ref().expect("BUG: taken only when dropped");
        runtime.spawn(Box::pin(async move {
            let done = AssertUnwindSafe(work).catch_unwind().await;
            drop(send.send(done));
        }));
        match receive.recv() {
            Ok(Ok(done)) => done,
            Ok(Err(_)) | Err(_) => Err(Trouble::Damaged),
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
