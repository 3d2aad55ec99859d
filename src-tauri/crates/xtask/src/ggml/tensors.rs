//! Which tensors whisper.cpp wants, in which order, and which rows of which variable each of them is.
//!
//! CTranslate2 keeps queries, keys and values of an attention in one matrix; here they are told apart. Converts nothing.

use super::source::Source;
use crate::shell::{Failure, Outcome};
use std::io::{Read, Seek};
use std::ops::Range;

/// One tensor of the GGML file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// OpenAI's name for it.
    pub name: String,
    /// The variable it lies in.
    pub from: String,
    /// Its rows there.
    pub rows: Range<usize>,
    /// The slowest dimension first.
    pub shape: Vec<usize>,
}

impl Tensor {
    /// Values of one of its rows in the variable.
    pub fn row(&self) -> usize {
        let values: usize = self.shape.iter().product();
        values / self.rows.len().max(1)
    }
}

/// Every tensor of a model with so many layers.
pub fn all<R: Read + Seek>(source: &Source<R>, audio_layers: usize, text_layers: usize) -> Outcome<Vec<Tensor>> {
    let mut list = List { source, tensors: Vec::new() };
    list.whole("encoder.positional_embedding", "encoder/position_encodings/encodings")?;
    for convolution in ["conv1", "conv2"] {
        list.whole(&format!("encoder.{convolution}.weight"), &format!("encoder/{convolution}/weight"))?;
        list.column(&format!("encoder.{convolution}.bias"), &format!("encoder/{convolution}/bias"))?;
    }
    list.norm("encoder.ln_post", "encoder/layer_norm")?;
    list.whole("decoder.positional_embedding", "decoder/position_encodings/encodings")?;
    list.whole("decoder.token_embedding.weight", "decoder/embeddings/weight")?;
    list.norm("decoder.ln", "decoder/layer_norm")?;
    for layer in 0..audio_layers {
        list.layer("encoder", layer, false)?;
    }
    for layer in 0..text_layers {
        list.layer("decoder", layer, true)?;
    }
    Ok(list.tensors)
}

struct List<'a, R> {
    source: &'a Source<R>,
    tensors: Vec<Tensor>,
}

impl<R: Read + Seek> List<'_, R> {
    fn layer(&mut self, side: &str, layer: usize, crosses: bool) -> Outcome {
        let (new, old) = (format!("{side}.blocks.{layer}"), format!("{side}/layer_{layer}"));
        self.norm(&format!("{new}.attn_ln"), &format!("{old}/self_attention/layer_norm"))?;
        self.attention(&format!("{new}.attn"), &format!("{old}/self_attention"))?;
        if crosses {
            self.norm(&format!("{new}.cross_attn_ln"), &format!("{old}/attention/layer_norm"))?;
            self.cross_attention(&format!("{new}.cross_attn"), &format!("{old}/attention"))?;
        }
        self.norm(&format!("{new}.mlp_ln"), &format!("{old}/ffn/layer_norm"))?;
        self.linear(&format!("{new}.mlp.0"), &format!("{old}/ffn/linear_0"))?;
        self.linear(&format!("{new}.mlp.2"), &format!("{old}/ffn/linear_1"))
    }

    /// `linear_0` is query, key and value; keys have no bias in Whisper.
    fn attention(&mut self, new: &str, old: &str) -> Outcome {
        let first = format!("{old}/linear_0");
        self.part(&format!("{new}.query.weight"), &format!("{first}/weight"), 0, 3)?;
        self.part(&format!("{new}.query.bias"), &format!("{first}/bias"), 0, 3)?;
        self.part(&format!("{new}.key.weight"), &format!("{first}/weight"), 1, 3)?;
        self.part(&format!("{new}.value.weight"), &format!("{first}/weight"), 2, 3)?;
        self.part(&format!("{new}.value.bias"), &format!("{first}/bias"), 2, 3)?;
        self.linear(&format!("{new}.out"), &format!("{old}/linear_1"))
    }

    /// `linear_0` is query, `linear_1` key and value.
    fn cross_attention(&mut self, new: &str, old: &str) -> Outcome {
        let second = format!("{old}/linear_1");
        self.linear(&format!("{new}.query"), &format!("{old}/linear_0"))?;
        self.part(&format!("{new}.key.weight"), &format!("{second}/weight"), 0, 2)?;
        self.part(&format!("{new}.value.weight"), &format!("{second}/weight"), 1, 2)?;
        self.part(&format!("{new}.value.bias"), &format!("{second}/bias"), 1, 2)?;
        self.linear(&format!("{new}.out"), &format!("{old}/linear_2"))
    }

    fn norm(&mut self, new: &str, old: &str) -> Outcome {
        self.whole(&format!("{new}.weight"), &format!("{old}/gamma"))?;
        self.whole(&format!("{new}.bias"), &format!("{old}/beta"))
    }

    fn linear(&mut self, new: &str, old: &str) -> Outcome {
        self.whole(&format!("{new}.weight"), &format!("{old}/weight"))?;
        self.whole(&format!("{new}.bias"), &format!("{old}/bias"))
    }

    fn whole(&mut self, name: &str, from: &str) -> Outcome {
        self.part(name, from, 0, 1)
    }

    /// The same as a matrix of one column.
    fn column(&mut self, name: &str, from: &str) -> Outcome {
        self.part(name, from, 0, 1)?;
        self.tensors.last_mut().into_iter().for_each(|tensor| tensor.shape.push(1));
        Ok(())
    }

    /// One of several equal parts of a variable.
    fn part(&mut self, name: &str, from: &str, part: usize, parts: usize) -> Outcome {
        let mut shape = self.source.dimensions(from)?.to_vec();
        let rows =
            shape.first().copied().filter(|rows| rows % parts == 0).ok_or_else(|| Failure::new(format!("{from} cannot be parted.")))?;
        let size = rows / parts;
        shape[0] = size;
        self.tensors.push(Tensor { name: name.to_owned(), from: from.to_owned(), rows: part * size..(part + 1) * size, shape });
        Ok(())
    }
}
