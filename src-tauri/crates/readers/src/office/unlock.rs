//! Opens encrypted Open XML documents with a password (MS-OFFCRYPTO 2.3.4: agile and standard encryption).
//!
//! The checksum over the whole is not looked at: a damaged document is read as far as it goes. Documents before 2007, with
//! older ciphers, are not opened.

mod agile;
mod standard;

use crate::ole::{Ole, u16_at, u32_at};
use crate::{Limits, cannot_unlock, damaged, locked};
use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use agile::Agile;
use standard::Standard;
use winnow_contract::Words;

const BLOCK: usize = 16;

/// A way of encryption that is known, as the document describes it.
enum Way<'d> {
    Agile(Agile),
    Standard(Standard<'d>),
}

impl<'d> Way<'d> {
    fn of(description: &'d [u8]) -> Option<Self> {
        match (u16_at(description, 0), u16_at(description, 2)) {
            (4, 4) => Agile::of(description).map(Self::Agile),
            (2..=4, 2) => Standard::of(description).map(Self::Standard),
            _ => None,
        }
    }

    /// The content in the open; none when the password is wrong.
    fn open(&self, content: &[u8], password: &str) -> Option<Vec<u8>> {
        match self {
            Self::Agile(way) => way.open(content, password),
            Self::Standard(way) => way.open(content, password),
        }
    }
}

/// The package inside an encrypted document.
///
/// # Errors
/// `locked` without password or with a wrong one, `cannot_unlock` for other ways of encryption; `damaged` when parts are missing.
pub fn open(ole: &mut Ole<'_>, password: Option<&str>, limits: &Limits) -> Result<Vec<u8>, Words> {
    let description = ole.named("EncryptionInfo", 1 << 20);
    let way = Way::of(&description).ok_or_else(cannot_unlock)?;
    let password = password.ok_or_else(locked)?;
    let package = ole.named("EncryptedPackage", limits.unpacked_bytes);
    let Some(content) = package.get(8..).filter(|content| !content.is_empty()) else {
        return Err(damaged("the encrypted package is missing"));
    };
    let mut plain = way.open(content, password).ok_or_else(locked)?;
    let length = u64::from(u32_at(&package, 0)) | u64::from(u32_at(&package, 4)) << 32;
    plain.truncate(usize::try_from(length).unwrap_or(usize::MAX));
    Ok(plain)
}

/// The bytes of a password as both ways hash them.
fn password_bytes(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// AES without padding. With `chain`, each block is combined with the one before it, the first with `chain`.
/// None for a key of another length.
fn decrypt(key: &[u8], chain: Option<&[u8]>, bytes: &[u8]) -> Option<Vec<u8>> {
    match key.len() {
        16 => decrypt_with(&Aes128::new_from_slice(key).ok()?, chain, bytes),
        24 => decrypt_with(&Aes192::new_from_slice(key).ok()?, chain, bytes),
        32 => decrypt_with(&Aes256::new_from_slice(key).ok()?, chain, bytes),
        _ => None,
    }
}

fn decrypt_with<C>(cipher: &C, chain: Option<&[u8]>, bytes: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>,
{
    let mut before: [u8; BLOCK] = match chain {
        Some(first) => first.try_into().ok()?,
        None => [0; BLOCK],
    };
    let mut plain = Vec::with_capacity(bytes.len());
    for block in bytes.as_chunks::<BLOCK>().0 {
        let mut out = Array::from(*block);
        cipher.decrypt_block(&mut out);
        plain.extend(out.iter().zip(before).map(|(byte, before)| byte ^ before));
        if chain.is_some() {
            before = *block;
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_chained() {
        // FIPS 197, appendix C.1.
        let key: Vec<u8> = (0..16).collect();
        let packed = b"\x69\xc4\xe0\xd8\x6a\x7b\x04\x30\xd8\xcd\xb7\x80\x70\xb4\xc5\x5a";
        let plain: Vec<u8> = (0..16).map(|digit| digit * 0x11).collect();
        assert_eq!(decrypt(&key, None, packed), Some(plain.clone()));
        let twice = [packed.as_slice(), packed.as_slice()].concat();
        let chained = decrypt(&key, Some(&[0; 16]), &twice).expect("a key");
        assert_eq!(&chained[..16], plain);
        let second: Vec<u8> = plain.iter().zip(packed).map(|(a, b)| a ^ b).collect();
        assert_eq!(&chained[16..], second);
        assert_eq!(decrypt(b"short", None, packed), None);
    }
}
