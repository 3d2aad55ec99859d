//! Rewrites a BERT sentence encoder with weights of 8 bits as an ONNX graph that also multiplies in 8 bits.
//!
//! The source holds each weight as `Mul(Cast(int8), scale)`, so ONNX Runtime multiplies in 32 bits. Here activations are
//! quantised when the model runs, each token by itself (symmetric, 7 bits): a text's vector depends neither on the texts it
//! is padded together with nor on the processor, for sums of 7 by 8 bits stay exact where 8 by 8 bits saturate (AVX2 without
//! VNNI). The weights are taken over bit by bit. The same source gives the same bytes. Nothing is run or downloaded here.

mod bert;
mod format;
mod graph;

use prost::Message;

/// The rewritten model.
///
/// # Errors
/// A sentence when the bytes are no ONNX file, or not such an encoder.
pub fn dynamic_int8(onnx: &[u8]) -> Result<Vec<u8>, String> {
    let model = format::Model::decode(onnx).map_err(|error| format!("this is no ONNX file: {error}"))?;
    let source = bert::Bert::read(model.graph.ok_or("the ONNX file has no graph")?)?;
    Ok(graph::model(&source).encode_to_vec())
}

#[cfg(test)]
mod tests;
