//! The rewriting of an encoder small enough to be read: one layer, one head of two numbers, three words.

use super::format::{FLOAT, Graph, INT8, INT64, Model, Node, Tensor};
use super::*;

fn floats(graph: &mut Graph, name: &str, shape: &[i64], first: f32) {
    let count = shape.iter().product::<i64>();
    let bytes = (0..count).flat_map(|at| (first + at as f32).to_le_bytes()).collect();
    graph.tensors.push(Tensor { shape: shape.to_vec(), kind: FLOAT, name: name.to_owned(), bytes });
}

fn bytes(graph: &mut Graph, name: &str, shape: &[i64], first: u8) {
    let count = shape.iter().product::<i64>() as u8;
    graph.tensors.push(Tensor { shape: shape.to_vec(), kind: INT8, name: name.to_owned(), bytes: (first..first + count).collect() });
}

fn node(graph: &mut Graph, kind: &str, inputs: &[&str], output: &str) {
    let inputs = inputs.iter().map(|input| (*input).to_owned()).collect();
    graph.nodes.push(Node { inputs, outputs: vec![output.to_owned()], kind: kind.to_owned(), ..Node::default() });
}

fn linear(graph: &mut Graph, name: &str, shape: [i64; 2], first: u8) {
    bytes(graph, &format!("{name}_q"), &shape, first);
    floats(graph, &format!("{name}_s"), &[1, shape[1]], f32::from(first));
    floats(graph, &format!("x.{name}.bias"), &shape[1..], f32::from(first) + 0.5);
    node(graph, "Cast", &[&format!("{name}_q")], &format!("{name}_f"));
    node(graph, "Mul", &[&format!("{name}_f"), &format!("{name}_s")], &format!("{name}_w"));
    node(graph, "MatMul", &["rows", &format!("{name}_w")], &format!("{name}_p"));
    node(graph, "Add", &[&format!("{name}_p"), &format!("x.{name}.bias")], &format!("{name}_y"));
}

fn norm(graph: &mut Graph, name: &str) {
    floats(graph, &format!("x.{name}.weight"), &[2], 1.0);
    floats(graph, &format!("x.{name}.bias"), &[2], 0.0);
}

/// An export as PyTorch's looks, so far as it matters.
fn sample() -> Graph {
    let mut graph = Graph::default();
    for (name, rows) in [("word", 3), ("position", 2)] {
        bytes(&mut graph, &format!("x.embeddings.{name}_embeddings.weight_q"), &[rows, 2], 1);
        floats(&mut graph, &format!("x.embeddings.{name}_embeddings.weight_scale"), &[rows, 1], 0.5);
    }
    floats(&mut graph, "x.embeddings.token_type_embeddings.weight", &[2, 2], 0.0);
    let layer = "encoder.layer.0.";
    for (part, shape, first) in [
        ("attention.self.query", [2, 2], 10),
        ("attention.self.key", [2, 2], 20),
        ("attention.self.value", [2, 2], 30),
        ("attention.output.dense", [2, 2], 40),
        ("intermediate.dense", [2, 3], 50),
        ("output.dense", [3, 2], 60),
    ] {
        linear(&mut graph, &format!("{layer}{part}"), shape, first);
    }
    for name in ["embeddings.LayerNorm", "encoder.layer.0.attention.output.LayerNorm", "encoder.layer.0.output.LayerNorm"] {
        norm(&mut graph, name);
    }
    graph.tensors.push(Tensor { shape: vec![1], kind: INT64, name: "size".to_owned(), bytes: 2i64.to_le_bytes().to_vec() });
    node(&mut graph, "Concat", &["batch", "tokens", "rest", "size"], "heads");
    node(&mut graph, "Reshape", &["encoder.layer.0.attention.self.query_y", "heads"], "query");
    node(&mut graph, "LayerNormalization", &["rows"], "normal");
    if let Some(node) = graph.nodes.last_mut() {
        node.attributes.push(format::Attribute { name: "epsilon".to_owned(), float: Some(1e-12), int: None, kind: 1 });
    }
    graph
}

fn rewritten(graph: Graph) -> Result<Vec<u8>, String> {
    dynamic_int8(&Model { graph: Some(graph), ..Model::default() }.encode_to_vec())
}

fn tensor<'a>(graph: &'a Graph, name: &str) -> &'a Tensor {
    graph.tensors.iter().find(|tensor| tensor.name == name).expect("a tensor of this name")
}

#[test]
fn weights_are_taken_over_and_those_of_attention_lie_side_by_side() {
    let made = Model::decode(rewritten(sample()).expect("rewritten").as_slice()).expect("ONNX");
    let graph = made.graph.expect("a graph");
    let attention = tensor(&graph, "0.attention.weight");
    assert_eq!((attention.shape.as_slice(), attention.kind), ([2, 6].as_slice(), INT8));
    assert_eq!(attention.bytes, [10, 11, 20, 21, 30, 31, 12, 13, 22, 23, 32, 33]);
    let scales: Vec<u8> = [10f32, 11.0, 20.0, 21.0, 30.0, 31.0].iter().flat_map(|scale| scale.to_le_bytes()).collect();
    assert_eq!(tensor(&graph, "0.attention.scales").bytes, scales);
    assert_eq!(tensor(&graph, "0.narrow.weight").bytes, [60, 61, 62, 63, 64, 65]);
    let heads = graph.nodes.iter().find(|node| node.kind == "MultiHeadAttention").expect("attention");
    assert_eq!(heads.attributes[0].int, Some(1));
    assert_eq!(graph.outputs[0].name, "last_hidden_state");
}

#[test]
fn every_input_of_a_node_was_made_before_it() {
    let made = Model::decode(rewritten(sample()).expect("rewritten").as_slice()).expect("ONNX");
    let graph = made.graph.expect("a graph");
    let tensors = graph.tensors.iter().map(|tensor| tensor.name.clone());
    let mut known: Vec<String> = tensors.chain(graph.inputs.iter().map(|input| input.name.clone())).collect();
    for node in &graph.nodes {
        assert!(node.inputs.iter().all(|input| known.contains(input)), "{node:?}");
        assert!(node.outputs.iter().all(|output| !known.contains(output)), "{node:?}");
        known.extend(node.outputs.iter().cloned());
    }
    assert!(graph.outputs.iter().all(|output| known.contains(&output.name)));
    assert!(graph.tensors.iter().all(|tensor| graph.nodes.iter().any(|node| node.inputs.contains(&tensor.name))));
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    assert_eq!(rewritten(sample()), rewritten(sample()));
}

#[test]
fn what_is_no_such_encoder_is_told_in_a_sentence() {
    let check = |change: fn(&mut Graph), expected: &str| {
        let mut graph = sample();
        change(&mut graph);
        assert_eq!(rewritten(graph).expect_err("refused"), expected);
    };
    assert!(dynamic_int8(b"MZ, no model").expect_err("refused").starts_with("this is no ONNX file: "));
    assert_eq!(dynamic_int8(b""), Err("the ONNX file has no graph".to_owned()));
    check(|graph| graph.tensors.clear(), "the graph holds no BERT encoder");
    check(|graph| graph.nodes.clear(), "the weight of x.encoder.layer.0.attention.self.query.bias is not stored in 8 bits");
    check(|graph| graph.tensors[0].bytes.truncate(1), "x.embeddings.word_embeddings.weight_q is not as expected");
    check(|graph| graph.nodes.retain(|node| node.kind != "Concat"), "attention is not divided into heads as expected");
    check(|graph| graph.nodes.retain(|node| node.kind != "LayerNormalization"), "layers are not normalised as expected");
}
