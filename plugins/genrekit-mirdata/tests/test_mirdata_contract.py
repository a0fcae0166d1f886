from genrekit.testing import contract_suite

test_contract = contract_suite("genrekit-mirdata")
