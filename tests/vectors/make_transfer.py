"""Make tests/vectors/{merkle,chunks,frames}.json: `python -m tests.vectors.make_transfer`.

The roots under `libtorrent` were computed by libtorrent 2.1.1 (create_torrent, v2_only), an implementation of BEP 52
that shares nothing with this one; they are constants here. All else comes from `pypeer`.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from pypeer.protocol import frames, messages
from pypeer.transfer import chunks, merkle
from tests.vectors.stream import stream

FOLDER = Path(__file__).parent
MIB = 2**20

LIBTORRENT = {
    1: "5a6e7a4754af8e7f47fc9493040d853e7b01e39d537cb1dd353c93b7ae58eb3d",
    31: "78a6a7df85075178d971db3504880f87f564a0f0e86446f4b5db4b2f1ea4b9d3",
    16383: "0200e9204906f5ec952f0f4ccf4bd5564976a4980a625ec4b3d0dfd0bd273a95",
    16384: "c38e88a193896a289b0d22a1c6e89658cb1cc5be759b8b6c8c6723377242fe7b",
    16385: "32962f6e715dfea78a8345841650323056d5a83ba7b4f93b86a5097ead0428f2",
    32768: "62d5f27aebee01fe81140a55e1f06b961577cb92f89a3147d793f2c196011353",
    49153: "3cffd50e05a1691a809a32c0c0868c6ff43acaa6abcbcbcf7ff1eba42a28ab0a",
    81920: "6c7347c192e5d80c343a4e85122d01383b1a4b343e09acad228346f7933836b1",
    262143: "c71bf706f2704b0dd631329d8a4dd0fde752d965712b127730536a49116f0e1a",
    262144: "88294741663609d5b9a8c2c3249686d62d0de71350819d2b7a119f14f4c1fcc0",
    262145: "f842a16081660d21fb43095bad2132be213cc3ea06173fa966e6db64f7ece7c7",
    278528: "bbf333a9736add379a2f37ad758d118612db47ed29a18d572d3b01eb108ffdda",
    524288: "456f1ec5364188510329ac56b7f43cbe6173fd38001952b0ea3e9c80445f422a",
    786433: "037bd2951227183165f636b60f59f51106782b6d7c398ac6942abafc16a6d3db",
    1048577: "1d6eeff76e24c4a2f06be2788e6621a801a2086827205ca8fea92de63f00d775",
    5242880: "3a51b9eb86578ecb44d89ffd10e48a6815a59317e1458fda1b55127f3550d365",
    5242881: "8f5db6428a0c1f1644c448a9c563a3d4ed913b422ff8c99147a47c3dc2cb0271",
    20971527: "019b3b335569615635b20c7aabcbd3b99935b84bc537990f5d219ea9f7157edb",
}

HASH = bytes(range(32))
ROOT = bytes(range(32, 64))
FRAMES: dict[str, tuple[frames.Frame, dict[str, Any]]] = {
    "request": (
        frames.Request(1, 2, 3),
        {"type": "request", "request": 1, "file": 2, "chunk": 3},
    ),
    "request, largest numbers": (
        frames.Request(2**32 - 1, 2**32 - 1, 2**32 - 1),
        {"type": "request", "request": 2**32 - 1, "file": 2**32 - 1, "chunk": 2**32 - 1},
    ),
    "probe": (frames.Probe(1, 2, 3), {"type": "probe", "request": 1, "file": 2, "chunk": 3}),
    "stop": (frames.Stop(7), {"type": "stop", "request": 7}),
    "data": (frames.Data(258, memoryview(b"Byway")), {"type": "data", "request": 258, "payload": b"Byway".hex()}),
    "end": (frames.End(7, HASH), {"type": "end", "request": 7, "hash": HASH.hex()}),
    "end with root": (
        frames.End(7, HASH, ROOT),
        {"type": "end", "request": 7, "hash": HASH.hex(), "root": ROOT.hex()},
    ),
}
CONTROLS: tuple[messages.ControlMessage, ...] = (
    messages.Hello(v=1, client="byway-vectors/1", frame=65536),
    messages.Offer(files=1, folders=0, bytes=5, title="Zoë's notes"),
    messages.Entries(start=0, entries=(messages.Entry(path="a/b.txt", size=5, mtime=-1, exec=True),), last=True),
    messages.Offer(files=1, folders=0, bytes=5, swarm=True),
    messages.Offer(files=1, folders=0, bytes=5, partial=True),
    messages.Helper(code="7-guitar-sunset"),
    messages.Have(chunks=(0, 0, 1, 1, 5, 7)),
    messages.Cancel(),
)
INVALID = {
    "empty": b"",
    "unknown type": b"\x06" + bytes(12),
    "short request": bytes((frames.REQUEST,)) + bytes(11),
    "long request": bytes((frames.REQUEST,)) + bytes(13),
    "short probe": bytes((frames.PROBE,)) + bytes(11),
    "long probe": bytes((frames.PROBE,)) + bytes(13),
    "short stop": bytes((frames.STOP,)) + bytes(3),
    "long stop": bytes((frames.STOP,)) + bytes(5),
    "data without a number": bytes((frames.DATA,)) + bytes(3),
    "data without data": bytes((frames.DATA,)) + bytes(4),
    "short end": bytes((frames.END,)) + bytes(36),
    "end with flag, without root": bytes((frames.END,)) + bytes(4) + b"\x01" + bytes(32),
    "end with root, without flag": bytes((frames.END,)) + bytes(4) + b"\x00" + bytes(64),
    "control without text": b"\x00",
    "control not in UTF-8": b"\x00\xff\xfe",
    "control not JSON": b"\x00{",
    "control of unknown type": b'\x00{"t":"dance"}',
    "control without type": b"\x00{}",
    "control, missing field": b'\x00{"t":"list"}',
    "control, wrong type of field": b'\x00{"t":"list","start":"0"}',
    "control, negative number": b'\x00{"t":"list","start":-1}',
    "control, fraction": b'\x00{"t":"list","start":0.5}',
}


def merkle_vectors() -> dict[str, Any]:
    """Roots of files, hashes of single chunks, roots over given chunk hashes."""
    return {
        "content": "SHA-256 of the 8-byte big-endian numbers 0, 1, 2, ... one after the other, cut to size",
        "libtorrent": [{"size": 0, "root": bytes(32).hex()}]
        + [{"size": size, "root": root} for size, root in LIBTORRENT.items()],
        "missing": [merkle.missing_subtree(height).hex() for height in range(9)],
        "chunks": [_chunk(size, chunk) for size, chunk in ((1, 0), (16385, 0), (262145, 0), (262145, 1), (786433, 3))],
        "zeros": [
            {"size": size, "chunk": chunk, "hash": merkle.zero_hash(size, chunk).hex()}
            for size, chunk in ((1, 0), (16385, 0), (262144, 0), (262145, 0), (262145, 1), (4096 * MIB + 1, 0))
        ],
        "long": [_long(size) for size in (4096 * MIB + 1, 20480 * MIB)],
    }


def _chunk(size: int, chunk: int) -> dict[str, Any]:
    step = chunks.chunk_bytes(size)
    data = stream(size)[chunk * step : (chunk + 1) * step]
    return {"size": size, "chunk": chunk, "hash": merkle.chunk_hash(data, size).hex()}


def _long(size: int) -> dict[str, Any]:
    """Files too long to write here: the hash of a first chunk; a root, taking the content stream for chunk hashes."""
    first = merkle.chunk_hash(stream(chunks.chunk_bytes(size)), size)
    root = merkle.file_root(stream(32 * chunks.chunk_count(size)), size)
    return {"size": size, "first": first.hex(), "root_over_stream": root.hex()}


def chunk_vectors() -> list[dict[str, int]]:
    """Sizes around every border of the rule."""
    borders = [chunk * 16384 for chunk in (MIB // 4, MIB // 2, MIB, 2 * MIB, 4 * MIB)]
    around = [border + d for border in borders for d in (-1, 0, 1)]
    sizes = [0, 1, 16384, 262143, 262144, 262145, *around, 2**40, 2**53 - 1]
    return [_division(size) for size in sizes]


def _division(size: int) -> dict[str, int]:
    count = chunks.chunk_count(size)
    last = chunks.chunk_length(size, count - 1) if count else 0
    return {"size": size, "chunk": chunks.chunk_bytes(size), "count": count, "last": last}


def frame_vectors() -> dict[str, Any]:
    """Frames in hexadecimal with what they mean; control texts need not be encoded byte by byte alike."""
    valid = [{"name": name, "hex": frames.encode(frame).hex(), "frame": form} for name, (frame, form) in FRAMES.items()]
    control = [
        {"hex": frames.encode(m).hex(), "frame": {"type": "control", "message": json.loads(msgspec.json.encode(m))}}
        for m in CONTROLS
    ]
    invalid = [{"name": name, "hex": data.hex()} for name, data in INVALID.items()]
    return {"binary": valid, "control": control, "invalid": invalid}


def build() -> dict[str, Any]:
    """All files of vectors by name."""
    return {"merkle": merkle_vectors(), "chunks": chunk_vectors(), "frames": frame_vectors()}


if __name__ == "__main__":
    for name, vectors in build().items():
        text = json.dumps(vectors, indent=1, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.json").write_text(text, "utf-8")
