"""The frame of an ONNX file, whatever bytes it is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genrekit.onnx_scan import objection


@pytest.fixture(scope="module")
def content() -> bytes:
    import onnx
    import onnx.parser

    from genrekit.testing.bundles import GRAPH

    graph: bytes = onnx.parser.parse_model(GRAPH).SerializeToString()
    return graph


def test_a_graph_is_fine(content: bytes) -> None:
    assert objection(content) is None


def test_every_truncation_is_judged(content: bytes) -> None:
    verdicts = [objection(content[:end]) for end in range(len(content))]
    assert "it is no ONNX graph, or only a part of one" in verdicts


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(junk: bytes) -> None:
    verdict = objection(junk)
    assert verdict is None or verdict.startswith("it ")


@given(st.data())
def test_any_flip_is_judged(content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(content) - 1))
    changed = content[:at] + bytes([content[at] ^ data.draw(st.integers(1, 255))]) + content[at + 1 :]
    verdict = objection(changed)
    assert verdict is None or verdict.startswith("it")


def test_lengths_may_be_written_in_more_bytes_than_needed(content: bytes) -> None:
    """Protocol Buffers allow it, so it must not hide anything."""
    import onnx

    tensor = onnx.TensorProto(data_location=onnx.TensorProto.EXTERNAL).SerializeToString()
    graph = b"\x2a" + bytes([0x80 | len(tensor), 0x80, 0x00]) + tensor
    hidden = b"\xba\x80\x00" + bytes([0x80 | len(graph), 0x00]) + graph
    assert onnx.ModelProto.FromString(hidden).graph.initializer[0].data_location == onnx.TensorProto.EXTERNAL
    assert objection(content + hidden) == "it keeps numbers in another file (external data)"
