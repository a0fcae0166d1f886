"""The ONNX graph says what scikit-learn says, or there is none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from genrekit_sklearn._columns import CERTAIN, Columns
from genrekit_sklearn._network import SklearnNetwork
from genrekit_sklearn.by_name import SklearnModel
from genrekit_sklearn.gradient_boosting import GradientBoosting
from genrekit_sklearn.k_nn import NearestNeighbours
from genrekit_sklearn.logistic_regression import LogisticRegression
from genrekit_sklearn.random_forest import RandomForest
from genrekit_sklearn.statistics import StatisticsModel
from genrekit_sklearn.svm import Svm

MODELS = [
    Svm(),
    Svm(kernel="linear", balanced=True),
    RandomForest(n_estimators=20),
    RandomForest(n_estimators=20, extremely_random=True, max_features=0.5),
    GradientBoosting(max_iter=10),
    NearestNeighbours(),
    NearestNeighbours(metric="cosine"),
    LogisticRegression(balanced=True),
    SklearnModel(classifier="LinearDiscriminantAnalysis"),
    SklearnModel(classifier="MLPClassifier", options={"hidden_layer_sizes": (16, 8), "solver": "lbfgs"}),
    SklearnModel(classifier="RidgeClassifier"),
]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other take long where others use the machine too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def blobs(classes: int, examples: int = 90) -> tuple[torch.Tensor, torch.Tensor]:
    """Features [examples, 1, 3, 4] whose bins' means tell the classes apart, and targets."""
    rng = np.random.default_rng(0)
    numbers = np.arange(examples) % classes
    centres = 3 * rng.normal(size=(classes, 3))
    features = centres[numbers][:, None, :, None] + rng.normal(size=(examples, 1, 3, 4))
    return torch.from_numpy(features).float(), torch.nn.functional.one_hot(torch.from_numpy(numbers), classes).float()


def fitted(
    model: StatisticsModel, features: torch.Tensor, targets: torch.Tensor, multi_label: bool = False
) -> torch.Tensor:
    """Logits for what the model was fitted to."""
    network = SklearnNetwork(model, targets.shape[1])
    network.fit([(features, targets)], multi_label=multi_label, seed=1)
    return network(features)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.use}-{getattr(model, 'classifier', '')}")
def test_probabilities_are_those_of_scikit_learn(model: StatisticsModel, classes: int) -> None:
    features, targets = blobs(classes)
    network = SklearnNetwork(model, classes)
    network.fit([(features[:50], targets[:50]), (features[50:], targets[50:])], multi_label=False, seed=1)
    probabilities = network(features).softmax(1).numpy()
    pipeline = network._pipeline(1, False).fit(network.embedding(features).numpy(), targets.argmax(1).numpy())
    if hasattr(pipeline, "predict_proba"):
        scores = pipeline.predict_proba(network.embedding(features).numpy())
        # Of two classes' log-odds d, margins are -d and d: twice as sure, which the temperature takes back.
        known = np.abs(probabilities - scores).max() < 2e-3 or model.use == "sklearn"
        assert known
    agreeing = (probabilities.argmax(1) == pipeline.predict(network.embedding(features).numpy())).mean()
    assert agreeing >= 0.98


def test_a_label_without_training_examples_is_never_answered() -> None:
    features, targets = blobs(3)
    wider = torch.nn.functional.pad(targets, (1, 1))
    for model in (Svm(), LogisticRegression()):
        logits = fitted(model, features, wider)
        assert logits.shape == (90, 5)
        assert (logits.argmax(1) == wider.argmax(1)).float().mean() > 0.9
        assert (logits[:, [0, 4]] == torch.tensor(-CERTAIN)).all()


def test_each_of_several_labels_has_its_own_probability() -> None:
    features, targets = blobs(3)
    several = torch.stack([targets[:, 0] + targets[:, 1], targets[:, 1], torch.ones(90), torch.zeros(90)], dim=1)
    for model in (
        Svm(),
        LogisticRegression(),
        RandomForest(n_estimators=20),
        SklearnModel(classifier="AdaBoostClassifier"),
    ):
        logits = fitted(model, features, several, multi_label=True)
        assert ((logits.sigmoid() > 0.5).float() == several).float().mean() > 0.95
        assert (logits[:, 2] == CERTAIN).all()
        assert (logits[:, 3] == -CERTAIN).all()


def test_examples_of_one_label_are_refused() -> None:
    features, targets = blobs(3)
    with pytest.raises(ValueError, match="they are all of one label"):
        fitted(Svm(), features[::3], targets[::3])


def test_a_conversion_that_says_something_else_is_refused() -> None:
    model = SklearnModel(classifier="KNeighborsClassifier", options={"weights": "distance"})
    with pytest.raises(ValueError, match=r"ONNX graph, by skl2onnx, gives \d+ of 90 answers that"):
        fitted(model, *blobs(3))


def test_what_has_no_conversion_is_refused() -> None:
    model = SklearnModel.model_construct(
        classifier="NearestCentroid", options={}, statistics=("mean",), standardise=True
    )
    with pytest.raises(ValueError, match="skl2onnx cannot write this NearestCentroid as ONNX"):
        fitted(model, *blobs(3))


def test_the_seed_decides_and_nothing_else() -> None:
    features, targets = blobs(3)
    networks = [SklearnNetwork(RandomForest(n_estimators=10), 3) for _ in range(3)]
    for network, seed in zip(networks, (1, 1, 2), strict=True):
        network.fit([(features, targets)], multi_label=False, seed=seed)
    assert networks[0].graph == networks[1].graph != networks[2].graph


def test_columns_keep_the_labels_places() -> None:
    columns = Columns.of(np.eye(4, dtype=np.float32)[[1, 3, 1]], multi_label=False)
    assert columns.learned.tolist() == [1, 3]
    assert columns.targets(np.eye(4, dtype=np.float32)[[1, 3]]).tolist() == [0, 1]
    assert columns.placement.tolist() == [[0, 1, 0, 0], [0, 0, 0, 1]]
