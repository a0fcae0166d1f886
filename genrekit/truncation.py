"""Whether a file holds all the audio that its header promises. libsndfile only notes a difference in its log."""

from __future__ import annotations

import re
from pathlib import Path

ENOUGH = 0.999
"""A file that lacks less than a thousandth is as good as whole; some encoders round."""

_UNKNOWN_SIZES = {0, 0x7FFFFFFF, 0x7FFFF000, 0x7FFFFFFE, 0xFFFFFFFF, 0xFFFFF000}
"""Sizes that writers to a pipe leave in the header; they say "unknown", not "truncated"."""

# The audio's chunk is called data in WAV, SSND in AIFF; AU says Data Size; of a W64 only the whole is compared.
_SIZES = re.compile(r"(?:\bdata|Data Size|SSND|\briff)\s*:\s*(\d+) \(should be (\d+)\)")
_RF64_FRAMES = re.compile(r"Calculated frame count (\d+) does not match value from 'ds64' chunk of (\d+)")
_OGG_UNFINISHED = re.compile("End-Of-Stream flag|lacks an end-of-stream bit|Junk after the last page")


def shortfall(log: str) -> str | None:
    """What is missing, from libsndfile's log of opening a file; None if all that was promised is there."""
    frames = _RF64_FRAMES.search(log)
    if frames and int(frames[1]) < ENOUGH * int(frames[2]):
        return f"{frames[1]} of {frames[2]} frames of audio are there"
    if _OGG_UNFINISHED.search(log):
        return "the end of the Ogg stream is not there"
    sizes = _SIZES.search(log)
    if sizes and int(sizes[1]) not in _UNKNOWN_SIZES and int(sizes[2]) < ENOUGH * int(sizes[1]):
        return f"{sizes[2]} of {sizes[1]} bytes of audio are there"
    return None


def tells_length(path: str) -> bool:
    """False for an MP3 without a Xing, Info or VBRI frame: how long it is can only be guessed from its size."""
    with Path(path).open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3":
            # The size of the tag, which may hold a picture, in four bytes of seven bits.
            file.seek(10 + sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True)))
        else:
            file.seek(0)
        frame = file.read(256)
    return any(tag in frame for tag in (b"Xing", b"Info", b"VBRI"))
