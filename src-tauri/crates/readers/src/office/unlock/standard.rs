//! Standard encryption (MS-OFFCRYPTO 2.3.4.5 to 2.3.4.9): what Office 2007 writes.
//!
//! AES in single blocks with SHA-1; the older cipher is not opened.

use super::{decrypt, password_bytes};
use crate::ole::u32_at;
use sha1::Sha1;
use sha2::digest::Digest;

/// Rounds of hashing, always.
const ROUNDS: u32 = 50_000;

/// What a document says of its encryption.
pub struct Standard<'d> {
    key_bytes: usize,
    salt: &'d [u8],
    verifier: &'d [u8],
    verifier_hash: &'d [u8],
}

impl<'d> Standard<'d> {
    /// None when the way is not known.
    pub fn of(description: &'d [u8]) -> Option<Self> {
        let length = u32_at(description, 8) as usize;
        let head = description.get(12..12_usize.checked_add(length)?)?;
        let rest = description.get(12 + length..)?;
        let key_bytes = match u32_at(head, 8) {
            0x660e => 16,
            0x660f => 24,
            0x6610 => 32,
            _ => return None,
        };
        // Length of the salt, salt, verifier, length of its hash, hash.
        Some(Self { key_bytes, salt: rest.get(4..20)?, verifier: rest.get(20..36)?, verifier_hash: rest.get(40..72)? })
    }

    /// The content in the open; none when the password is wrong.
    pub fn open(&self, content: &[u8], password: &str) -> Option<Vec<u8>> {
        let key = key(self.salt, &password_bytes(password), self.key_bytes);
        let found = Sha1::digest(decrypt(&key, None, self.verifier)?);
        (decrypt(&key, None, self.verifier_hash)?.get(..20)? == found.as_slice()).then_some(())?;
        decrypt(&key, None, content)
    }
}

fn key(salt: &[u8], password: &[u8], bytes: usize) -> Vec<u8> {
    let first = Sha1::digest([salt, password].concat());
    let hashed = (0..ROUNDS).fold(first, |hash, round| Sha1::new().chain_update(round.to_le_bytes()).chain_update(hash).finalize());
    let last = Sha1::new().chain_update(hashed).chain_update(0_u32.to_le_bytes()).finalize();
    let half = |fill: u8| {
        let mut block = [fill; 64];
        block.iter_mut().zip(last.iter()).for_each(|(byte, hash)| *byte ^= hash);
        Sha1::digest(block)
    };
    let mut key = [half(0x36).as_slice(), half(0x5c).as_slice()].concat();
    key.truncate(bytes);
    key
}
