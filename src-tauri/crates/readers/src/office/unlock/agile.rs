//! Agile encryption (MS-OFFCRYPTO 2.3.4.10 to 2.3.4.15): what Office 2010 and later write.
//!
//! AES in chained blocks with SHA-1 or SHA-2; other ciphers are not opened.

use super::{decrypt, password_bytes};
use crate::mail::transfer::base64;
use crate::xml::{Element, Token, Xml};
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha384, Sha512};

/// Rounds of hashing that a document may ask for (the specification's most).
const ROUNDS: u32 = 10_000_000;
/// Bytes that are encrypted with one beginning.
const SEGMENT: usize = 4096;

/// What each key is for.
const VERIFIER: [u8; 8] = [0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79];
const VERIFIER_HASH: [u8; 8] = [0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e];
const KEY: [u8; 8] = [0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6];

/// What an element says of a key.
#[derive(Default)]
struct Keys {
    salt: Vec<u8>,
    bytes: usize,
    hash: Hash,
    rounds: u32,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    key: Vec<u8>,
}

/// What a document says of its encryption.
pub struct Agile {
    /// The keys of the content and of the password.
    data: Keys,
    own: Keys,
}

impl Agile {
    /// None when the way is not known.
    pub fn of(description: &[u8]) -> Option<Self> {
        let (data, own) = described(description.get(8..)?)?;
        Some(Self { data, own })
    }

    /// The content in the open; none when the password is wrong.
    pub fn open(&self, content: &[u8], password: &str) -> Option<Vec<u8>> {
        let Self { data, own } = self;
        let hashed = own.hash.rounds(&own.salt, &password_bytes(password), own.rounds);
        let opened = |purpose: [u8; 8], bytes: &[u8]| {
            let key = fitted(own.hash.of(&[&hashed, &purpose]), own.bytes);
            decrypt(&key, Some(&fitted(own.salt.clone(), 16)), bytes)
        };
        let expected = opened(VERIFIER_HASH, &own.verifier_hash)?;
        let found = own.hash.of(&[opened(VERIFIER, &own.verifier)?.get(..own.salt.len())?]);
        if expected.get(..found.len())? != found {
            return None;
        }
        let key = opened(KEY, &own.key)?;
        segments(data, key.get(..data.bytes)?, content)
    }
}

fn segments(data: &Keys, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(content.len());
    for (number, segment) in (0_u32..).zip(content.chunks(SEGMENT)) {
        let first = fitted(data.hash.of(&[&data.salt, &number.to_le_bytes()]), 16);
        plain.extend(decrypt(key, Some(&first), segment)?);
    }
    Some(plain)
}

/// The keys of the content and of the password.
fn described(description: &[u8]) -> Option<(Keys, Keys)> {
    let mut xml = Xml::new(description, 20);
    let (mut data, mut own) = (None, None);
    while let Ok(Some(token)) = xml.next() {
        let Token::Open(element) = token else { continue };
        match element.name() {
            "keyData" => data = keys(&element),
            // There may be others, for certificates.
            "encryptedKey" => own = keys(&element).or(own),
            _ => {}
        }
    }
    Some((data?, own?))
}

fn keys(element: &Element<'_>) -> Option<Keys> {
    let bytes = |name: &str| base64(&element.get(name).unwrap_or_default());
    let bits: usize = element.number("keyBits")?;
    let rounds: u32 = element.number("spinCount").unwrap_or(0);
    let chained = element.get("cipherAlgorithm")? == "AES" && element.get("cipherChaining")? == "ChainingModeCBC";
    (chained && rounds <= ROUNDS && matches!(bits, 128 | 192 | 256)).then_some(())?;
    Some(Keys {
        salt: bytes("saltValue"),
        bytes: bits / 8,
        hash: Hash::of_name(&element.get("hashAlgorithm")?)?,
        rounds,
        verifier: bytes("encryptedVerifierHashInput"),
        verifier_hash: bytes("encryptedVerifierHashValue"),
        key: bytes("encryptedKeyValue"),
    })
}

/// Cut, or filled with the byte that the specification wants.
fn fitted(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.resize(length, 0x36);
    bytes
}

/// A way of hashing.
#[derive(Clone, Copy, Debug, Default)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    #[default]
    Sha512,
}

impl Hash {
    fn of_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().replace('-', "").as_str() {
            "SHA1" => Self::Sha1,
            "SHA256" => Self::Sha256,
            "SHA384" => Self::Sha384,
            "SHA512" => Self::Sha512,
            _ => return None,
        })
    }

    fn of(self, pieces: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => digest::<Sha1>(pieces),
            Self::Sha256 => digest::<Sha256>(pieces),
            Self::Sha384 => digest::<Sha384>(pieces),
            Self::Sha512 => digest::<Sha512>(pieces),
        }
    }

    fn rounds(self, salt: &[u8], password: &[u8], rounds: u32) -> Vec<u8> {
        (0..rounds).fold(self.of(&[salt, password]), |hash, round| self.of(&[&round.to_le_bytes(), &hash]))
    }
}

fn digest<D: Digest>(pieces: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    pieces.iter().for_each(|piece| digest.update(piece));
    digest.finalize().to_vec()
}
