"""What extraction cannot do without: decoding, the FFT, the mel bands. No hash, no level, no store.

    python bench/peers/floor.py FOLDER

Prints a line of JSON: clips, seconds and CPU seconds, without the imports.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import soundfile
import torch

from genrekit.cpus import usable_cpus
from genrekit.kept_memory import keep_freed_memory
from genrekit_builtins.mel import LogMel

MEL = LogMel().build().mel_in_blocks


def power(path: Path) -> int:
    """The frames of one clip's mel spectrogram, which is thrown away."""
    waveform = torch.from_numpy(soundfile.read(path, dtype="float32")[0])
    with torch.inference_mode():
        return int(MEL(waveform[None]).shape[2])


def main() -> None:
    paths = sorted(Path(sys.argv[1]).glob("*/*.wav"))
    torch.set_num_threads(1)
    keep_freed_memory()
    started, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(usable_cpus()) as pool:
        frames = list(pool.map(power, paths))
    seconds = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}
    print(json.dumps({"clips": len(frames), **seconds}))


if __name__ == "__main__":
    main()
