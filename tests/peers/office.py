"""Text of mixed files, by a peer: recollindex. And the files, each with a word that stands nowhere else.

usage: office.py make OUT_DIR COUNT             files/dNN/docN.{txt,html,eml,docx,odt,pdf}; the same each time
       office.py document OUT_DIR PAGES         document.pdf of plain text, and nothing.txt
       office.py index FILES INDEX_DIR          one JSON line: seconds of recollindex, from nothing
       office.py found FILES INDEX_DIR COUNT    one JSON line: share of planted words whose file it finds
       office.py pdftotext DOCUMENT             one JSON line: seconds
"""
import email.message, html, json, os, pathlib, random, shutil, subprocess, sys, time, zipfile

KINDS = {"txt": 35, "html": 25, "eml": 10, "docx": 12, "odt": 8, "pdf": 10}


def words():
    folder = pathlib.Path("/usr/share/common-licenses")
    text = " ".join(path.read_text(errors="replace") for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink())
    return "".join(sign if sign.isprintable() else " " for sign in text).split()


def pdf(path, lines):
    from reportlab.pdfgen import canvas

    page, y = canvas.Canvas(str(path)), 800
    for line in lines:
        page.drawString(40, y, line.encode("latin1", "replace").decode("latin1"))
        y -= 13
        if y < 40:
            page.showPage()
            y = 800
    page.save()


def write(path, kind, name, parts):
    if kind == "txt":
        path.write_text("\n\n".join(parts))
    elif kind == "html":
        body = "".join(f"<p>{html.escape(part)}</p>" for part in parts)
        path.write_text(f"<html><head><title>{name}</title></head><body>{body}</body></html>")
    elif kind == "eml":
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", name
        message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0000"
        message.set_content("\n\n".join(parts))
        path.write_bytes(bytes(message))
    elif kind == "docx":
        from docx import Document

        document = Document()
        for part in parts:
            document.add_paragraph(part)
        document.save(path)
    elif kind == "odt":
        names = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "manifest"))
        body = "".join(f"<text:p>{html.escape(part)}</text:p>" for part in parts)
        content = f'<office:document-content{names} office:version="1.2"><office:body><office:text>{body}</office:text></office:body></office:document-content>'
        media = "application/vnd.oasis.opendocument.text"
        entries = "".join(f'<manifest:file-entry manifest:full-path="{at}" manifest:media-type="{kind}"/>' for at, kind in (("/", media), ("content.xml", "text/xml")))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(zipfile.ZipInfo("mimetype"), media)
            package.writestr("content.xml", content)
            package.writestr("META-INF/manifest.xml", f"<manifest:manifest{names}>{entries}</manifest:manifest>")
    else:
        pdf(path, [part[at : at + 95] for part in parts for at in range(0, len(part), 95)])


def make(out, count):
    out, count, known, dice = pathlib.Path(out), int(count), words(), random.Random(11)
    kinds = dice.choices(list(KINDS), list(KINDS.values()), k=count)
    for number, kind in enumerate(kinds):
        folder = out / f"files/d{number // 50:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        at = dice.randrange(len(known) - 700)
        text = [f"zq{number}x"] + known[at : at + dice.randrange(400, 700)]
        parts = [" ".join(text[at : at + 60]) for at in range(0, len(text), 60)]
        write(folder / f"doc{number}.{kind}", kind, f"doc {number}", parts)
    (out / "made").write_text("")


def document(out, pages):
    out, known = pathlib.Path(out), words()
    out.mkdir(parents=True, exist_ok=True)
    (out / "nothing.txt").write_text("word")
    # 59 lines fill a page.
    lines = (" ".join(known[(at * 14) % (len(known) - 20) :][:14])[:95] for at in range(59 * int(pages)))
    pdf(out / "document.pdf", lines)


def index(files, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    threads = "thrQSizes = 2 2 2\nthrTCounts = 2 1 1\n"
    pathlib.Path(folder, "recoll.conf").write_text(f'topdirs = "{files}"\n{threads}loglevel = 2\nlogfilename = {folder}/log\n')
    began = time.perf_counter()
    subprocess.run(["recollindex", "-c", folder, "-z"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(json.dumps({"seconds": time.perf_counter() - began}))


def found(files, folder, count):
    every = sorted((int("".join(sign for sign in path.stem if sign.isdigit())) for path in pathlib.Path(files).rglob("doc*")))
    wanted = [every[at * len(every) // int(count)] for at in range(min(int(count), len(every)))]
    hits = 0
    for number in wanted:
        said = subprocess.run(["recollq", "-c", folder, "-b", f"zq{number}x"], capture_output=True, text=True).stdout
        hits += f"doc{number}." in said
    print(json.dumps({"found": hits / max(len(wanted), 1)}))


def pdftotext(path):
    began = time.perf_counter()
    subprocess.run(["pdftotext", path, os.devnull], check=True)
    print(json.dumps({"seconds": time.perf_counter() - began}))


{"make": make, "document": document, "index": index, "found": found, "pdftotext": pdftotext}[sys.argv[1]](*sys.argv[2:])
