"""What an ONNX file may not hold, told before onnxruntime sees it: tensors in other files, and sizes that are lies.

Only the frame of the file is read, message by message as ONNX's schema (onnx.proto) nests them; numbers are skipped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

MOST_BYTES = 2**31 - 1
"""What Protocol Buffers allow."""

MOST_DEPTH = 100
"""How deep graphs may be nested: each loop and branch is one."""

_TENSOR: dict[int, Any] = {}
_SPARSE = {1: _TENSOR, 2: _TENSOR}
_GRAPH: dict[int, Any] = {}
_ATTRIBUTE = {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE}
_NODE = {5: _ATTRIBUTE}
_GRAPH |= {1: _NODE, 5: _TENSOR, 15: _SPARSE}
_TRAINING = {1: _GRAPH, 2: _GRAPH}
_FUNCTION = {7: _NODE, 11: _ATTRIBUTE}
_MODEL = {7: _GRAPH, 20: _TRAINING, 25: _FUNCTION}
"""Field number -> the message that is in it, where tensors may be below it."""

_DIMS, _EXTERNAL_DATA, _DATA_LOCATION = 1, 13, 14


def objection(content: bytes) -> str | None:
    """Why the file is refused, or None."""
    try:
        return _look(memoryview(content), _MODEL, 0, len(content))
    except (IndexError, ValueError):
        return "it is no ONNX graph, or only a part of one"


def _look(message: memoryview, kind: Mapping[int, Any], depth: int, file_bytes: int) -> str | None:
    if depth > MOST_DEPTH:
        return "its graphs are nested too deep"
    if kind is _TENSOR:
        return _look_at_tensor(message, file_bytes)
    for number, value in _fields(message):
        if number in kind and isinstance(value, memoryview):
            found = _look(value, kind[number], depth + 1, file_bytes)
            if found:
                return found
    return None


def _look_at_tensor(message: memoryview, file_bytes: int) -> str | None:
    dims: list[int] = []
    for number, value in _fields(message):
        if number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value):
            return "it keeps numbers in another file (external data)"
        if number == _DIMS:
            dims += _varints(value) if isinstance(value, memoryview) else [value]
    # Two numbers of four bits are a byte.
    if math.prod(dims) > 2 * file_bytes:
        return f"it claims a tensor of {math.prod(dims):.3g} numbers, and is {file_bytes} bytes long"
    return None


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Each field's number and value, as https://protobuf.dev/programming-guides/encoding/ says."""
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at)
        wire = tag & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
        elif wire == 2:
            size, at = _varint(message, at)
            if size > end - at:
                raise ValueError("ends too early")
            yield tag >> 3, message[at : at + size]
            at += size
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
            if at > end:
                raise ValueError("ends too early")
        else:
            raise ValueError("no such wire type")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number and where the next thing begins."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("too long a number")


def _varints(packed: memoryview) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value
