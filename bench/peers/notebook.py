"""The peer: extraction as the published notebook does it. A thread a core, torchaudio, all spectrograms kept in memory.

    python bench/peers/notebook.py FOLDER

FOLDER holds one folder per class. Prints a line of JSON: clips, seconds and CPU seconds, without the imports.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import soundfile
import torch
import torchaudio

RATE, FRAMES = 22050, 1280
MEL = torchaudio.transforms.MelSpectrogram(RATE, n_fft=2048, hop_length=512, n_mels=128)


def spectrogram(path: Path) -> torch.Tensor:
    """Normalised log-mel [1, 128, 1280] of a clip, augmented once and for all."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    waveform = torch.from_numpy(samples.mean(axis=1))
    if rate != RATE:
        waveform = torchaudio.functional.resample(waveform, rate, RATE)
    levels = torchaudio.functional.amplitude_to_DB(MEL(waveform), 10.0, 1e-10, 0.0)
    levels = augmented((levels - levels.mean()) / levels.std())
    return torch.nn.functional.pad(levels, (0, max(0, FRAMES - levels.shape[1])))[None, :, :FRAMES]


def augmented(levels: torch.Tensor) -> torch.Tensor:
    """Louder or quieter, noisier, with a gap: each at random."""
    if random.random() < 0.5:
        levels = levels * random.uniform(0.9, 1.1)
    if random.random() < 0.3:
        levels = levels + 0.02 * torch.randn_like(levels)
    width = random.randrange(10, 40)
    if random.random() < 0.3 and levels.shape[1] > width:
        start = random.randrange(levels.shape[1] - width)
        levels[:, start : start + width] = 0
    return levels


def main() -> None:
    paths = sorted(path for path in Path(sys.argv[1]).glob("*/*") if path.suffix in {".wav", ".flac", ".mp3", ".ogg"})
    started, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        stacked = torch.stack(list(pool.map(spectrogram, paths)))
    seconds = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}
    print(json.dumps({"clips": len(stacked), **seconds}))


if __name__ == "__main__":
    main()
