"""The contract of executors, on a cluster of one worker on this machine."""

from __future__ import annotations

from genrekit.testing import contract_suite

test_contract = contract_suite("genrekit-dask")
