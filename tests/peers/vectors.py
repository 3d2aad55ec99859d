"""Nearest neighbours of the peers: LanceDB's and faiss's Python packages, on the same vectors.

usage: vectors.py make OUT_DIR COUNT               base.npy (clustered unit vectors of 384), q.npy, truth.npy (the exact ten)
       vectors.py build lancedb|faiss DATA_DIR WORK_DIR
       vectors.py search lancedb|faiss DATA_DIR WORK_DIR    one query at a time
Each prints one JSON line; searching is a process of its own, so that its memory is its own.
"""
import json, pathlib, shutil, sys, time

DIMENSIONS, QUERIES = 384, 200


def make(out, count):
    import numpy as np

    out, count = pathlib.Path(out), int(count)
    out.mkdir(parents=True, exist_ok=True)
    dice, clusters, latent = np.random.default_rng(20261121), 4000, 48
    centres = dice.standard_normal((clusters, latent), dtype=np.float32)
    weight = 1 / np.arange(1, clusters + 1) ** 0.6
    spread = (0.35 + 0.4 * dice.random(clusters)).astype(np.float32)
    project = (dice.standard_normal((latent, DIMENSIONS)) / np.sqrt(latent)).astype(np.float32)

    def draw(number):
        chosen = dice.choice(clusters, number, p=weight / weight.sum())
        inner = centres[chosen] + spread[chosen, None] * dice.standard_normal((number, latent), dtype=np.float32)
        outer = inner @ project + 0.15 * dice.standard_normal((number, DIMENSIONS), dtype=np.float32)
        return outer / np.linalg.norm(outer, axis=1, keepdims=True)

    base = np.lib.format.open_memmap(out / "base.npy", "w+", np.float32, (count, DIMENSIONS))
    for at in range(0, count, 50000):
        base[at : at + 50000] = draw(min(50000, count - at))
    base.flush()
    queries = draw(QUERIES)
    np.save(out / "q.npy", queries)
    ids, scores = np.zeros((QUERIES, 0), np.int64), np.zeros((QUERIES, 0), np.float32)
    for at in range(0, count, 100000):
        here = queries @ base[at : at + 100000].T
        best = np.argpartition(-here, 10, axis=1)[:, :10]
        ids, scores = np.hstack([ids, best + at]), np.hstack([scores, np.take_along_axis(here, best, 1)])
    order = np.argsort(-scores, axis=1)[:, :10]
    np.save(out / "truth.npy", np.take_along_axis(ids, order, 1))


def blocks(base):
    import numpy as np

    for at in range(0, len(base), 50000):
        yield at, np.ascontiguousarray(base[at : at + 50000])


def build(engine, data, work):
    import numpy as np

    base, place = np.load(pathlib.Path(data) / "base.npy", mmap_mode="r"), pathlib.Path(work) / engine
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    began = time.perf_counter()
    parts = 1024 if len(base) >= 500_000 else 256
    if engine == "faiss":
        import faiss

        faiss.omp_set_num_threads(2)
        index = faiss.index_factory(DIMENSIONS, f"IVF{parts},SQ8", faiss.METRIC_INNER_PRODUCT)
        index.train(np.ascontiguousarray(base[:: max(1, len(base) // 60000)]))
        for _, block in blocks(base):
            index.add(block)
        faiss.write_index(index, str(place / "index"))
    else:
        import lancedb, pyarrow as pa
        from lancedb.index import IvfPq

        schema = pa.schema([("id", pa.int64()), ("e", pa.list_(pa.float32(), DIMENSIONS))])

        def rows():
            for at, block in blocks(base):
                columns = [pa.array(np.arange(at, at + len(block))), pa.FixedSizeListArray.from_arrays(pa.array(block.ravel()), DIMENSIONS)]
                yield pa.record_batch(columns, schema=schema)

        table = lancedb.connect(str(place)).create_table("v", rows(), schema=schema)
        table.create_index("e", config=IvfPq(distance_type="dot", num_partitions=parts, num_sub_vectors=48))
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    print(json.dumps({"engine": engine, "build_s": time.perf_counter() - began, "bytes": size}))


def search(engine, data, work):
    import numpy as np

    data, place = pathlib.Path(data), pathlib.Path(work) / engine
    queries, truth = np.load(data / "q.npy"), np.load(data / "truth.npy")
    if engine == "faiss":
        import faiss

        faiss.omp_set_num_threads(2)
        index = faiss.read_index(str(place / "index"))

        def settings():
            for probes in (4, 8, 16, 32, 64):
                index.nprobe = probes
                yield f"nprobe {probes}", lambda query: index.search(query[None], 10)[1][0].tolist()
    else:
        import lancedb

        table = lancedb.connect(str(place)).open_table("v")

        def settings():
            for probes, refine in ((16, 10), (32, 10), (64, 20), (128, 30)):
                asked = lambda query: table.search(query, vector_column_name="e").distance_type("dot").nprobes(probes).refine_factor(refine)
                yield f"nprobes {probes}, refine {refine}", lambda query: asked(query).limit(10).select(["id"]).to_arrow()["id"].to_pylist()

    for setting, nearest in settings():
        nearest(queries[0])
        times, found = [], 0
        for query, wanted in zip(queries, truth):
            began = time.perf_counter()
            answer = nearest(query)
            times.append((time.perf_counter() - began) * 1000)
            found += len(set(answer) & set(wanted.tolist()))
        recall = found / (10 * len(queries))
        if recall >= 0.95:
            break
    memory = next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
    p50, p99 = (float(np.percentile(times, share)) for share in (50, 99))
    print(json.dumps({"engine": engine, "setting": setting, "recall": recall, "p50_ms": p50, "p99_ms": p99, "memory_mb": memory}))


{"make": make, "build": build, "search": search}[sys.argv[1]](*sys.argv[2:])
