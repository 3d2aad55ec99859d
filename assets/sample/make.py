#!/usr/bin/env python3
"""Draws the pictures of the sample collection into bequest/. Everything in them is invented.

Needs Python 3.10 or later, Pillow, and the fonts of Debian's fonts-urw-base35. The same versions give the same bytes.
"""
import math
import random
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

OUT = Path(__file__).parent / "bequest"
FONTS = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/opentype/urw-base35")
COURIER, COURIER_BOLD, ROMAN, ITALIC, TITLE, SANS, HAND = (
    "NimbusMonoPS-Regular", "NimbusMonoPS-Bold", "P052-Roman", "P052-Italic", "C059-Bold", "NimbusSans-Regular", "Z003-MediumItalic")


def font(name, size):
    return ImageFont.truetype(str(FONTS / f"{name}.otf"), size)


def noise(rng, size, cells, blur=0.0):
    """Grey noise with grains of size/cells, stretched over the picture."""
    small = Image.frombytes("L", cells, rng.randbytes(cells[0] * cells[1]))
    grown = small if cells == size else small.resize(size, Image.Resampling.BICUBIC)
    return grown.filter(ImageFilter.GaussianBlur(blur)) if blur else grown


def scaled(grey, low, high):
    return grey.point([round(low + (high - low) * v / 255) for v in range(256)])


def tint(grey, dark, light):
    return ImageOps.colorize(grey, dark, light)


class Fine:
    """Draws at double size for smooth edges: the first argument (where) and the width are doubled, nothing else."""

    def __init__(self, picture):
        self.picture, self.big = picture, picture.resize((picture.width * 2, picture.height * 2))
        self.draw = ImageDraw.Draw(self.big)

    def __getattr__(self, name):
        twice = lambda v: v * 2 if isinstance(v, (int, float)) else [twice(one) if isinstance(one, (int, float)) else tuple(map(twice, one)) for one in v]
        shape = getattr(self.draw, name)
        return lambda where, *rest, **how: shape(twice(where), *rest, **(how | ({"width": how["width"] * 2} if "width" in how else {})))

    def text(self, where, words, fill, face, anchor="la"):
        self.draw.text((where[0] * 2, where[1] * 2), words, fill, face.font_variant(size=face.size * 2), anchor)

    def done(self):
        return self.big.resize(self.picture.size, Image.Resampling.LANCZOS)


def film(picture, rng, grain=18, dark=0.45):
    """Grain and a vignette, as an old lens and old film give."""
    w, h = picture.size
    speck = scaled(noise(rng, (w, h), (w, h), 0.7), 128 - grain * 2, 128 + grain * 2)
    picture = ImageChops.overlay(picture, Image.merge("RGB", [speck] * 3))
    ring = Image.radial_gradient("L").resize((w, h), Image.Resampling.BICUBIC).point([round(255 * (1 - dark * (v / 255) ** 2.2)) for v in range(256)])
    return ImageChops.multiply(picture, Image.merge("RGB", [ring] * 3))


# ---------------------------------------------------------------- letters

W, H = 1080, 1500


class Page:
    """A sheet whose ink is drawn at double size and then shrunk, so that edges are soft."""

    def __init__(self, seed):
        self.rng, self.ink = random.Random(seed), Image.new("L", (W * 2, H * 2), 0)
        self.draw, self.y = ImageDraw.Draw(self.ink), 0

    def type(self, lines, x, y, size=25, leading=1.62, face=COURIER_BOLD, shake=1.2):
        """A typewriter: every letter a little high or low, a little pale or dark."""
        face = font(face, size * 2)
        for line in lines:
            at = x * 2
            for letter in line:
                self.draw.text((at + self.rng.gauss(0, shake * 0.7), y * 2 + self.rng.gauss(0, shake)), letter, self.rng.randint(176, 244), face)
                at += face.getlength(letter)
            y += size * leading
        self.y = y

    def set(self, lines, x, y, size, face=ROMAN, leading=1.4, ink=228, centre=False):
        face = font(face, size * 2)
        for line in lines:
            left = W - face.getlength(line) / 2 if centre else x * 2
            self.draw.text((left, y * 2), line, ink, face)
            y += size * leading
        self.y = y

    def rule(self, x0, x1, y, thick=1):
        self.draw.rectangle((x0 * 2, y * 2, x1 * 2, y * 2 + thick * 2), fill=200)

    def scan(self, paper, ink, turn, strength=1.0, blur=0.55, foxing=10, folds=(0.34, 0.67), wear=(0.72, 1.0), grain=9):
        rng = self.rng
        sheet = tint(scaled(ImageChops.add(noise(rng, (W, H), (9, 13)), noise(rng, (W, H), (160, 222)), 2), 120, 255), paper[0], paper[1])
        for at in folds:
            crease = Image.new("L", (W, H), 255)
            ImageDraw.Draw(crease).line([(0, at * H + 3), (W, at * H - 3)], fill=196, width=3)
            sheet = ImageChops.multiply(sheet, Image.merge("RGB", [crease.filter(ImageFilter.GaussianBlur(5))] * 3))
        spots = Image.new("L", (W, H), 0)
        for _ in range(foxing):
            cx, cy, r = rng.random() * W, rng.random() * H, rng.choice([2, 3, 5, 9])
            ImageDraw.Draw(spots).ellipse((cx - r, cy - r, cx + r, cy + r), fill=rng.randint(30, 90))
        sheet.paste(Image.new("RGB", (W, H), "#9a6a34"), (0, 0), spots.filter(ImageFilter.GaussianBlur(3)))
        edge = Image.new("L", (W, H), 200)
        ImageDraw.Draw(edge).rectangle((26, 26, W - 26, H - 26), fill=255)
        sheet = ImageChops.multiply(sheet, Image.merge("RGB", [edge.filter(ImageFilter.GaussianBlur(22))] * 3))
        mask = self.ink.resize((W, H), Image.Resampling.LANCZOS)
        worn = scaled(noise(rng, (W, H), (70, 100)), 255 * wear[0] * strength, 255 * wear[1] * strength)
        sheet.paste(Image.new("RGB", (W, H), ink), (0, 0), ImageChops.multiply(mask, worn))
        bed = Image.new("RGB", (W + 60, H + 60), "#d9d8d4")
        shadow = Image.new("L", bed.size, 0)
        ImageDraw.Draw(shadow).rectangle((34, 36, W + 34, H + 36), fill=120)
        bed.paste(Image.new("RGB", bed.size, "#8d8a84"), (0, 0), shadow.filter(ImageFilter.GaussianBlur(7)))
        bed.paste(sheet, (30, 30))
        bed = bed.rotate(turn, Image.Resampling.BICUBIC, fillcolor="#d9d8d4").filter(ImageFilter.GaussianBlur(blur))
        dust = scaled(noise(rng, bed.size, bed.size, 0.8), 128 - grain, 128 + grain)
        return ImageChops.overlay(bed, Image.merge("RGB", [dust] * 3))


def save(picture, name, quality=50):
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        picture.quantize(48, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    else:
        picture.save(path, quality=quality, optimize=True, dpi=(150, 150))


CREAM, BUFF, WHITE = ("#d9cba8", "#f6ecd2"), ("#c9b184", "#ecd9b0"), ("#dcdad0", "#faf8f0")


def appointment():
    page = Page(1931)
    page.set(["BOARD OF COAST LIGHTS"], 0, 110, 46, TITLE, centre=True)
    page.set(["Northern District  ·  The Custom House  ·  Port Quill"], 0, 172, 22, ROMAN, centre=True)
    page.rule(120, W - 120, 216)
    page.type(["Our ref. K/31/208", "", "4th November 1931", "", "Mr Josiah Penhale", "3 Chapel Steps", "Port Quill"], 130, 262)
    page.type(["Dear Mr Penhale,", "",
               "I am directed by the Board to inform you that you",
               "are appointed Principal Keeper of the Gannet Stack",
               "Light, to take up your duties on the first day of",
               "December next. The relief boat leaves the Long Quay",
               "at six in the morning, weather permitting.", "",
               "Your wages will be three pounds four shillings a",
               "week, with coal, oil and lodging. Mrs Penhale and",
               "your daughter Edith may live in the shore cottage.", "",
               "The lamp is to be lit at sunset and put out at",
               "sunrise, every day of the year without exception.", "",
               "I am, Sir, your obedient servant,"], 130, page.y + 34)
    page.set(["Ambrose Tolliver"], 560, page.y + 10, 58, HAND, ink=235)
    page.type(["A. Tolliver, Secretary to the Board"], 130, page.y + 8)
    save(page.scan(CREAM, "#26221f", 0.7), "Letters/1931-11-04 appointment.jpg")


def storm():
    page = Page(1938)
    page.type(["GANNET STACK LIGHT", "Report of the Principal Keeper", "17th February 1938", ""], 130, 130)
    page.type(["Wind at noon on the 15th north-west, force 7, rising.",
               "By ten at night it blew a full storm and the sea",
               "came over the gallery, ninety feet above the rock.", "",
               "At 11.40 a pane of the lantern broke on the weather",
               "side. Assistant Keeper Rowe and I stopped the gap",
               "with the storm shutter and kept the lamp alight.", "",
               "At 2.15 in the morning we saw two red flares to the",
               "south. I fired three rockets. The Port Quill boat",
               "was out within the hour and took nine men off the",
               "steamer BERGLIOT, of Bergen, Captain H. Nygaard.", "",
               "Lost: the landing stage, forty gallons of oil, the",
               "hen house and all the hens but one.", "",
               "The light was not out for a single minute.", ""], 130, page.y)
    page.set(["Josiah Penhale"], 520, page.y - 10, 60, HAND, ink=235)
    page.type(["Principal Keeper"], 520, page.y)
    save(page.scan(BUFF, "#2c2530", -1.1, foxing=22), "Letters/1938-02-17 storm report.jpg")


def registers():
    page = Page(1953)
    page.set(["ST BRANNOC'S RECTORY"], 0, 112, 44, TITLE, centre=True)
    page.set(["Port Quill"], 0, 172, 24, ITALIC, centre=True)
    page.rule(340, W - 340, 218)
    page.type(["9th February 1953", "", "Dear Mr Penhale,", "",
               "You ask after the parish registers. When the stream",
               "broke its bank on the last night of January the",
               "vestry stood four feet deep, and the oak chest with",
               "the baptisms and burials from 1702 floated against",
               "the door. Every volume is soaked through.", "",
               "We have laid the leaves between blotting paper on",
               "the schoolroom floor. The ink of the oldest entries",
               "has run; whole years can no longer be read.", "",
               "If the Museum knows a binder who can save wet",
               "parchment, I beg you to send him to us at once.", "",
               "Yours faithfully,"], 130, 262)
    page.set(["Hugh Trevanion"], 560, page.y + 10, 58, HAND, ink=235)
    page.type(["Rector"], 560, page.y + 8)
    save(page.scan(CREAM, "#2a2622", 0.9, foxing=14), "Letters/1953-02-09 rectory.jpg")


def captain():
    page = Page(1947)
    page.set(["NYGAARD & SØNNER"], 0, 112, 44, TITLE, centre=True)
    page.set(["Shipowners · Bergen · Established 1889"], 0, 172, 23, ITALIC, centre=True)
    page.rule(340, W - 340, 218)
    page.set(["Bergen, 9 June 1947", "", "Dear Josiah,", "",
              "It is nine years since you fired your rockets for us, and still my",
              "wife lights a candle in the window on the fifteenth of February. Now",
              "that the war is over and the mail goes again, I can thank you on paper",
              "as a man should.", "",
              "The Bergliot lies where she sank, but her bell was brought up by the",
              "divers last summer. I have had it cleaned. It is yours, and it comes",
              "with the next ship to Port Quill, in a box marked as machine parts so",
              "that nobody steals it.", "",
              "Our son is named Josiah. He is a quiet boy and looks out at the sea",
              "more than is good for his arithmetic.", "",
              "Give Edith my greetings. Tell her that the hen which lived was, in my",
              "opinion, the best seaman of us all.", "", "Your friend,"], 130, 262, 29, ROMAN, 1.46)
    page.set(["Halvard Nygaard"], 520, page.y + 8, 62, HAND, ink=235)
    save(page.scan(WHITE, "#1c2740", 0.5, foxing=6, folds=(0.5,)), "Letters/1947-06-09 Halvard.jpg")


def damp():
    """A carbon copy that lay in the wet: most words are doubtful."""
    page = Page(1952)
    page.type(["Gannet Stack, 12th January 1952", "", "To the Secretary, Board of Coast Lights", "",
               "Sir, the relief boat has now missed three turns and",
               "we are on hard biscuit since Sunday. Rowe has a bad",
               "chest and should be taken ashore at the first calm.",
               "The barometer stands at 28.4 and is falling. I ask",
               "for oil, lamp glasses, flour, and a doctor. Should",
               "the boat not come by Thursday I will signal with",
               "the lamp at noon, three long and one short.", "",
               "J. Penhale, Keeper"], 150, 260, face=COURIER, shake=2.6)
    page.ink = page.ink.filter(ImageFilter.GaussianBlur(3.8))
    picture = page.scan(("#d3c29b", "#e6d9b6"), "#4a3d50", 1.4, blur=1.1, foxing=40, wear=(0.85, 1.2), grain=14)
    stain = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(stain)
    for cx, cy, r, shade in [(300, 1010, 250, 26), (700, 1090, 210, 26), (800, 420, 170, 13)]:
        draw.ellipse((cx - r, cy - r * 0.8, cx + r, cy + r * 0.8), outline=shade, width=26)
        draw.ellipse((cx - r, cy - r * 0.8, cx + r, cy + r * 0.8), fill=shade // 2)
    picture.paste(Image.new("RGB", picture.size, "#7c5a30"), (0, 0), stain.filter(ImageFilter.GaussianBlur(9)))
    picture = picture.crop((95, 95, 1045, 1465))
    save(picture, "Letters/1952-01-12 carbon copy, damp.jpg", 40)


def deed():
    """Scanned sideways."""
    page = Page(1999)
    page.set(["Deed of Gift"], 130, 120, 62, TITLE)
    page.set(["Port Quill Harbour Museum"], 130, 204, 28, ITALIC)
    page.rule(130, W - 130, 256, 2)
    y = 290
    for name, value in [("Donor", "Miss Edith Penhale"), ("Born", "21 March 1924, Port Quill"), ("Address", "The Shore Cottage, 14 Lantern Row, Port Quill"),
                        ("Telephone", "020 7946 0718"), ("E-mail", "edith.penhale@example.org"), ("National Insurance", "QQ 12 34 56 C"),
                        ("Next of kin", "Miss Rosalind Achebe, niece"), ("Date of gift", "3 May 1999")]:
        page.set([name], 130, y + 3, 22, SANS, ink=190)
        page.set([value], 400, y, 27, ROMAN)
        page.rule(130, W - 130, y + 46)
        y += 62
    page.set(["I give to the Museum the papers, charts and photographs of my father,",
              "Josiah Penhale, Principal Keeper of the Gannet Stack Light from 1931",
              "to 1958, together with the bell of the steamer Bergliot.", "",
              "The letters may be read by anyone. The names of those who owed my",
              "father money are to be kept from the public until 2030.", "",
              "I ask that the bell be rung on the fifteenth of February."], 130, y + 26, 27, ROMAN, 1.46)
    page.set(["Edith Penhale"], 130, page.y + 30, 64, HAND, ink=235)
    save(page.scan(WHITE, "#20201f", 0.4, foxing=0, folds=()).transpose(Image.Transpose.ROTATE_90), "Letters/scan0007.jpg")


# ---------------------------------------------------------------- pictures


def ridge(rng, x0, x1, y, rise, rough, steps=7):
    """A broken line by midpoint displacement."""
    points = [y + rng.uniform(-1, 1) * rise, y + rng.uniform(-1, 1) * rise]
    for step in range(steps):
        spread, grown = rise * rough ** (step + 1), []
        for left, right in zip(points, points[1:]):
            grown += [left, (left + right) / 2 + rng.uniform(-1, 1) * spread]
        points = grown + points[-1:]
    return [(x0 + (x1 - x0) * i / (len(points) - 1), v) for i, v in enumerate(points)]


def gradient(size, stops):
    """Top to bottom through colours at heights 0..1."""
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        at = y / (size[1] - 1)
        (a, ca), (b, cb) = next(((p, q) for p, q in zip(stops, stops[1:]) if p[0] <= at <= q[0]))
        t = (at - a) / (b - a)
        column.putpixel((0, y), tuple(round(m + (n - m) * t) for m, n in zip(ca, cb)))
    return column.resize(size)


def glow(picture, shape, colour, blur, strength=1.0):
    """Light, added."""
    mask = Image.new("L", picture.size, 0)
    shape(ImageDraw.Draw(mask))
    mask = mask.filter(ImageFilter.GaussianBlur(blur)).point([round(v * strength) for v in range(256)])
    light = Image.composite(Image.new("RGB", picture.size, colour), Image.new("RGB", picture.size), mask)
    return ImageChops.screen(picture, light)


def tower(draw, x, base, height, stone, band):
    """Our lighthouse: tapered, one band, rounded by its shade, with gallery, lantern and cap."""
    wide, top = height * 0.115, height * 0.07
    edge = lambda part, side: (x + (wide + (top - wide) * part) * side, base - height * 0.8 * part)
    for k in range(16):
        left, right, shade = k / 8 - 1, (k + 1) / 8 - 1, 1 - 0.55 * (k / 15) ** 1.5
        for low, high, colour in ((0, 0.42, stone), (0.42, 0.68, band), (0.68, 1, stone)):
            corners = [edge(low, left), edge(high, left), edge(high, right), edge(low, right)]
            draw.polygon(corners, fill=tuple(round(c * shade) for c in colour))
    draw.rectangle((x - top * 1.5, base - height * 0.82, x + top * 1.5, base - height * 0.795), fill="#20262b")
    draw.rectangle((x - top * 0.75, base - height * 0.93, x + top * 0.75, base - height * 0.82), fill="#ffe9b0")
    for dx in (-0.75, -0.05, 0.65):
        draw.rectangle((x + top * dx, base - height * 0.93, x + top * dx + 2, base - height * 0.82), fill="#20262b")
    draw.pieslice((x - top, base - height * 0.985, x + top, base - height * 0.875), 180, 360, fill="#20262b")
    draw.line((x, base - height * 0.97, x, base - height * 1.03), fill="#20262b", width=3)


def dusk():
    rng, size, horizon = random.Random(7), (1200, 820), 520
    w, h = size
    sky = gradient((w, horizon), [(0, (27, 52, 74)), (0.45, (86, 112, 128)), (0.75, (226, 170, 122)), (1, (250, 214, 150))])
    picture = gradient(size, [(0, (27, 52, 74)), (0.62, (27, 52, 74)), (0.64, (150, 140, 124)), (0.75, (66, 96, 106)), (1, (14, 34, 46))])
    picture.paste(sky, (0, 0))
    picture = glow(picture, lambda d: d.ellipse((250, 400, 470, 620), fill=255), "#ffd08a", 70, 0.9)
    picture = glow(picture, lambda d: d.ellipse((326, 452, 402, 528), fill=255), "#fff0cf", 3)
    cloud = Image.new("L", size, 0)
    for _ in range(70):
        cx, cy, cw = rng.uniform(-80, w), rng.triangular(60, 420, 330), rng.uniform(60, 330)
        ImageDraw.Draw(cloud).ellipse((cx, cy, cx + cw, cy + cw * 0.07), fill=rng.randint(40, 150))
    picture.paste(Image.new("RGB", size, "#6d5a68"), (0, 0), ImageChops.multiply(cloud.filter(ImageFilter.GaussianBlur(7)), scaled(noise(rng, size, (30, 60)), 40, 255)))
    picture.paste(picture.crop((0, horizon + 1, w, h)), (0, horizon + 1))
    sea = ImageDraw.Draw(picture)
    for y in range(horizon, h, 3):
        near = (y - horizon) / (h - horizon)
        for _ in range(int(30 - 16 * near)):
            cx, length = rng.uniform(-40, w), rng.uniform(6, 30) * (0.6 + near * 3)
            spark = max(0.0, 1 - abs(cx + length / 2 - 364) / (90 + 260 * near))
            colour = (255, 222, 160) if rng.random() < spark * 0.8 else rng.choice([(22, 46, 58), (48, 78, 88), (96, 116, 118)])
            sea.line((cx, y, cx + length, y + rng.uniform(-1, 1)), fill=colour, width=1 + int(near * 3))
    picture = picture.filter(ImageFilter.GaussianBlur(0.9))
    draw = ImageDraw.Draw(picture)
    draw.polygon(ridge(rng, -10, 420, horizon - 16, 10, 0.55) + [(470, horizon + 2), (-10, horizon + 2)], fill="#566069")
    beam = lambda d: [d.polygon([(842, 160), (-far, 160 - (842 + far) * 0.15), (-far, 160 - (842 + far) * 0.02)], fill=200 - 5 * k)
                      for k, far in reversed(list(enumerate(range(-700, 60, 20))))]
    picture = glow(picture, beam, "#ffe6ad", 9, 0.62)
    picture = glow(picture, lambda d: d.polygon([(858, 160), (1260, 120), (1260, 172)], fill=120), "#ffe6ad", 9, 0.6)
    fine = draw = Fine(picture)
    back = ridge(rng, 690, 1230, 480, 30, 0.6)
    draw.polygon([(560, 600), (640, 540)] + back + [(1230, 600), (560, 600)], fill="#3a4247")
    draw.rectangle((930, 416, 1030, 500), fill="#cfc6b6")
    draw.polygon([(922, 418), (980, 380), (1038, 418)], fill="#3b3434")
    draw.rectangle((950, 436, 966, 452), fill="#ffd27a")
    draw.rectangle((996, 436, 1012, 452), fill="#ffd27a")
    tower(draw, 850, 500, 380, (240, 230, 212), (160, 62, 46))
    for depth, (x0, y, rise, colour) in enumerate([(600, 500, 26, "#333b41"), (540, 556, 40, "#292f34"), (500, 612, 40, "#1e2428")]):
        top = ridge(rng, x0, 1230, y, rise, 0.66)
        top = [(x, v + 70 * math.exp(-(x - x0) / 60)) for x, v in top]
        draw.polygon([(x0 - 22, 684)] + top + [(1230, 720), (x0 - 22, 690)], fill=colour)
        for (x, v), (x2, v2) in zip(top[::4], top[2::4]):
            draw.polygon([(x, v + 2), (x2, v2 + 2), (x2 + rng.uniform(-30, 10), v2 + rng.uniform(16, 54))], fill=rng.choice(["#3f484e", "#465058", "#191e21"]))
    picture = fine.done()
    foam = Image.new("L", size, 0)
    for _ in range(260):
        cx = rng.uniform(500, 1230)
        cy = 668 + (cx - 500) * 0.03 + rng.gauss(0, 9)
        ImageDraw.Draw(foam).ellipse((cx, cy, cx + rng.uniform(8, 46), cy + rng.uniform(2, 7)), fill=rng.randint(70, 210))
    picture.paste(Image.new("RGB", size, "#e9e4d8"), (0, 0), foam.filter(ImageFilter.GaussianBlur(1.6)))
    picture = glow(picture, lambda d: d.ellipse((826, 146, 874, 192), fill=255), "#fff1c8", 14)
    draw = ImageDraw.Draw(picture)
    for x, y, s in [(520, 210, 15), (566, 236, 11), (482, 250, 9), (610, 190, 8), (690, 268, 12)]:
        draw.arc((x - 2 * s, y, x, y + s), 200, 340, fill="#262b30", width=3)
        draw.arc((x, y, x + 2 * s, y + s), 200, 340, fill="#262b30", width=3)
    draw.polygon([(150, 508), (212, 508), (203, 521), (160, 521)], fill="#30383d")
    draw.line((178, 508, 178, 468), fill="#30383d", width=2)
    draw.polygon([(181, 470), (181, 503), (206, 503)], fill="#8b7a68")
    save(film(picture.filter(ImageFilter.GaussianBlur(0.6)), rng, 14), "Photographs/Gannet Stack at dusk.jpg", 62)


def quay():
    """A silver print with a white border and a caption in pencil."""
    rng, size, line = random.Random(36), (1000, 640), 400
    w, h = size
    picture = gradient(size, [(0, (28, 28, 28)), (0.4, (92, 92, 92)), (0.62, (150, 150, 150)), (1, (150, 150, 150))])
    picture = glow(picture, lambda d: d.ellipse((688, 70, 748, 130), fill=255), "#ffffff", 36)
    picture = glow(picture, lambda d: d.ellipse((692, 74, 744, 126), fill=255), "#f4f4f4", 1.5)
    draw = ImageDraw.Draw(picture)
    draw.polygon(ridge(rng, -10, 1010, 300, 60, 0.5) + [(1010, line), (-10, line)], fill="#565656")
    x = -20
    while x < w:
        wide, tall, shade = rng.randint(54, 96), rng.randint(74, 150), rng.randint(52, 116)
        draw.rectangle((x, line - tall, x + wide, line), fill=(shade,) * 3)
        draw.polygon([(x - 5, line - tall), (x + wide / 2, line - tall - rng.randint(24, 46)), (x + wide + 5, line - tall)], fill=(shade - 26,) * 3)
        draw.rectangle((x + wide * 0.7, line - tall - 40, x + wide * 0.8, line - tall - 6), fill=(shade - 34,) * 3)
        for row in range(int(tall // 38)):
            for column in (0.2, 0.58):
                lit = 236 if rng.random() < 0.42 else 30
                draw.rectangle((x + wide * column, line - tall + 14 + row * 38, x + wide * column + 13, line - tall + 34 + row * 38), fill=(lit,) * 3)
        x += wide
    draw.rectangle((0, line + 22, w, line + 62), fill="#4a4a4a")
    draw.rectangle((0, line - 8, w, line + 22), fill="#2b2b2b")
    for x in range(20, w, 74):
        draw.rectangle((x, line - 18, x + 9, line + 2), fill="#171717")
    for x, s in [(150, 1.0), (420, 1.25), (640, 0.85), (850, 1.1)]:
        base = line + 44 * s
        draw.polygon([(x - 74 * s, base - 16 * s), (x + 84 * s, base - 20 * s), (x + 58 * s, base + 16 * s), (x - 56 * s, base + 16 * s)], fill="#141414")
        draw.line((x - 70 * s, base - 13 * s, x + 78 * s, base - 17 * s), fill="#d8d8d8", width=2)
        for mast, tall in [(-18, 230), (34, 180)]:
            top = (x + mast * s, base - tall * s)
            draw.line((x + mast * s, base - 10 * s, *top), fill="#101010", width=4)
            for foot in (-66, 72):
                draw.line((*top, x + foot * s, base - 14 * s), fill="#202020", width=1)
            draw.line((x + mast * s, base - tall * s * 0.35, x + (mast + 48) * s, base - tall * s * 0.45), fill="#101010", width=3)
    water = ImageOps.flip(picture.crop((0, 2 * line - h + 60, w, line + 60))).resize((w, h - line - 60)).filter(ImageFilter.GaussianBlur(2))
    water = ImageChops.multiply(water, Image.new("RGB", water.size, "#a8a8a8"))
    for y in range(0, water.height):
        shift = round(math.sin(y * 0.55) * (2 + y * 0.05) + rng.gauss(0, 1.4))
        picture.paste(water.crop((0, y, w, y + 1)), (shift, line + 60 + y))
    draw = ImageDraw.Draw(picture)
    for _ in range(420):
        y = rng.triangular(line + 62, h, h)
        x = rng.gauss(718, 60 + (y - line) * 0.4) if rng.random() < 0.5 else rng.uniform(0, w)
        draw.line((x, y, x + rng.uniform(8, 46), y), fill=(rng.choice([220, 180, 40, 30]),) * 3, width=2)
    picture = tint(ImageOps.grayscale(film(picture.filter(ImageFilter.GaussianBlur(1.1)), rng, 15, 0.5).point([min(255, round(255 * (v / 255) ** 0.72)) for v in range(256)] * 3)), "#17120d", "#f3e9d6")
    print_ = Image.new("RGB", (w + 90, h + 150), "#f1ead9")
    print_.paste(picture, (45, 45))
    ImageDraw.Draw(print_).text((60, h + 62), "The Long Quay, Michaelmas 1936", "#5b554c", font(HAND, 46))
    save(film(print_, rng, 8, 0.12), "Photographs/IMG_0412.jpg", 52)


def chart():
    rng, size = random.Random(1884), (1300, 940)
    w, h = size
    picture = Image.new("RGB", size, "#f4ecd8")
    draw = Fine(picture)
    coast = [(470 + 120 * math.sin(y / 150) + dx, y) for (y, dx) in ridge(rng, 40, h - 40, 0, 40, 0.62, 8)]
    bay = [(x - 230 * math.exp(-((y - 560) / 95) ** 2), y) for x, y in coast]
    for reach, colour in [(150, "#e3ead9"), (90, "#d3e2dc"), (42, "#bcd6d6")]:
        draw.polygon([(40, 40)] + [(x + reach * (1 + 0.25 * math.sin(y / 61)), y) for x, y in bay] + [(40, h - 40)], fill=colour)
    draw.polygon([(40, 40)] + bay + [(40, h - 40)], fill="#e9d9ae")
    draw.line(bay, fill="#4a3b28", width=3, joint="curve")
    for x, y in bay[::2]:
        draw.line((x - 3, y, x - 3 - rng.uniform(5, 15), y + rng.uniform(-5, 5)), fill="#8a744e", width=1)
    for hx, hy, rings in ((250, 190, 7), (160, 420, 4), (140, 680, 3), (230, 790, 5)):
        for k in range(rings):
            ring = [(hx + (16 + 19 * k) * 1.5 * (1 + 0.1 * math.sin(3 * t + hx + k * 0.4)) * math.cos(t), hy + (16 + 19 * k) * (1 + 0.12 * math.sin(2 * t + hy)) * math.sin(t)) for t in [i / 40 * math.tau for i in range(41)]]
            draw.line([(max(44, x), min(max(44, y), h - 44)) for x, y in ring], fill="#c9b27c", width=1)
    draw.line([(44, 330), (90, 400), (118, 470), (140, 540)], fill="#9c7c4a", width=2)
    draw.line([(140, 570), (110, 640), (44, 700)], fill="#9c7c4a", width=2)
    draw.ellipse((858, 388, 912, 436), fill="#bcd6d6")
    draw.polygon([(885 + 17 * math.cos(a / 9 * math.tau) * rng.uniform(0.6, 1.1), 412 + 14 * math.sin(a / 9 * math.tau) * rng.uniform(0.6, 1.1)) for a in range(9)], fill="#e9d9ae", outline="#4a3b28")
    for angle in range(-60, 61, 4):
        a = math.radians(angle + 180)
        draw.line((885 + 30 * math.cos(a), 412 + 30 * math.sin(a), 885 + 236 * math.cos(a), 412 + 236 * math.sin(a)), fill="#c79b4c", width=1)
    draw.arc((885 - 236, 412 - 236, 885 + 236, 412 + 236), 120, 240, fill="#9c3f30", width=2)
    draw.regular_polygon((885, 412, 9), 5, fill="#9c3f30")
    draw.text((912, 392), "Gannet Stack Lt.", "#4a3b28", font(ITALIC, 24))
    draw.text((912, 420), "Fl. 2 ev. 15 sec.  94 ft  vis. 16 M", "#4a3b28", font(ROMAN, 17))
    edge = lambda y: min(bay, key=lambda p: abs(p[1] - y))[0]
    for y in range(90, h - 70, 46):
        for x in range(120, w - 70, 58):
            px, py = x + rng.uniform(-13, 13), y + rng.uniform(-10, 10)
            off = px - edge(py)
            clear = not (840 < px < 1230 and 370 < py < 450) and not (860 < px and py < 300) and not (930 < px and py > 620) and not (440 < px < 630 and 600 < py < 680) and not (600 < px < 800 and 830 < py)
            if off > 34 and clear and math.hypot(px - 885, py - 412) > 40:
                draw.text((px, py), str(max(1, round(off / 17 + rng.gauss(0, 1.4)))), "#5a6a6a", font(ROMAN, 16))
    cx, cy = 1090, 760
    for a in range(0, 360, 15):
        t, r = math.radians(a), 118 if a % 45 else 132
        draw.line((cx, cy, cx + r * math.sin(t), cy - r * math.cos(t)), fill="#b9a679", width=1)
    for k in range(8):
        t, long = k * math.pi / 4, 104 if k % 2 == 0 else 60
        tip = (cx + long * math.sin(t), cy - long * math.cos(t))
        for side, fill in ((-1, "#4a3b28"), (1, "#f4ecd8")):
            s = t + side * math.pi / 8
            draw.polygon([tip, (cx, cy), (cx + 24 * math.sin(s), cy - 24 * math.cos(s))], fill=fill, outline="#4a3b28")
    draw.ellipse((cx - 110, cy - 110, cx + 110, cy + 110), outline="#4a3b28", width=2)
    draw.text((cx, cy - 128), "N", "#9c3f30", font(TITLE, 30), anchor="mm")
    draw.text((1060, 100), "APPROACHES TO", "#4a3b28", font(TITLE, 28), anchor="mm")
    draw.text((1060, 148), "PORT QUILL", "#4a3b28", font(TITLE, 52), anchor="mm")
    draw.line((930, 184, 1190, 184), fill="#4a3b28", width=2)
    draw.text((1060, 208), "surveyed by Lieut. E. Marchbanks, 1884", "#4a3b28", font(ITALIC, 20), anchor="mm")
    draw.text((1060, 236), "Soundings in fathoms", "#4a3b28", font(ITALIC, 20), anchor="mm")
    for x, y, words, size_ in [(110, 250, "Penhale Down", 26), (62, 498, "PORT QUILL", 23), (120, 760, "Mourne Head", 26), (470, 628, "Quill Bay", 34), (640, 850, "The Narrows", 26)]:
        draw.text((x, y), words, "#4a3b28", font(ITALIC if words != "PORT QUILL" else TITLE, size_))
    for x, y in ((150, 548), (164, 540), (160, 560), (174, 552), (146, 566), (178, 570), (168, 580), (186, 586), (190, 536)):
        draw.rectangle((x - 14, y, x - 5, y + 7), fill="#4a3b28")
    for inset, wide in ((36, 3), (20, 1)):
        draw.rectangle((inset, inset, w - inset, h - inset), outline="#4a3b28", width=wide)
    for k, x in enumerate(range(36, w - 36, 41)):
        for top in (22, h - 34):
            draw.rectangle((x, top, min(x + 41, w - 36), top + 11), fill="#4a3b28" if k % 2 else "#f4ecd8")
    save(draw.done(), "Charts and plans/approaches to Port Quill.png")


def plan():
    size, line = (1000, 1180), "#dfeaf2"
    picture = Image.new("RGB", size, "#1f4e79")
    draw = ImageDraw.Draw(picture)
    for k in range(0, 1200, 20):
        for points in ((k, 0, k, 1180), (0, k, 1000, k)):
            draw.line(points, fill="#2a5a86" if k % 100 else "#356591", width=1)
    draw = Fine(picture)
    draw.rectangle((30, 30, 970, 1150), outline=line, width=3)
    x, base, top = 350, 960, 330
    half = lambda y: 64 + (150 - 64) * ((y - top) / (base - top)) ** 1.6
    for inner in (0, 26):
        for side in (-1, 1):
            draw.line([(x + side * (half(y) - inner), y) for y in range(top, base + 1, 6)], fill=line, width=3 if not inner else 2)
    floors = [("Entrance and oil", 960), ("Coal and stores", 850), ("Kitchen", 745), ("Bed room", 640), ("Service room", 535), ("Watch room", 432)]
    for name, y in floors:
        draw.line((x - half(y) + 26, y, x + half(y) - 26, y), fill=line, width=3)
        draw.line((x + half(y) + 6, y - 40, 560, y - 40), fill=line, width=1)
        draw.text((570, y - 40), name, line, font(ROMAN, 26), anchor="lm")
        if y < 960:
            draw.rectangle((x - 14, y + 24, x + 14, y + 66), outline=line, width=2)
    draw.rectangle((x - 92, top - 12, x + 92, top), outline=line, width=3)
    for dx in range(-88, 89, 22):
        draw.line((x + dx, top - 12, x + dx, top - 40), fill=line, width=2)
    draw.line((x - 92, top - 40, x + 92, top - 40), fill=line, width=2)
    draw.rectangle((x - 50, 190, x + 50, top - 12), outline=line, width=3)
    for k in range(-50, 51, 25):
        draw.line((x + k, 190, x - k, top - 12), fill=line, width=1)
    draw.arc((x - 58, 130, x + 58, 250), 180, 360, fill=line, width=3)
    draw.line((x, 130, x, 84), fill=line, width=3)
    draw.line((x + 60, 240, 560, 240), fill=line, width=1)
    draw.text((570, 240), "Lantern, first order lens", line, font(ROMAN, 26), anchor="lm")
    rock = ridge(random.Random(3), 90, 620, 985, 16, 0.6)
    draw.line([(90, 1010)] + rock + [(620, 1010)], fill=line, width=3)
    draw.line((130, 130, 130, 960), fill=line, width=1)
    for y in (130, 960):
        draw.line((116, y, 144, y), fill=line, width=2)
    upright = Image.new("L", (130, 34), 0)
    ImageDraw.Draw(upright).text((65, 17), "94 feet", 255, font(ROMAN, 28), anchor="mm")
    draw.rectangle((30, 1050, 970, 1150), outline=line, width=2)
    draw.text((56, 1086), "GANNET STACK LIGHT", line, font(TITLE, 36), anchor="lm")
    draw.text((56, 1126), "Section through the tower. Scale: one inch to eight feet.", line, font(ITALIC, 22), anchor="lm")
    draw.text((944, 1086), "Sheet 4 of 11", line, font(ROMAN, 24), anchor="rm")
    draw.text((944, 1126), "Drawn by C. Okonjo, 1871", line, font(ITALIC, 22), anchor="rm")
    picture = draw.done()
    picture.paste(Image.new("RGB", (34, 130), line), (82, 480), upright.rotate(90, expand=True))
    save(picture, "Charts and plans/tower section.png")


def broken():
    """A copy that stopped half way, and one that was made twice."""
    whole = (OUT / "Photographs/Gannet Stack at dusk.jpg").read_bytes()
    (OUT / "Photographs/DSC_0099.jpg").write_bytes(whole[: len(whole) * 2 // 11])
    twice = OUT / "Old disk/Letters/1938-02-17 storm report (1).jpg"
    twice.parent.mkdir(parents=True, exist_ok=True)
    twice.write_bytes((OUT / "Letters/1938-02-17 storm report.jpg").read_bytes())


for draw_one in (appointment, storm, registers, captain, damp, deed, dusk, quay, chart, plan, broken):
    draw_one()
