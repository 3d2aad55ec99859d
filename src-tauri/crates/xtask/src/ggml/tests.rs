//! A small model in CTranslate2's format, its conversion, and what damaged ones are answered with.

use super::{BLOCK, Weights, block, convert};
use half::f16;
use std::io::Cursor;

/// Width of the small model.
const WIDTH: usize = 64;

struct Model {
    bytes: Vec<u8>,
}

impl Model {
    fn text(&mut self, text: &str) {
        let length = u16::try_from(text.len() + 1).expect("short");
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(text.as_bytes());
        self.bytes.push(0);
    }

    fn number(&mut self, number: usize) {
        self.bytes.extend(u32::try_from(number).expect("small").to_le_bytes());
    }

    fn variable(&mut self, name: &str, shape: &[usize], kind: u8, bytes: &[u8]) {
        self.text(name);
        self.bytes.push(u8::try_from(shape.len()).expect("few"));
        shape.iter().for_each(|size| self.number(*size));
        self.bytes.push(kind);
        self.number(bytes.len());
        self.bytes.extend(bytes);
    }
}

fn floats(count: usize) -> Vec<u8> {
    (0..count).flat_map(|at| ((at % 7) as f32 - 3.0).to_le_bytes()).collect()
}

/// No layers, and an embedding in eight bits with a scale for each row.
fn model(version: usize, architecture: &str) -> Vec<u8> {
    let mut model = Model { bytes: Vec::new() };
    model.number(version);
    model.text(architecture);
    model.number(3);
    model.number(12);
    model.variable("encoder/position_encodings/encodings", &[4, WIDTH], 0, &floats(4 * WIDTH));
    for convolution in ["conv1", "conv2"] {
        model.variable(&format!("encoder/{convolution}/weight"), &[WIDTH, 80, 3], 0, &floats(WIDTH * 240));
        model.variable(&format!("encoder/{convolution}/bias"), &[WIDTH], 0, &floats(WIDTH));
    }
    for side in ["encoder", "decoder"] {
        model.variable(&format!("{side}/layer_norm/gamma"), &[WIDTH], 0, &floats(WIDTH));
        model.variable(&format!("{side}/layer_norm/beta"), &[WIDTH], 0, &floats(WIDTH));
    }
    model.variable("decoder/position_encodings/encodings", &[4, WIDTH], 0, &floats(4 * WIDTH));
    model.variable("decoder/embeddings/weight", &[51_864, WIDTH], 1, &vec![100; 51_864 * WIDTH]);
    model.variable("decoder/embeddings/weight_scale", &[51_864], 0, &2.0_f32.to_le_bytes().repeat(51_864));
    model.number(1);
    model.text("decoder/projection/weight");
    model.text("decoder/embeddings/weight");
    model.bytes
}

fn vocabulary() -> Vec<u8> {
    "a\n".repeat(50_300).into_bytes()
}

fn converted(model: &[u8], kind: Weights) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    convert(&vocabulary(), Cursor::new(model), kind, &mut out).map(|()| out).map_err(|failure| failure.to_string())
}

#[test]
fn both_sizes_have_the_sizes_and_types_that_are_announced() {
    let (half, eight) = (converted(&model(6, "WhisperSpec"), Weights::F16), converted(&model(6, "WhisperSpec"), Weights::Q8));
    let (half, eight) = (half.expect("converted"), eight.expect("converted"));
    let number = |bytes: &[u8], at: usize| i32::from_le_bytes([bytes[at * 4], bytes[at * 4 + 1], bytes[at * 4 + 2], bytes[at * 4 + 3]]);
    let heads: Vec<i32> = (1..12).map(|at| number(&half, at)).collect();
    assert_eq!(heads, [51_864, 4, 64, 1, 0, 4, 64, 1, 0, 80, 1]);
    assert_eq!(number(&eight, 11), 2007);
    // Only the embedding is smaller: two bytes for a value, or 34 for a block of 32.
    assert_eq!(half.len() - eight.len(), 51_864 * WIDTH * 2 - 51_864 * WIDTH / 32 * 34);
    let name = b"decoder.token_embedding.weight";
    let at = half.windows(name.len()).position(|found| found == name).expect("the embedding") + name.len();
    assert_eq!(f16::from_le_bytes([half[at], half[at + 1]]).to_f32(), 50.0, "100 divided by its scale");
}

#[test]
fn a_block_keeps_its_largest_value_and_a_silent_one_is_zero() {
    let mut values = vec![0.0; BLOCK];
    assert_eq!(block(&values), vec![0; 34]);
    (values[0], values[1], values[31]) = (-127.0, 63.5, 1.0);
    let bytes = block(&values);
    assert_eq!(f16::from_le_bytes([bytes[0], bytes[1]]).to_f32(), 1.0);
    assert_eq!((bytes[2].cast_signed(), bytes[3].cast_signed(), bytes[33].cast_signed()), (-127, 64, 1));
}

#[test]
fn foreign_and_cut_weights_are_a_sentence() {
    let check = |model: &[u8], expected: &str| {
        let found = converted(model, Weights::Q8).expect_err(expected);
        assert!(found.contains(expected), "{found}");
    };
    check(&[], "end too early");
    check(b"PK\x03\x04 and more", "version");
    check(&model(3, "WhisperSpec"), "4 to 6 are known");
    check(&model(6, "TransformerSpec"), "not of a Whisper model");
    let whole = model(6, "WhisperSpec");
    for length in [1, 5, 40, 100, 5000, whole.len() / 2, whole.len() - 300_000, whole.len() - 1] {
        check(&whole[..length], "end too early");
    }
    let mut lying = whole.clone();
    let name = b"encoder/conv1/weight\0";
    let at = lying.windows(name.len()).position(|found| found == name).expect("the variable") + name.len();
    lying[at + 1..at + 5].copy_from_slice(&u32::MAX.to_le_bytes());
    check(&lying, "damaged at encoder/conv1/weight");
    lying[at] = 200;
    check(&lying, "damaged at encoder/conv1/weight");
}
