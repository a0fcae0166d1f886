"""The journal's lines: JSON behind its checksum, so that a torn or damaged line is known."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any

from genrekit.answers import Prediction, Window

Record = dict[str, Any]


def encoded(record: Record) -> bytes:
    """One line. ASCII, since names of files may hold what UTF-8 does not."""
    body = json.dumps(record).encode("ascii")
    return b"%08x %s\n" % (zlib.crc32(body), body)


def decoded(line: bytes) -> Record | None:
    """What a line says; None if it is torn or damaged."""
    checksum, _, body = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body):
        return None
    found: Record = json.loads(body)
    return found


def records(file: IO[bytes]) -> Iterator[tuple[Record, int]]:
    """Each record from here on, and where the next one begins; up to the first torn or damaged line."""
    for line in file:
        record = decoded(line)
        if record is None:
            return
        yield record, len(line)


def as_record(answer: Window | Prediction) -> Record:
    """``window`` or ``file``, and all the answer's fields."""
    return {"window" if isinstance(answer, Window) else "file": asdict(answer)}


def as_answer(record: Record) -> Window | Prediction:
    """The answer that `as_record` was given."""
    if "window" in record:
        return Window(**record["window"] | {"labels": tuple(record["window"]["labels"])})
    return Prediction(**record["file"] | {"labels": tuple(record["file"]["labels"])})
