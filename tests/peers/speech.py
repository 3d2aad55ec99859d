"""Speech of a peer: faster-whisper, int8, greedy, on the same recordings and words as ours.

usage: speech.py make LIBRIVOX_DIR OUT_DIR          clips, long.wav (the clips, .5 s apart, 12 times), half.wav (as much silence again)
       speech.py run CT2_DIR WAV THREADS            one JSON line: seconds of loading, of sound, of work, and the text
       speech.py errors TRUTH.json NAME TEXT_FILE   word errors and words, with one way of writing them for everybody
"""
import json, pathlib, re, resource, shutil, sys, time, wave


def make(source, out):
    source, out = pathlib.Path(source), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    lines = re.finditer(r"<s>(.*?)</s> \((.*?)\)", (source / "transcription").read_text())
    truth = {match[2]: match[1].strip() for match in lines}
    names, sound = sorted(truth), {}
    for name in names:
        shutil.copy(source / f"{name}.wav", out)
        with wave.open(str(source / f"{name}.wav")) as clip:
            assert (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) == (16000, 1, 2)
            sound[name] = clip.readframes(clip.getnframes())
    once = b"".join(sound[name] + bytes(16000) for name in names)
    for name, frames in (("long", once * 12), ("half", (once + bytes(len(once))) * 12)):
        with wave.open(str(out / f"{name}.wav"), "wb") as clip:
            clip.setparams((1, 2, 16000, 0, "NONE", ""))
            clip.writeframes(frames)
        truth[name] = " ".join(truth[clip] for clip in names * 12)
    (out / "truth.json").write_text(json.dumps(truth))


def run(model, sound, threads):
    from faster_whisper import WhisperModel

    began = time.perf_counter()
    whisper = WhisperModel(model, device="cpu", compute_type="int8", cpu_threads=int(threads), num_workers=1, local_files_only=True)
    loaded = time.perf_counter()
    options = dict(beam_size=1, best_of=1, temperature=0.0, condition_on_previous_text=False, vad_filter=False)
    segments, _ = whisper.transcribe(sound, language="en", **options)
    text = " ".join(segment.text for segment in segments)
    done = time.perf_counter()
    with wave.open(sound) as clip:
        seconds = clip.getnframes() / clip.getframerate()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"load_s": loaded - began, "sound_s": seconds, "work_s": done - loaded, "memory_mb": memory, "text": text}))


def words(text):
    text = re.sub(r"\bmr\b\.?", "mister", text.lower().replace("-", " "))
    return re.sub(r"[^a-z0-9' ]+", " ", text).split()


def errors(truth, name, text):
    wanted, heard = words(json.load(open(truth))[name]), words(open(text).read())
    row = list(range(len(heard) + 1))
    for i, one in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != other))
    print(json.dumps({"errors": row[-1], "words": len(wanted)}))


{"make": make, "run": run, "errors": errors}[sys.argv[1]](*sys.argv[2:])
