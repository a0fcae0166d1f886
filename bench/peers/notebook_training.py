"""The plain script that a user would write: spectrograms in memory, augmented once, one float32 loop.

    python bench/peers/notebook_training.py TABLE --epochs 1 --frames 1280 --seed 0

TABLE is a CSV file of path, label, part and end (in seconds). Prints a line of JSON: clips a second in each epoch,
without extraction and validation, and macro F1 on the validation part after each.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import csv
import json
import random
import time

import soundfile
import torch
from notebook import FRAMES, MEL, RATE, augmented
from sklearn.metrics import f1_score
from torch import nn
from torch.nn import functional
from torchaudio.functional import amplitude_to_DB


class Network(nn.Module):
    """Three convolutions, two bidirectional GRU layers, two linear layers."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        stages = [(1, 64), (64, 128), (128, 256)]
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in stages)
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for _, b in stages)
        self.gru = nn.GRU(4096, 128, 2, batch_first=True, bidirectional=True)
        self.hidden, self.out, self.dropout = nn.Linear(256, 128), nn.Linear(128, classes), nn.Dropout(0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = functional.max_pool2d(functional.relu(norm(convolution(x))), 2)
        _, states = self.gru(x.permute(0, 3, 1, 2).flatten(2))
        joined = torch.cat((states[-2], states[-1]), dim=1)
        logits: torch.Tensor = self.out(self.dropout(functional.relu(self.hidden(joined))))
        return logits


def spectrogram(row: dict[str, str], frames: int) -> torch.Tensor:
    """Normalised log-mel [1, 128, frames]; those to learn from are augmented here, once and for all."""
    waveform = torch.from_numpy(soundfile.read(row["path"], round(float(row["end"]) * RATE), dtype="float32")[0])
    levels = amplitude_to_DB(MEL(waveform), 10.0, 1e-10, 0.0)
    levels = (levels - levels.mean()) / levels.std()
    if row["part"] == "train":
        levels = augmented(levels)
    return functional.pad(levels, (0, max(0, frames - levels.shape[1])))[None, :, :frames]


def main() -> None:
    """Extract, train, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    with open(options.table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    classes = sorted({row["label"] for row in rows})
    with concurrent.futures.ThreadPoolExecutor() as pool:
        clips = torch.stack(list(pool.map(lambda row: spectrogram(row, options.frames), rows)))
    labels = torch.tensor([classes.index(row["label"]) for row in rows])
    train, validation = (
        torch.tensor([index for index, row in enumerate(rows) if row["part"] == part])
        for part in ("train", "validation")
    )
    network = Network(len(classes))
    optimizer = torch.optim.Adam(network.parameters(), 3e-4)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10, 0.5)
    rates, scores = [], []
    for _ in range(options.epochs):
        network.train()
        started = time.perf_counter()
        for batch in train[torch.randperm(len(train))].split(32):
            optimizer.zero_grad()
            functional.cross_entropy(network(clips[batch]), labels[batch]).backward()
            optimizer.step()
        rates.append(len(train) / (time.perf_counter() - started))
        scheduler.step()
        network.eval()
        with torch.no_grad():
            predicted = torch.cat([network(clips[batch]).argmax(1) for batch in validation.split(32)])
        scores.append(f1_score(labels[validation], predicted, average="macro"))
    print(json.dumps({"clips_per_s": rates, "macro_f1": scores}))


if __name__ == "__main__":
    main()
