//! The files attached to a document.
//!
//! Those that hang on an annotation are not reached by the bindings, and stay where they are.

use pdfium_render::prelude::PdfDocument;
use winnow_contract::Words;
use winnow_contract::worker::{ExpandRequest, Expanded};
use winnow_readers::container::Spool;

/// Writes every attachment into `into`, in the document's order.
///
/// # Errors
/// `io_error` when it cannot be written.
pub fn expand(document: &PdfDocument, request: &ExpandRequest, into: &mut dyn std::io::Write) -> Result<Expanded, Words> {
    let mut spool = Spool::new(into, request);
    let attachments = document.attachments();
    for number in attachments.as_range() {
        let Ok(attachment) = attachments.get(number) else { continue };
        let (place, name) = (u64::from(number), attachment.name());
        if !spool.wants(place, name.as_bytes()) {
            continue;
        }
        let bytes = attachment.save_to_bytes().unwrap_or_default();
        if spool.member(place, name.as_bytes(), 0, &mut bytes.as_slice())?.is_break() {
            break;
        }
    }
    Ok(spool.finish())
}
