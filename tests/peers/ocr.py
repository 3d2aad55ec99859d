"""Words on scans, by the peers: Tesseract's own program, ocrmypdf; and the pages, and how many characters are wrong.

usage: ocr.py make OUT_DIR COUNT           pages/p00.jpg with p00.txt …, and all.pdf with the same pages; the same each time
       ocr.py tesseract PAGES OUT_DIR      one JSON line: seconds; two at a time, one thread each
       ocr.py ocrmypdf DOCUMENT OUT_DIR [PROGRAM]   the same, for one document; PROGRAM instead of the package beside this Python
       ocr.py errors PAGES READ_DIR        one JSON line: share of characters that are wrong; white space counts once
"""
import json, os, pathlib, random, shutil, subprocess, sys, textwrap, time

TEXTS = ["GPL-3", "GFDL-1.3", "Apache-2.0", "MPL-2.0", "Artistic", "LGPL-2.1", "GPL-2", "GFDL-1.2"]
FONTS = ["dejavu/DejaVuSerif.ttf", "liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSans-Regular.ttf"]


def paragraphs():
    folder = pathlib.Path("/usr/share/common-licenses")
    text = "\n\n".join((folder / name).read_text(errors="replace") for name in TEXTS if (folder / name).exists())
    for part in text.split("\n\n"):
        part = " ".join(part.split())
        if len(part) > 120 and part.isascii() and sum(sign.isalpha() or sign == " " for sign in part) > 0.9 * len(part):
            yield part


def make(out, count):
    import numpy
    from PIL import Image, ImageDraw, ImageFont

    out, count = pathlib.Path(out), int(count)
    (out / "pages").mkdir(parents=True, exist_ok=True)
    fonts = [font for name in FONTS for font in pathlib.Path("/usr/share/fonts/truetype").glob(name)]
    dice, noise, parts, pages = random.Random(7), numpy.random.default_rng(7), list(paragraphs()), []
    at = 0
    for number in range(count):
        font = ImageFont.truetype(str(fonts[number % len(fonts)]), 46)
        page, y, lines = Image.new("L", (2480, 3508), 250), 260, []
        draw = ImageDraw.Draw(page)
        while y < 3150:
            for line in textwrap.wrap(parts[at % len(parts)], 78) + [""]:
                if y < 3200:
                    draw.text((260, y), line, font=font, fill=20)
                    lines.append(line)
                    y += 60 if line else 36
            at += 1
        turned = numpy.asarray(page.rotate(dice.choice([-0.5, 0.5]), resample=Image.Resampling.BICUBIC, fillcolor=250), dtype=numpy.float32)
        page = Image.fromarray(numpy.clip(turned + noise.normal(0, 10, turned.shape), 0, 255).astype(numpy.uint8))
        page.save(out / f"pages/p{number:02d}.jpg", quality=70, dpi=(300, 300))
        (out / f"pages/p{number:02d}.txt").write_text("\n".join(lines).strip() + "\n")
        pages.append(page)
    # The pages alone are read; the truth lies beside them under another name.
    for truth in (out / "pages").glob("*.txt"):
        truth.rename(out / f"{truth.stem}.truth")
    pages[0].save(out / "all.pdf", save_all=True, append_images=pages[1:], resolution=300, quality=70)


def timed(command, **options):
    began = time.perf_counter()
    subprocess.run(command, check=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    print(json.dumps({"seconds": time.perf_counter() - began}))


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)


def tesseract(pages, out):
    fresh(out)
    names = "\n".join(str(path) for path in sorted(pathlib.Path(pages).glob("*.jpg")))
    one = 'tesseract "$1" "$0/$(basename "$1" .jpg)" -l eng --psm 3'
    timed(["xargs", "-d", "\n", "-P2", "-n1", "sh", "-c", one, str(out)], input=names.encode())


def ocrmypdf(document, out, program=pathlib.Path(sys.executable).with_name("ocrmypdf")):
    fresh(out)
    timed([str(program), "-q", "-j2", "--output-type", "pdf", "--optimize", "0", document, f"{out}/out.pdf"])


def errors(pages, read):
    from rapidfuzz.distance import Levenshtein

    wrong = characters = 0
    for truth in sorted(pathlib.Path(pages).parent.glob("p*.truth")):
        found = pathlib.Path(read) / f"{truth.stem}.txt"
        wanted = " ".join(truth.read_text().split())
        seen = " ".join(found.read_text(errors="replace").split()) if found.exists() else ""
        wrong, characters = wrong + Levenshtein.distance(wanted, seen), characters + len(wanted)
    print(json.dumps({"character_errors": wrong / max(characters, 1), "characters": characters}))


{"make": make, "tesseract": tesseract, "ocrmypdf": ocrmypdf, "errors": errors}[sys.argv[1]](*sys.argv[2:])
