//! Writes the encoder as a graph of ONNX 18 with ONNX Runtime's own operators for attention, GELU and products of 8 bits.
//!
//! Sums before a normalisation are written as `Sum`: ONNX Runtime would fuse an `Add` into an operator that is slower on CPUs.

use super::bert::{Bert, Layer, Linear, Norm, Quantised};
use super::format::{Attribute, FLOAT, Graph, INT8, INT32, INT64, Kind, Model, Node, Opset, Shape, Side, Tensor, TensorKind, UINT8, Value};

/// The domain of ONNX Runtime's own operators.
const OWN: &str = "com.microsoft";
const OUTPUT: &str = "last_hidden_state";
/// The greatest quantised activation. The product of two of these with two weights of 8 bits still fits into 16 bits.
const GREATEST: u8 = 127;
/// What stands for zero among activations of either sign.
const ZERO: u8 = 64;
/// The same after GELU, which is never below `LEAST_GELU`: most of the range is for what is positive.
const GELU_ZERO: u8 = 20;
const LEAST_GELU: f32 = -0.17;

/// How a row of activations is quantised: by its greatest value, with a scale that is never below `least`.
struct Quantiser {
    signed: bool,
    name: &'static str,
    zero: u8,
    least: f32,
}

const SIGNED: Quantiser = Quantiser { signed: true, name: "signed", zero: ZERO, least: 1e-9 };
const GELU: Quantiser = Quantiser { signed: false, name: "gelu", zero: GELU_ZERO, least: -LEAST_GELU / GELU_ZERO as f32 };

/// The whole model.
pub fn model(bert: &Bert) -> Model {
    let mut graph = Graph { name: "bert".to_owned(), ..Graph::default() };
    let sides = [named("batch"), named("sequence")];
    for input in ["input_ids", "attention_mask", "token_type_ids"] {
        graph.inputs.push(value(input, INT64, &sides));
    }
    let width = Side { length: Some(bert.width()), name: None };
    graph.outputs.push(value(OUTPUT, FLOAT, &[&sides[..], &[width]].concat()));
    Writer { graph: &mut graph, made: 0 }.encoder(bert);
    let opset = |domain: &str, version| Opset { domain: domain.to_owned(), version };
    Model { ir_version: 8, producer: "winnow".to_owned(), graph: Some(graph), opsets: vec![opset("", 18), opset(OWN, 1)] }
}

struct Writer<'a> {
    graph: &'a mut Graph,
    made: usize,
}

impl Writer<'_> {
    fn encoder(&mut self, bert: &Bert) {
        self.constants(bert.width());
        let embedded = self.embeddings(bert);
        let ids = self.node("Shape", &["input_ids"], &[]);
        let whole = self.node("Concat", &[&ids, "width"], &[int("axis", 0)]);
        let mask = self.node("Cast", &["attention_mask"], &[int("to", i64::from(INT32))]);
        let mut rows = self.node("Reshape", &[&embedded, "rows"], &[]);
        for (at, layer) in bert.layers.iter().enumerate() {
            rows = self.layer(at, layer, bert, &rows, &whole, &mask);
        }
        let inputs = vec![rows, whole];
        self.graph.nodes.push(Node { inputs, outputs: vec![OUTPUT.to_owned()], kind: "Reshape".to_owned(), ..Node::default() });
    }

    fn constants(&mut self, width: i64) {
        for (name, values) in
            [("0", vec![0]), ("1", vec![1]), ("2", vec![2]), ("width", vec![width]), ("rows", vec![-1, width]), ("thirds", vec![width; 3])]
        {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            self.tensor(name, INT64, &[values.len() as i64], bytes);
        }
        self.tensor("one", FLOAT, &[], 1f32.to_le_bytes().to_vec());
        for quantiser in [SIGNED, GELU] {
            let Quantiser { name, zero, least, .. } = quantiser;
            self.tensor(&format!("{name}_zero"), UINT8, &[], vec![zero]);
            self.tensor(&format!("{name}_step"), FLOAT, &[], (1.0 / f32::from(GREATEST - zero)).to_le_bytes().to_vec());
            self.tensor(&format!("{name}_least"), FLOAT, &[], least.to_le_bytes().to_vec());
        }
    }

    fn embeddings(&mut self, bert: &Bert) -> String {
        let words = self.table("words", &bert.words);
        let word = self.looked_up(&words, "input_ids");
        let kinds = self.copy("kinds", &bert.kinds);
        let kind = self.node("Gather", &[&kinds, "token_type_ids"], &[]);
        let shape = self.node("Shape", &["input_ids"], &[]);
        let length = self.node("Slice", &[&shape, "1", "2"], &[]);
        let positions = self.table("positions", &bert.positions);
        let values = self.node("Slice", &[&positions.0, "0", &length, "0"], &[]);
        let scales = self.node("Slice", &[&positions.1, "0", &length, "0"], &[]);
        let values = self.node("Cast", &[&values], &[int("to", i64::from(FLOAT))]);
        let position = self.node("Mul", &[&values, &scales], &[]);
        let sum = self.node("Sum", &[&word, &kind, &position], &[]);
        self.normalised("embeddings", &sum, &bert.norm, bert.epsilon)
    }

    fn looked_up(&mut self, table: &(String, String), ids: &str) -> String {
        let values = self.node("Gather", &[&table.0, ids], &[]);
        let scales = self.node("Gather", &[&table.1, ids], &[]);
        let values = self.node("Cast", &[&values], &[int("to", i64::from(FLOAT))]);
        self.node("Mul", &[&values, &scales], &[])
    }

    fn layer(&mut self, at: usize, layer: &Layer, bert: &Bert, rows: &str, whole: &str, mask: &str) -> String {
        let name = |part: &str| format!("{at}.{part}");
        let joined = side_by_side(&layer.attention);
        let three = self.product(&name("attention"), &joined.weight, rows, &SIGNED);
        let parts: Vec<String> = self.split(&three).iter().map(|part| self.node("Reshape", &[part, whole], &[])).collect();
        let bias = self.copy(&name("attention.bias"), &joined.bias);
        let attended = self.own("MultiHeadAttention", &[&parts[0], &parts[1], &parts[2], &bias, mask], &[int("num_heads", bert.heads)]);
        let attended = self.node("Reshape", &[&attended, "rows"], &[]);
        let rows = self.residual(&name("joined"), &layer.joined, &attended, &SIGNED, rows, &layer.attention_norm, bert.epsilon);
        let wide = self.product(&name("wide"), &layer.wide.weight, &rows, &SIGNED);
        let bias = self.copy(&name("wide.bias"), &layer.wide.bias);
        let wide = self.own("BiasGelu", &[&wide, &bias], &[]);
        self.residual(&name("narrow"), &layer.narrow, &wide, &GELU, &rows, &layer.norm, bert.epsilon)
    }

    /// A linear map of `input`, added to `rows` and normalised.
    #[expect(clippy::too_many_arguments, reason = "what a residual step consists of")]
    fn residual(
        &mut self,
        name: &str,
        linear: &Linear,
        input: &str,
        quantiser: &Quantiser,
        rows: &str,
        norm: &Norm,
        epsilon: f32,
    ) -> String {
        let product = self.product(name, &linear.weight, input, quantiser);
        let bias = self.copy(&format!("{name}.bias"), &linear.bias);
        let sum = self.node("Sum", &[&product, rows, &bias], &[]);
        self.normalised(name, &sum, norm, epsilon)
    }

    /// Rows times a matrix. Each row is quantised by itself.
    fn product(&mut self, name: &str, weight: &Quantised, rows: &str, quantiser: &Quantiser) -> String {
        let of = |part: &str| format!("{}_{part}", quantiser.name);
        let sizes = if quantiser.signed { self.node("Abs", &[rows], &[]) } else { rows.to_owned() };
        let greatest = self.node("ReduceMax", &[&sizes, "1"], &[int("keepdims", 0)]);
        let scale = self.node("Mul", &[&greatest, &of("step")], &[]);
        let scale = self.node("Max", &[&scale, &of("least")], &[]);
        let count = self.node("Shape", &[&scale], &[]);
        let zeros = self.node("Expand", &[&of("zero"), &count], &[]);
        let quantised = self.node("QuantizeLinear", &[rows, &scale, &zeros], &[int("axis", 0)]);
        let (values, scales) = self.matrix(name, weight);
        let product = self.own("MatMulIntegerToFloat", &[&quantised, &values, "one", &scales, &of("zero")], &[]);
        let scale = self.node("Unsqueeze", &[&scale, "1"], &[]);
        self.node("Mul", &[&product, &scale], &[])
    }

    fn normalised(&mut self, name: &str, sum: &str, norm: &Norm, epsilon: f32) -> String {
        let weight = self.copy(&format!("{name}.norm.weight"), &norm.weight);
        let bias = self.copy(&format!("{name}.norm.bias"), &norm.bias);
        let epsilon = Attribute { name: "epsilon".to_owned(), float: Some(epsilon), int: None, kind: 1 };
        self.node("LayerNormalization", &[sum, &weight, &bias], &[int("axis", -1), epsilon])
    }

    fn split(&mut self, value: &str) -> [String; 3] {
        let first = self.node("Split", &[value, "thirds"], &[int("axis", -1)]);
        let outputs = [first.clone(), format!("{first}_b"), format!("{first}_c")];
        if let Some(node) = self.graph.nodes.last_mut() {
            node.outputs = outputs.to_vec();
        }
        outputs
    }

    /// A table of embeddings and its scales, one for each row.
    fn table(&mut self, name: &str, table: &Quantised) -> (String, String) {
        (self.copy(name, &table.values), self.copy(&format!("{name}.scales"), &table.scales))
    }

    /// A matrix and its scales, one for each column.
    fn matrix(&mut self, name: &str, weight: &Quantised) -> (String, String) {
        let Tensor { bytes, .. } = weight.scales.clone();
        let scales = self.tensor(&format!("{name}.scales"), FLOAT, &[bytes.len() as i64 / 4], bytes);
        (self.copy(&format!("{name}.weight"), &weight.values), scales)
    }

    fn copy(&mut self, name: &str, tensor: &Tensor) -> String {
        self.tensor(name, tensor.kind, &tensor.shape, tensor.bytes.clone())
    }

    fn tensor(&mut self, name: &str, kind: i32, shape: &[i64], bytes: Vec<u8>) -> String {
        self.graph.tensors.push(Tensor { shape: shape.to_vec(), kind, name: name.to_owned(), bytes });
        name.to_owned()
    }

    fn own(&mut self, kind: &str, inputs: &[&str], attributes: &[Attribute]) -> String {
        let output = self.node(kind, inputs, attributes);
        if let Some(node) = self.graph.nodes.last_mut() {
            node.domain = OWN.to_owned();
        }
        output
    }

    /// Adds a node with one output; gives that.
    fn node(&mut self, kind: &str, inputs: &[&str], attributes: &[Attribute]) -> String {
        self.made += 1;
        let output = format!("{kind}_{}", self.made);
        self.graph.nodes.push(Node {
            inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
            outputs: vec![output.clone()],
            kind: kind.to_owned(),
            attributes: attributes.to_vec(),
            domain: String::new(),
        });
        output
    }
}

/// Three maps of the same rows as one: their columns beside each other.
fn side_by_side(maps: &[Linear; 3]) -> Linear {
    let width = |map: &Linear| map.weight.values.shape[1];
    let rows = maps[0].weight.values.shape[0];
    let mut bytes = Vec::new();
    for row in 0..rows as usize {
        for map in maps {
            let width = width(map) as usize;
            bytes.extend_from_slice(&map.weight.values.bytes[row * width..(row + 1) * width]);
        }
    }
    let columns = maps.iter().map(width).sum();
    let joined = |part: fn(&Linear) -> &Tensor| {
        let bytes = maps.iter().flat_map(|map| part(map).bytes.clone()).collect();
        Tensor { shape: vec![columns], kind: FLOAT, name: String::new(), bytes }
    };
    let values = Tensor { shape: vec![rows, columns], kind: INT8, name: String::new(), bytes };
    Linear { weight: Quantised { values, scales: joined(|map| &map.weight.scales) }, bias: joined(|map| &map.bias) }
}

fn int(name: &str, value: i64) -> Attribute {
    Attribute { name: name.to_owned(), float: None, int: Some(value), kind: 2 }
}

fn named(name: &str) -> Side {
    Side { length: None, name: Some(name.to_owned()) }
}

fn value(name: &str, element: i32, sides: &[Side]) -> Value {
    let shape = Some(Shape { sides: sides.to_vec() });
    Value { name: name.to_owned(), kind: Some(Kind { tensor: Some(TensorKind { element, shape }) }) }
}
