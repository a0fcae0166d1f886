"""The table of classifiers, and what is said of options that are not in it."""

from __future__ import annotations

import pytest
import sklearn
from genrekit_sklearn import signatures
from genrekit_sklearn.by_name import SklearnModel
from genrekit_sklearn.write_signatures import options_of
from pydantic import ValidationError


@pytest.mark.skipif(
    signatures.table()["scikit-learn"] != sklearn.__version__, reason="written for another scikit-learn"
)
def test_the_table_is_what_the_library_says() -> None:
    from sklearn.utils import all_estimators

    known, table = dict(all_estimators(type_filter="classifier")), signatures.table()["classifiers"]
    found = {name: dict(options_of(known[name])) for name in table}
    assert found == table, "run python -m genrekit_sklearn.write_signatures"


@pytest.mark.parametrize(
    ("classifier", "options", "said"),
    [
        ("SVCC", {}, "there is no classifier 'SVCC' that can be exported; did you mean 'SVC'?"),
        ("SVC", {"kernal": "rbf"}, "SVC has no option 'kernal'; did you mean 'kernel'?"),
        ("SVC", {"C": -1.0}, "C of SVC is a number above 0, not -1.0"),
        ("SVC", {"C": True}, "C of SVC is a number above 0, not True"),
        ("MLPClassifier", {"hidden_layer_sizes": [0]}, "hidden_layer_sizes of MLPClassifier is"),
        ("RandomForestClassifier", {"max_depth": "None"}, "max_depth of RandomForestClassifier is a whole number"),
    ],
)
def test_problems_are_named(classifier: str, options: dict[str, object], said: str) -> None:
    (problem,) = signatures.problems(classifier, options)
    assert problem.startswith(said)


def test_a_recipe_learns_of_all_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        SklearnModel(classifier="SVC", options={"C": 0, "kernal": "rbf"})
    assert "C of SVC" in str(caught.value)
    assert "kernal" in str(caught.value)


def test_none_is_written_as_a_word() -> None:
    model = SklearnModel(classifier="RandomForestClassifier", options={"max_features": "none", "n_estimators": 3})
    made = model.estimator(5)
    assert made.max_features is None
    assert (made.n_estimators, made.random_state) == (3, 5)


def test_the_schema_completes_the_names() -> None:
    assert SklearnModel.model_json_schema()["properties"]["classifier"]["enum"] == signatures.names()
