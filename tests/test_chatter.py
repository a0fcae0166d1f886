"""mpg123's remarks are kept off the terminal; whatever others write there gets through."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = r"""
import os, threading
from genrekit.chatter import without_chatter

os.write(2, b"before\n")
def decode(number):
    for _ in range(50):
        with without_chatter():
            os.write(2, b"[src/libmpg123/layer3.c:do_layer3():1804] error: dequantization failed!\n")
            os.write(2, b"Warning: Xing stream size off by more than 1%\nNote: Trying to resync...\n")
threads = [threading.Thread(target=decode, args=(number,)) for number in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
os.write(2, b"between\n")
with without_chatter():
    os.write(2, b"during\n")
    with without_chatter():
        os.write(2, b"within\n")
os.write(2, b"after\n")
if hasattr(os, "fork"):
    with without_chatter():
        child = os.fork()
        if not child:
            os.write(2, b"child\n")
            os._exit(0)
        os.waitpid(child, 0)
"""


@pytest.mark.skipif(os.name == "nt", reason="remarks are not kept off there")
def test_only_the_decoders_remarks_are_left_out() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert sorted(done.stderr.split()) == ["after", "before", "between", "child", "during", "within"]


@pytest.mark.skipif(os.name == "nt", reason="remarks are not kept off there")
def test_without_a_standard_error_nothing_is_done() -> None:
    code = "import os; os.close(2)\nfrom genrekit.chatter import without_chatter\nwith without_chatter(): print('ok')"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout == "ok\n"
