//! Finds the parts of a BERT encoder in an exported graph: by the names of its biases, and by what is added to them.
//!
//! Only weights stored as `Mul(Cast(int8), scale)` are understood; nothing is computed here.

use super::format::{FLOAT, Graph, INT8, INT64, Node, Tensor};
use std::collections::HashMap;

/// The parts of an encoder.
pub struct Bert {
    pub words: Quantised,
    pub positions: Quantised,
    pub kinds: Tensor,
    pub norm: Norm,
    pub layers: Vec<Layer>,
    pub heads: i64,
    pub epsilon: f32,
}

/// Whole numbers of 8 bits; each column (of a table of embeddings: each row) times its own scale.
pub struct Quantised {
    pub values: Tensor,
    pub scales: Tensor,
}

pub struct Norm {
    pub weight: Tensor,
    pub bias: Tensor,
}

/// A linear map of rows: times a matrix of inputs × outputs, plus a bias.
pub struct Linear {
    pub weight: Quantised,
    pub bias: Tensor,
}

pub struct Layer {
    /// Query, key and value.
    pub attention: [Linear; 3],
    pub joined: Linear,
    pub attention_norm: Norm,
    pub wide: Linear,
    pub narrow: Linear,
    pub norm: Norm,
}

/// The graph by names.
struct Names {
    tensors: HashMap<String, Tensor>,
    /// What makes a value.
    makers: HashMap<String, Node>,
    /// What a bias is an input of.
    adders: HashMap<String, Node>,
    /// What a value is reshaped by.
    shapes: HashMap<String, String>,
}

impl Bert {
    /// # Errors
    /// The first part that is not there, or not as expected.
    pub fn read(graph: Graph) -> Result<Self, String> {
        let names = Names::of(graph);
        let first = "encoder.layer.0.attention.self.query.bias";
        let prefix = names.tensors.keys().find_map(|name| name.strip_suffix(first)).ok_or("the graph holds no BERT encoder")?.to_owned();
        let layers = (0..).take_while(|layer| names.tensors.contains_key(&format!("{prefix}encoder.layer.{layer}.output.dense.bias")));
        Ok(Self {
            words: names.table(&format!("{prefix}embeddings.word_embeddings.weight"))?,
            positions: names.table(&format!("{prefix}embeddings.position_embeddings.weight"))?,
            kinds: names.tensor(&format!("{prefix}embeddings.token_type_embeddings.weight"), FLOAT)?,
            norm: names.norm(&format!("{prefix}embeddings.LayerNorm"))?,
            layers: layers.map(|layer| names.layer(&format!("{prefix}encoder.layer.{layer}."))).collect::<Result<_, _>>()?,
            heads: names.heads(&format!("{prefix}{first}"))?,
            epsilon: names.epsilon()?,
        })
    }

    /// Numbers that stand for a token.
    pub fn width(&self) -> i64 {
        self.kinds.shape.last().copied().unwrap_or_default()
    }
}

impl Names {
    fn of(graph: Graph) -> Self {
        let tensors = graph.tensors.into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect();
        let (mut makers, mut adders, mut shapes) = (HashMap::new(), HashMap::new(), HashMap::new());
        for node in graph.nodes {
            if node.kind == "Add" {
                adders.extend(node.inputs.iter().map(|input| (input.clone(), node.clone())));
            }
            if let ("Reshape", [value, shape]) = (node.kind.as_str(), node.inputs.as_slice()) {
                shapes.insert(value.clone(), shape.clone());
            }
            makers.extend(node.outputs.iter().map(|output| (output.clone(), node.clone())));
        }
        Self { tensors, makers, adders, shapes }
    }

    fn tensor(&self, name: &str, kind: i32) -> Result<Tensor, String> {
        let tensor = self.tensors.get(name).ok_or_else(|| format!("{name} is missing"))?;
        let bytes = match kind {
            INT8 => 1,
            INT64 => 8,
            _ => 4,
        };
        let fits = tensor.kind == kind && tensor.shape.iter().product::<i64>() * bytes == tensor.bytes.len() as i64;
        if fits { Ok(tensor.clone()) } else { Err(format!("{name} is not as expected")) }
    }

    fn table(&self, name: &str) -> Result<Quantised, String> {
        Ok(Quantised { values: self.tensor(&format!("{name}_q"), INT8)?, scales: self.tensor(&format!("{name}_scale"), FLOAT)? })
    }

    fn norm(&self, name: &str) -> Result<Norm, String> {
        Ok(Norm { weight: self.tensor(&format!("{name}.weight"), FLOAT)?, bias: self.tensor(&format!("{name}.bias"), FLOAT)? })
    }

    fn layer(&self, name: &str) -> Result<Layer, String> {
        let linear = |part: &str| self.linear(&format!("{name}{part}.bias"));
        Ok(Layer {
            attention: [linear("attention.self.query")?, linear("attention.self.key")?, linear("attention.self.value")?],
            joined: linear("attention.output.dense")?,
            attention_norm: self.norm(&format!("{name}attention.output.LayerNorm"))?,
            wide: linear("intermediate.dense")?,
            narrow: linear("output.dense")?,
            norm: self.norm(&format!("{name}output.LayerNorm"))?,
        })
    }

    /// The map whose bias this is: its weight has no name of its own.
    fn linear(&self, bias: &str) -> Result<Linear, String> {
        let found = || {
            let product = self.adders.get(bias)?.inputs.iter().find_map(|input| self.made(input, "MatMul"))?;
            let scaled = self.made(product.inputs.get(1)?, "Mul")?;
            let cast = self.made(scaled.inputs.first()?, "Cast")?;
            Some((cast.inputs.first()?, scaled.inputs.get(1)?))
        };
        let (values, scales) = found().ok_or_else(|| format!("the weight of {bias} is not stored in 8 bits"))?;
        let (values, scales, bias) = (self.tensor(values, INT8)?, self.tensor(scales, FLOAT)?, self.tensor(bias, FLOAT)?);
        let columns = [scales.bytes.len(), bias.bytes.len()].map(|bytes| bytes as i64 / 4);
        if values.shape.len() != 2 || columns.iter().any(|count| *count != values.shape[1]) {
            return Err(format!("the weight of {} has another shape than its scales", bias.name));
        }
        Ok(Linear { weight: Quantised { values, scales }, bias })
    }

    /// Into how many heads attention is divided: the query is reshaped to batch, tokens, heads and numbers of a head.
    fn heads(&self, query_bias: &str) -> Result<i64, String> {
        let found = || {
            let shape = self.made(self.shapes.get(self.adders.get(query_bias)?.outputs.first()?)?, "Concat")?;
            let size = self.tensor(shape.inputs.last()?, INT64).ok()?;
            let size = i64::from_le_bytes(size.bytes.try_into().ok()?);
            let width = self.tensors.get(query_bias)?.shape.first()?;
            (size > 0 && width % size == 0).then(|| width / size)
        };
        found().ok_or_else(|| "attention is not divided into heads as expected".to_owned())
    }

    fn epsilon(&self) -> Result<f32, String> {
        let norms = self.makers.values().filter(|node| node.kind == "LayerNormalization");
        let mut values: Vec<f32> =
            norms.flat_map(|node| &node.attributes).filter(|at| at.name == "epsilon").filter_map(|at| at.float).collect();
        values.dedup();
        match values.as_slice() {
            [epsilon] => Ok(*epsilon),
            _ => Err("layers are not normalised as expected".to_owned()),
        }
    }

    fn made(&self, value: &str, kind: &str) -> Option<&Node> {
        self.makers.get(value).filter(|node| node.kind == kind)
    }
}
