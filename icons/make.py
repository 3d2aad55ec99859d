#!/usr/bin/env python3
"""Draws Tauri's icon set from icon.svg and icon-small.svg, with rsvg-convert (Debian: librsvg2-bin)."""
import struct
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def png(size: int) -> bytes:
    """One square picture, RGBA, 8 bits; up to 32 pixels from the sturdier drawing."""
    source = HERE / ("icon-small.svg" if size <= 32 else "icon.svg")
    return subprocess.run(["rsvg-convert", "-w", str(size), "-h", str(size), source], check=True, stdout=subprocess.PIPE).stdout


def ico(sizes: list[int]) -> bytes:
    pictures = [(size, png(size)) for size in sizes]
    offset, head = 6 + 16 * len(pictures), struct.pack("<HHH", 0, 1, len(pictures))
    for size, data in pictures:
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    return head + b"".join(data for _, data in pictures)


def icns(kinds: dict[bytes, int]) -> bytes:
    body = b"".join(kind + struct.pack(">I", len(data) + 8) + data for kind, data in ((kind, png(size)) for kind, size in kinds.items()))
    return b"icns" + struct.pack(">I", len(body) + 8) + body


for name, size in {"32x32.png": 32, "128x128.png": 128, "128x128@2x.png": 256, "icon.png": 512}.items():
    (HERE / name).write_bytes(png(size))
(HERE / "icon.ico").write_bytes(ico([32, 16, 24, 48, 64, 256]))
(HERE / "icon.icns").write_bytes(icns({b"icp4": 16, b"icp5": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic11": 32, b"ic12": 64, b"ic13": 256}))
