"""The contract of models, for the example that the class makes."""

from __future__ import annotations

from genrekit.testing import contract_suite

test_contract = contract_suite("genrekit-timm")
