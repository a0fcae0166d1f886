"""A corpus of recordings that are broken, odd or no recordings at all."""

from __future__ import annotations

import io
import os
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

RATE = 8000
CUT = r"truncated: |holds no audio|cannot be decoded: |the file is empty|its header does not say how long it is"
"""What may be said of a file that lacks its end."""


@dataclass(frozen=True)
class Case:
    """``make`` puts something at a path. It holds ``sound`` [samples], or else is refused with a reason like ``told``.

    Neither: whatever was made of it, it is finite and no longer than ``most`` samples, or it is refused.
    """

    family: str
    name: str
    make: Callable[[Path], object]
    sound: np.ndarray | None = None
    told: str | None = None
    most: int = 10**6
    tolerance: float = 2**-14


def tone(samples: int = 400, channels: int = 1, rate: int = RATE) -> np.ndarray:
    """Sines in whole cycles, [samples, channels]; each channel another."""
    time = np.arange(samples) / samples
    return np.stack([0.4 * np.sin(2 * np.pi * 3 * (1 + channel) * time) for channel in range(channels)], axis=1)


def encoded(kind: str, sound: np.ndarray | None = None, rate: int = RATE, subtype: str | None = None) -> bytes:
    """The bytes of a file of that format."""
    buffer = io.BytesIO()
    soundfile.write(buffer, tone() if sound is None else sound, rate, format=kind.upper(), subtype=subtype)
    return buffer.getvalue()


def holding(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def changed(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


HEADERS = {"wav": 44, "aiff": 54, "au": 24, "flac": 60, "caf": 60, "w64": 100, "rf64": 60, "ogg": 60, "mp3": 40}
"""The bytes that a file is cut off after, one by one: the header, or as much of it."""


def truncated() -> Iterator[Case]:
    for kind, size in HEADERS.items():
        content = encoded(kind)
        for end in range(size):
            yield Case("truncated in the header", f"{end}.{kind}", holding(content[:end]), told=CUT)
        for share in (0.3, 0.6, 0.9):
            cut = content[: max(size, int(share * len(content)))]
            yield Case("truncated in the sound", f"{share}.{kind}", holding(cut), told=CUT)


def flipped() -> Iterator[Case]:
    chance = np.random.default_rng(0)
    for kind in HEADERS:
        content = encoded(kind)
        for at in range(0, min(HEADERS[kind], 48), 2):
            turned = changed(content, at, bytes([content[at] ^ 0xFF]))
            yield Case("flipped bits", f"byte{at}.{kind}", holding(turned))
        for number in range(6):
            damaged = bytearray(content)
            for bit in chance.integers(0, 8 * len(content), 20):
                damaged[bit // 8] ^= 1 << (bit % 8)
            yield Case("flipped bits", f"random{number}.{kind}", holding(bytes(damaged)))


SIZES = (0, 1, 2, 3, 799, 801, 1600, 0x7FFFFFFE, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def lying() -> Iterator[Case]:
    wav, aiff, au, flac = (encoded(kind) for kind in ("wav", "aiff", "au", "flac"))
    ssnd, caf, w64 = aiff.index(b"SSND"), encoded("caf"), encoded("w64")
    for size in SIZES:
        little, big = struct.pack("<I", size), struct.pack(">I", size)
        yield Case("lying sizes", f"riff{size}.wav", holding(changed(wav, 4, little)))
        yield Case("lying sizes", f"fmt{size}.wav", holding(changed(wav, 16, little)))
        yield Case("lying sizes", f"data{size}.wav", holding(changed(wav, 40, little)))
        yield Case("lying sizes", f"form{size}.aiff", holding(changed(aiff, 4, big)))
        yield Case("lying sizes", f"frames{size}.aiff", holding(changed(aiff, aiff.index(b"COMM") + 10, big)))
        yield Case("lying sizes", f"ssnd{size}.aiff", holding(changed(aiff, ssnd + 4, big)))
        yield Case("lying sizes", f"offset{size}.au", holding(changed(au, 4, big)))
        yield Case("lying sizes", f"data{size}.au", holding(changed(au, 8, big)))
    for size in (0, 1, 401, 2**33, 2**62, 2**63 - 1, 2**64 - 1):
        caf_at, w64_at = caf.index(b"data") + 4, w64.index(b"data") + 16
        yield Case("huge claimed lengths", f"{size}.caf", holding(changed(caf, caf_at, struct.pack(">Q", size))))
        yield Case("huge claimed lengths", f"{size}.w64", holding(changed(w64, w64_at, struct.pack("<Q", size))))
        yield Case("huge claimed lengths", f"{size}.flac", holding(_flac_of(flac, size)))
    yield Case("huge claimed lengths", "id3.mp3", holding(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + encoded("mp3")))
    yield Case("huge claimed lengths", "list.wav", holding(wav[:36] + b"LIST\xff\xff\xff\x7f" + wav[36:]))


def _flac_of(content: bytes, frames: int) -> bytes:
    """A FLAC whose header claims so many frames, in 36 bits."""
    claimed = (content[21] & 0xF0) << 32 | (frames & (1 << 36) - 1)
    return changed(content, 21, claimed.to_bytes(5, "big"))


def impossible() -> Iterator[Case]:
    """Headers of what there cannot be."""
    wav, aiff, au = (encoded(kind) for kind in ("wav", "aiff", "au"))
    named = r"cannot be decoded: |claims |holds no audio|truncated: "
    for channels in (0, 1025, 0xFFFF):
        yield Case("channels", f"{channels}.wav", holding(changed(wav, 22, struct.pack("<H", channels))), told=named)
    comm = aiff.index(b"COMM")
    yield Case("channels", "0.aiff", holding(changed(aiff, comm + 8, b"\0\0")), told=named)
    yield Case("channels", "0.au", holding(changed(au, 20, bytes(4))), told=named)
    yield Case("channels", "many.au", holding(changed(au, 20, b"\x7f\xff\xff\xff")), told=named)
    for rate in (0, 1, 99, 10_000_001, 0x7FFFFFFF, 0xFFFFFFFF):
        yield Case("rates", f"{rate}.wav", holding(changed(wav, 24, struct.pack("<I", rate))), told=named)
    for bits in (0, 1, 7, 65, 0xFFFF):
        yield Case("bits", f"{bits}.wav", holding(changed(wav, 34, struct.pack("<H", bits))))
    for tag in (0, 2, 0x55, 0xFFFE, 0xFFFF):
        yield Case("codecs", f"{tag}.wav", holding(changed(wav, 20, struct.pack("<H", tag))))
    yield Case("bits", "align0.wav", holding(changed(wav, 32, b"\0\0")))


def numbers() -> Iterator[Case]:
    for kind, subtype in (("wav", "FLOAT"), ("wav", "DOUBLE"), ("aiff", "FLOAT"), ("au", "DOUBLE"), ("caf", "FLOAT")):
        for value in (np.nan, np.inf, -np.inf):
            for at in (0, 200, 399):
                sound = tone(channels=2)
                sound[at, 1] = value
                content = encoded(kind, sound, subtype=subtype)
                yield Case("not finite", f"{value}-{at}-{subtype}.{kind}", holding(content), told="not finite numbers")
        for value in (1e20, -3e38, 1e10):
            sound = tone()
            sound[7] = value
            content = encoded(kind, sound, subtype=subtype)
            yield Case("too large", f"{value}-{subtype}.{kind}", holding(content), told="holds samples as large as")
    both = encoded("wav", np.full((400, 2), 3e38), subtype="FLOAT")
    yield Case("too large", "sum.wav", holding(both), told="not finite|as large as")
    yield Case("too large", "1e300.wav", holding(encoded("wav", tone() * 1e300, subtype="DOUBLE")), told="not finite")
    tiny = np.full((400, 1), 1e-40)
    yield Case("tiny", "tiny.wav", holding(encoded("wav", tiny, subtype="FLOAT")), sound=tiny[:, 0], tolerance=1e-45)
    loud = tone() * 32768
    yield Case("loud", "loud.wav", holding(encoded("wav", loud, subtype="FLOAT")), sound=loud[:, 0], tolerance=0.01)


RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 192000, 384000)
DEPTHS = {
    "wav": {"PCM_U8": 2**-6, "PCM_16": 2**-14, "PCM_24": 2**-22, "PCM_32": 1e-6, "FLOAT": 1e-6, "DOUBLE": 1e-6},
    "aiff": {"PCM_S8": 2**-6, "PCM_16": 2**-14, "PCM_24": 2**-22, "FLOAT": 1e-6, "DOUBLE": 1e-6},
    "au": {"PCM_S8": 2**-6, "PCM_16": 2**-14, "PCM_32": 1e-6, "DOUBLE": 1e-6, "ULAW": 0.05, "ALAW": 0.05},
    "flac": {"PCM_S8": 2**-6, "PCM_16": 2**-14, "PCM_24": 2**-22},
    "caf": {"PCM_16": 2**-14, "PCM_24": 2**-22, "FLOAT": 1e-6, "DOUBLE": 1e-6},
    "w64": {"PCM_U8": 2**-6, "PCM_16": 2**-14, "DOUBLE": 1e-6},
}
"""Formats, how samples are kept in them, and how far from the truth that may be."""


def whole() -> Iterator[Case]:
    """Nothing is wrong with these."""
    for rate in RATES:
        for channels in range(1, 9):
            sound = tone(channels=channels)
            content = encoded("wav", sound, rate, "FLOAT")
            yield Case(
                "rates and channels",
                f"{rate}-{channels}.wav",
                holding(content),
                sound=sound.mean(axis=1),
                tolerance=1e-6,
            )
    for kind, depths in DEPTHS.items():
        for subtype, tolerance in depths.items():
            sound = tone(channels=2)
            content = encoded(kind, sound, subtype=subtype)
            mixed = sound.mean(axis=1)
            yield Case("bit depths", f"{subtype}.{kind}", holding(content), sound=mixed, tolerance=tolerance)
    for kind in ("flac", "ogg", "aiff"):
        content = encoded(kind, tone(channels=6), 48000)
        loose = 0.1 if kind == "ogg" else 2**-14
        yield Case("bit depths", f"six.{kind}", holding(content), sound=tone(channels=6).mean(axis=1), tolerance=loose)
    silence = np.zeros((5 * 384000, 8))
    content = encoded("flac", silence, 384000)
    yield Case("much out of little", "silence.flac", holding(content), sound=silence[:, 0])
    yield Case("rubbish behind", "junk.wav", holding(encoded("wav") + b"\0junk" * 100), sound=tone()[:, 0])
    yield Case("wrong suffix", "flac.wav", holding(encoded("flac")), sound=tone()[:, 0])
    yield Case("wrong suffix", "wav.mp3", holding(encoded("wav")), sound=tone()[:, 0])
    yield Case("one sample", "one.wav", holding(encoded("wav", tone(1))), sound=tone(1)[:, 0])


def no_audio() -> Iterator[Case]:
    chance = np.random.default_rng(1)
    contents = {
        "html": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        "json": b'{"error": "rate limit"}' * 50,
        "zip": b"PK\x03\x04" + bytes(200),
        "png": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "zeros": bytes(3000),
        "text": "naïve\n".encode() * 300,
        "random": chance.bytes(3000),
        "git-lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    }
    for name, content in contents.items():
        for suffix in ("wav", "mp3", "flac", "ogg"):
            yield Case("no audio", f"{name}.{suffix}", holding(content), told="cannot be decoded: |holds no audio")
    for suffix in ("wav", "mp3", "flac", "ogg", "aiff"):
        yield Case("empty", f"empty.{suffix}", holding(b""), told="the file is empty")
        sound = np.zeros((0, 1))
        if suffix in ("wav", "aiff", "flac"):
            yield Case("empty", f"none.{suffix}", holding(encoded(suffix, sound)), told=CUT)


def no_files() -> Iterator[Case]:
    yield Case("no file", "folder.wav", lambda path: path.mkdir(), told="is a folder")
    yield Case("no file", "dangling.wav", lambda path: path.symlink_to("gone.wav"), told="no such file")
    yield Case("no file", "loop.wav", lambda path: path.symlink_to("loop.wav"), told="too many levels")
    yield Case("no file", "gone.wav", lambda path: None, told="no such file")
    yield Case("no file", "fifo.wav", os.mkfifo, told="is not a regular file")
    yield Case("no file", "socket.wav", _socket, told="is not a regular file|cannot be decoded: ")
    for device in ("null", "zero", "random"):
        target = f"/dev/{device}"
        yield Case(
            "no file", f"{device}.wav", lambda path, target=target: path.symlink_to(target), told="is not a regu"
        )
    yield Case("no file", "a.wav/b.wav", lambda path: path.parent.write_bytes(b""), told="not a directory")
    yield Case("no file", "locked/x.wav", _locked, **({"told": "permission denied"} if os.getuid() else {}))


def _socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        server.bind(path.name)
    finally:
        os.chdir(here)
        server.close()


def _locked(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(encoded("wav"))
    path.chmod(0)


NAMES = (
    "plain.wav", "with space.wav", "é.wav", "e\u0301.wav", "ß.wav", "Ελληνικά.wav", "Русский.wav", "עברית.wav",
    "العربية.wav", "فارسی\u200cنام.wav", "हिन्दी.wav", "বাংলা.wav", "தமிழ்.wav", "తెలుగు.wav", "ಕನ್ನಡ.wav", "മലയാളം.wav",
    "ไทย.wav", "ລາວ.wav", "မြန်မာ.wav", "ខ្មែរ.wav", "한국어.wav", "日本語.wav", "中文.wav", "繁體.wav", "ქართული.wav",
    "Հայերեն.wav", "አማርኛ.wav", "ᐃᓄᒃᑎᑐᑦ.wav", "ᏣᎳᎩ.wav", "བོད་ཡིག.wav", "Tiếng Việt.wav", "𐎠𐎡.wav", "👩‍🎤🎸.wav",
    "\u202egnp.wav", "\x1b[2J.wav", "new\nline.wav", "tab\t.wav", "\x07bell.wav", "'quoted'.wav", '"double".wav',
    "-dash.wav", "--option.wav", "$HOME.wav", "%s%n.wav", "*.wav", "[x].wav", "a;b.wav", "back\\slash.wav", "~.wav",
    "CON.wav", "no suffix", ".hidden.wav", "UPPER.WAV", "x" * 251 + ".wav", "ｗｉｄｅ.wav", "\ufeffbom.wav",
    "a\u2028b.wav",
    b"\xff\xfe.wav", b"latin1-\xe9.wav", b"\xed\xa0\x80surrogate.wav", b"sjis-\x83\x65.wav", b"cut-\xe3\x81.wav",
)  # fmt: skip
"""In every script, and in none."""


def names() -> Iterator[Case]:
    for name in NAMES:
        text = name if isinstance(name, str) else os.fsdecode(name)
        yield Case("names", text, holding(encoded("wav")), sound=tone()[:, 0])


FAMILIES = (truncated, flipped, lying, impossible, numbers, whole, no_audio, no_files, names)


def corpus() -> list[Case]:
    """All of them."""
    return [case for family in FAMILIES for case in family()]


def make(cases: Iterable[Case], folder: Path) -> list[Path]:
    """Their paths, in folders of one family each."""
    paths = []
    for case in cases:
        path = folder / case.family.replace(" ", "-") / case.name
        path.parent.parent.mkdir(exist_ok=True)
        if "/" not in case.name:
            path.parent.mkdir(exist_ok=True)
        case.make(path)
        paths.append(path)
    return paths
