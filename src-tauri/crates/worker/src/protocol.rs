//! Frames as `contract::worker` describes them, on the parent's side, as pure functions of bytes.
//!
//! No sockets here. What a worker sends is not trusted: lengths are checked before anything is kept.

use winnow_contract::worker::{Answer, MAX_BLOB, MAX_HEADER, Work};

/// An answer with its blob.
pub(crate) type Reply = (Answer, Vec<u8>);

/// The bytes came from no worker of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// A frame up to its blob; none when it would be longer than a frame may be.
pub(crate) fn head(work: &Work, blob: &[u8]) -> Option<Vec<u8>> {
    let header = serde_json::to_vec(work).ok()?;
    let length = |bytes: &[u8], limit: u32| u32::try_from(bytes.len()).ok().filter(|length| *length <= limit);
    let mut frame = length(&header, MAX_HEADER)?.to_le_bytes().to_vec();
    frame.extend(length(blob, MAX_BLOB)?.to_le_bytes());
    frame.extend(header);
    Some(frame)
}

/// An answer on its way in.
#[derive(Default)]
pub(crate) struct Incoming {
    bytes: Vec<u8>,
}

impl Incoming {
    /// Takes what arrived; the whole answer once it is there.
    ///
    /// # Errors
    /// When a length is above its limit, more comes than was announced, or the header is no answer.
    pub(crate) fn take(&mut self, arrived: &[u8]) -> Result<Option<Reply>, Malformed> {
        self.bytes.extend_from_slice(arrived);
        let Some((header, blob)) = self.lengths()? else { return Ok(None) };
        let whole = 8 + header + blob;
        if self.bytes.len() < whole {
            self.bytes.reserve(whole - self.bytes.len());
            return Ok(None);
        }
        if self.bytes.len() > whole {
            return Err(Malformed);
        }
        let answer = serde_json::from_slice(&self.bytes[8..8 + header]).map_err(|_| Malformed)?;
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.drain(..8 + header);
        Ok(Some((answer, bytes)))
    }

    fn lengths(&self) -> Result<Option<(usize, usize)>, Malformed> {
        let Some((header, rest)) = self.bytes.split_first_chunk() else { return Ok(None) };
        let Some(blob) = rest.first_chunk() else { return Ok(None) };
        let (header, blob) = (u32::from_le_bytes(*header), u32::from_le_bytes(*blob));
        let fits = header <= MAX_HEADER && blob <= MAX_BLOB;
        if fits { Ok(Some((header as usize, blob as usize))) } else { Err(Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(header: &[u8], blob: &[u8]) -> Vec<u8> {
        let lengths = [(header.len() as u32).to_le_bytes(), (blob.len() as u32).to_le_bytes()].concat();
        [&lengths, header, blob].concat()
    }

    const READY: &[u8] = br#"{"ready":{"card":"x 1"}}"#;

    #[test]
    fn an_answer_is_whole_at_its_last_byte() {
        let bytes = frame(READY, b"abc");
        let mut incoming = Incoming::default();
        for byte in &bytes[..bytes.len() - 1] {
            assert_eq!(incoming.take(&[*byte]), Ok(None));
        }
        let ready = Answer::Ready { card: "x 1".to_owned(), confinement: None };
        assert_eq!(incoming.take(b"c"), Ok(Some((ready, b"abc".to_vec()))));
    }

    #[test]
    fn lengths_and_headers_are_checked() {
        let check = |bytes: &[u8]| assert_eq!(Incoming::default().take(bytes), Err(Malformed));
        check(&[0xff; 8]);
        check(&[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        check(&frame(b"{}", b""));
        check(&[frame(READY, b""), vec![0]].concat());
    }

    #[test]
    fn a_request_carries_its_lengths() {
        let bytes = head(&Work::Hello, b"12").expect("short enough");
        assert_eq!(bytes, [&[14, 0, 0, 0, 2, 0, 0, 0], br#"{"do":"hello"}"#.as_slice()].concat());
    }
}
