"""One process of genrekit's extraction: into a store, or from one that is filled. Called by ``extraction.py``.

    python bench/extraction_once.py FOLDER STORE

Prints a line of JSON: clips, seconds and CPU seconds of preparing them, and seconds until the first batch of 32 is in
memory, all without the imports; how many clips were in the store already; and where the time of the others went.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars  # noqa: F401
import safetensors.numpy  # noqa: F401
import soundfile  # noqa: F401
import torch
import torchaudio  # noqa: F401

from genrekit import features as featurizing
from genrekit.examples import examples_of
from genrekit.preparation import prepare
from genrekit.store import Store
from genrekit_builtins.folder import Folder
from genrekit_builtins.mel import LogMel
from genrekit_builtins.threads import Threads


def main() -> None:
    folder, store = Path(sys.argv[1]), Store(Path(sys.argv[2]))
    clips = Folder(root=folder).clips()
    clips = clips.with_column("part", ["train"] * len(clips))
    started, cpu = time.perf_counter(), time.process_time()
    preparation = prepare(clips, LogMel(), "features", Threads(), store)
    prepared, cpu_s = time.perf_counter(), time.process_time() - cpu
    examples = examples_of("train", clips, clips.labels(), preparation, store)
    batch = np.random.default_rng(0).permutation(len(examples))[:32]
    featurize = featurizing.Featurizer(torch.nn.Identity(), "features", torch.device("cpu"))
    assert featurize(examples.load(batch)).shape == (len(batch), 1, 128, 1280)
    loaded = time.perf_counter()
    activities: Counter[str] = Counter()
    for result in preparation.results.values():
        activities.update(result.seconds)
    print(
        json.dumps(
            {
                "clips": len(preparation.usable),
                "seconds": prepared - started,
                "cpu_s": cpu_s,
                "first_batch_s": loaded - started,
                "from_store": sum(result.from_store for result in preparation.results.values()),
                "activities_s": {name: round(seconds, 4) for name, seconds in activities.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
