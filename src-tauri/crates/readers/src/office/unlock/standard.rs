//! Standard encryption (MS-OFFCRYPTO 2.3.4.5 to 2.3.4.9): what Office 2007 writes.
//!
//! AES in single blocks with SHA-1; the older cipher is not opened.

use super::{decrypt, password_bytes};
use crate::ole::u32_at;
use sha1::Sha1;
use sha2::digest::Digest;

/// Rounds of hashing, always.
const ROUNDS: u32 = 50_000;

/// The content in the open; none when the password is wrong or the way is not known.
pub fn open(description: &[u8], content: &[u8], password: &str) -> Option<Vec<u8>> {
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
    let (salt, verifier, expected) = (rest.get(4..20)?, rest.get(20..36)?, rest.get(40..72)?);
    let key = key(salt, &password_bytes(password), key_bytes);
    let found = Sha1::digest(decrypt(&key, None, verifier)?);
    (decrypt(&key, None, expected)?.get(..20)? == found.as_slice()).then_some(())?;
    decrypt(&key, None, content)
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
