//! Turns a Whisper model in CTranslate2's format into the GGML file that whisper.cpp loads, with weights in 16 or in 8 bits.
//!
//! Reads the source a few rows at a time, so memory stays small whatever the model; knows no other architecture.

mod mel;
mod source;
mod tensors;
#[cfg(test)]
mod tests;
mod tokens;

use crate::shell::{Failure, Outcome};
use half::f16;
use source::Source;
use std::io::{Read, Seek, Write};
use tensors::Tensor;

/// "ggml" as a little-endian number.
const MAGIC: i32 = 0x6767_6d6c;
/// Values that share a scale in eight bits (ggml's `QK8_0`).
const BLOCK: usize = 32;
/// Values converted at once; whole rows, so a longer row is one piece.
const PIECE: usize = 1 << 16;

/// How the large matrices are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// 16-bit floating point.
    F16,
    /// Blocks of 32 eight-bit numbers with one scale (`q8_0`), as whisper.cpp's own quantiser makes them of a 16-bit file.
    Q8,
}

/// How one tensor is stored, by ggml's number of its type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    F32 = 0,
    F16 = 1,
    Q8 = 8,
}

/// Writes the GGML file of the model whose weights are read from `weights` and whose tokens are the lines of `vocabulary`.
pub fn convert(vocabulary: &[u8], weights: impl Read + Seek, kind: Weights, out: &mut impl Write) -> Outcome {
    let mut source = Source::read(weights)?;
    let tokens = tokens::read(vocabulary)?;
    let shape = Shape::of(&source)?;
    header(out, &shape, kind)?;
    mel::write(out, shape.mels)?;
    tokens::write(out, &tokens)?;
    for tensor in tensors::all(&source, shape.audio_layers, shape.text_layers)? {
        write(&mut source, &tensor, kind, out)?;
    }
    Ok(())
}

/// The sizes that whisper.cpp reads first.
struct Shape {
    vocabulary: usize,
    audio_context: usize,
    audio: usize,
    audio_layers: usize,
    text_context: usize,
    text: usize,
    text_layers: usize,
    mels: usize,
}

impl Shape {
    fn of<R: Read + Seek>(source: &Source<R>) -> Outcome<Self> {
        let [vocabulary, text] = source.shape("decoder/embeddings/weight")?;
        let [text_context, _] = source.shape("decoder/position_encodings/encodings")?;
        let [audio_context, audio] = source.shape("encoder/position_encodings/encodings")?;
        let [_, mels, _] = source.shape("encoder/conv1/weight")?;
        if vocabulary < 51_864 || mels > 1000 {
            return Err(Failure::new(format!("the weights have {vocabulary} rows of embeddings: this is no Whisper model.")));
        }
        let (audio_layers, text_layers) = (source.layers("encoder"), source.layers("decoder"));
        Ok(Self { vocabulary, audio_context, audio, audio_layers, text_context, text, text_layers, mels })
    }
}

/// Heads are always 64 wide in Whisper. Type 1 is 16 bits; 7 is eight bits, in version 2 of ggml's quantisation.
fn header(out: &mut impl Write, shape: &Shape, kind: Weights) -> Outcome {
    let file_type = match kind {
        Weights::F16 => 1,
        Weights::Q8 => 2007,
    };
    out.write_all(&MAGIC.to_le_bytes())?;
    numbers(out, &[shape.vocabulary, shape.audio_context, shape.audio, shape.audio / 64, shape.audio_layers])?;
    numbers(out, &[shape.text_context, shape.text, shape.text / 64, shape.text_layers, shape.mels, file_type])
}

/// 32-bit little-endian integers.
fn numbers(out: &mut impl Write, values: &[usize]) -> Outcome {
    for value in values {
        let value =
            i32::try_from(*value).map_err(|_| Failure::new(format!("the weights hold a size of {value}: this is no Whisper model.")))?;
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}

/// Vectors, positions and the biases of the convolutions stay in 32 bits; only plain matrices go below 16.
fn stored(tensor: &Tensor, kind: Weights) -> Stored {
    let plain =
        !tensor.name.ends_with("positional_embedding") && !tensor.name.ends_with("conv1.bias") && !tensor.name.ends_with("conv2.bias");
    match (plain, tensor.shape.len(), kind) {
        (false, _, _) | (_, 0 | 1, _) => Stored::F32,
        (true, 2, Weights::Q8) => Stored::Q8,
        (true, _, _) => Stored::F16,
    }
}

fn write<R: Read + Seek>(source: &mut Source<R>, tensor: &Tensor, kind: Weights, out: &mut impl Write) -> Outcome {
    let stored = stored(tensor, kind);
    let row = tensor.row();
    if stored == Stored::Q8 && !row.is_multiple_of(BLOCK) {
        return Err(Failure::new(format!("{} has rows of {row}, which eight bits cannot hold.", tensor.name)));
    }
    numbers(out, &[tensor.shape.len(), tensor.name.len(), stored as usize])?;
    numbers(out, &tensor.shape.iter().rev().copied().collect::<Vec<_>>())?;
    out.write_all(tensor.name.as_bytes())?;
    let step = (PIECE / row.max(1)).max(1);
    for first in tensor.rows.clone().step_by(step) {
        let values = source.rows(&tensor.from, first..(first + step).min(tensor.rows.end))?;
        out.write_all(&encoded(&values, stored))?;
    }
    Ok(())
}

fn encoded(values: &[f32], stored: Stored) -> Vec<u8> {
    match stored {
        Stored::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Stored::F16 => values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
        Stored::Q8 => values.chunks(BLOCK).flat_map(block).collect(),
    }
}

/// One block of `q8_0`: the scale in 16 bits, then 32 numbers. After ggml's `quantize_row_q8_0_ref`, of values that went
/// through 16 bits before.
fn block(values: &[f32]) -> Vec<u8> {
    let values: Vec<f32> = values.iter().map(|value| f16::from_f32(*value).to_f32()).collect();
    let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let scale = largest / 127.0;
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    let mut bytes = f16::from_f32(scale).to_le_bytes().to_vec();
    bytes.extend(values.iter().map(|value| ((value * inverse).round() as i8).cast_unsigned()));
    bytes
}
