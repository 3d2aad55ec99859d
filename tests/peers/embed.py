"""Embeddings of a peer: ONNX Runtime in Python, the model quantised dynamically to int8 by its own tool.

usage: embed.py make WEIGHT_ONLY.onnx OUT.onnx            the peer's model
       embed.py texts OUT.jsonl TOKENIZER.json COUNT      texts of 40 to 230 tokens, the same each time
       embed.py run MODEL.onnx TOKENIZER.json TEXTS.jsonl THREADS OUT.npy   one JSON line: texts a second, length-sorted, 8 at a time
       embed.py compare ONE.npy OTHER.npy                 cosines of the same texts, the least and the mean
"""
import json, os, random, resource, sys, time


def make(source, out):
    """The weight-only model with its weights as floats again, then quantised as a user of the library would."""
    import numpy as np, onnx
    from onnx import numpy_helper
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(source)
    graph = model.graph
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    made, gone = {}, []
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in held:
            made[node.output[0]] = held[node.input[0]].astype(np.float32)
            gone.append(node)
        elif node.op_type == "Mul" and node.input[0] in made and node.input[1] in held:
            made[node.output[0]] = made[node.input[0]] * held[node.input[1]]
            gone.append(node)
    for node in gone:
        graph.node.remove(node)
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept + [numpy_helper.from_array(value, name) for name, value in made.items() if name in used])
    onnx.save(model, out + ".float")
    quantize_dynamic(out + ".float", out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=False)


def texts(out, tokenizer, count):
    from tokenizers import Tokenizer

    words = "the harbour master wrote that every vessel which passed the light in the winter of storms was entered in a ledger with its name and port keeper oil lamp granite letter committee paid invoice for repairs minutes of the meeting agreed report on soaked registers church records damaged by a flood museum accession catalogue photograph of a boat crew relief signal brass quay chart weather wind from north west heavy sea nothing seen after dark signed and witnessed before me account balance carried over subscription received with thanks from members of the society".split()
    dice, count = random.Random(5), int(count)
    tok, total = Tokenizer.from_file(tokenizer), 0
    tok.no_truncation()
    with open(out, "w") as file:
        for _ in range(count):
            length = max(30, min(215, int(dice.gauss(122, 45))))
            text = " ".join(dice.choice(words) for _ in range(length))
            total += len(tok.encode(text).ids)
            file.write(json.dumps(text) + "\n")
    print(json.dumps({"texts": count, "mean_tokens": total / count}))


def run(model, tokenizer, source, threads, out):
    os.environ["RAYON_NUM_THREADS"] = threads
    import numpy as np, onnxruntime
    from tokenizers import Tokenizer

    tok = Tokenizer.from_file(tokenizer)
    tok.enable_truncation(256)
    tok.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = int(threads), 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    needed = {put.name for put in session.get_inputs()}

    def embed(batch):
        coded = tok.encode_batch(batch)
        ids = np.array([one.ids for one in coded], np.int64)
        mask = np.array([one.attention_mask for one in coded], np.int64)
        puts = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(None, {name: value for name, value in puts.items() if name in needed})[0]
        mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    lines = [json.loads(line) for line in open(source)]
    order = sorted(range(len(lines)), key=lambda at: len(lines[at]))
    vectors = np.zeros((len(lines), 384), np.float32)
    embed(lines[:32])
    began = time.perf_counter()
    for at in range(0, len(order), 8):
        vectors[order[at : at + 8]] = embed([lines[one] for one in order[at : at + 8]])
    seconds = time.perf_counter() - began
    np.save(out, vectors)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"texts_per_s": len(lines) / seconds, "memory_mb": memory}))


def compare(one, other):
    import numpy as np

    cosines = (np.load(one) * np.load(other)).sum(1)
    print(json.dumps({"least": float(cosines.min()), "mean": float(cosines.mean())}))


{"make": make, "texts": texts, "run": run, "compare": compare}[sys.argv[1]](*sys.argv[2:])
