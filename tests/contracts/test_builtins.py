"""What comes with genrekit keeps the contract that every plugin must keep."""

from __future__ import annotations

from genrekit.testing import contract_suite

test_contract = contract_suite("genrekit")
