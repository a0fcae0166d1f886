"""The peer: prediction as one plain torch script. The same features, network and weights; nothing of genrekit's.

usage: torch_predict.py WEIGHTS CLIP        WEIGHTS is the model.safetensors of a full-size bundle
Prints the labels' probabilities as JSON, in the order of `LABELS`.
"""

from __future__ import annotations

import json
import sys

import soundfile
import torch
import torchaudio
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

RATE, FRAMES = 22050, 1280
LABELS = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]


class Network(nn.Module):
    """Three convolution stages, a bidirectional GRU of two layers, a head of two linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.Sequential(*(stage(*sizes) for sizes in ((1, 64), (64, 128), (128, 256))))
        self.gru = nn.GRU(256 * 16, 128, 2, batch_first=True, bidirectional=True)
        self.head = nn.Sequential(nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, len(LABELS)))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        _, states = self.gru(self.stages(features).permute(0, 3, 1, 2).flatten(2))
        logits: torch.Tensor = self.head(torch.cat([states[-2], states[-1]], dim=1))
        return logits


def stage(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2))


def main() -> None:
    weights, clip = sys.argv[1:]
    samples, rate = soundfile.read(clip, dtype="float32", always_2d=True)
    waveform = torchaudio.functional.resample(torch.from_numpy(samples.mean(axis=1)), rate, RATE)
    mel = torchaudio.transforms.MelSpectrogram(RATE, n_fft=2048, hop_length=512, n_mels=128)
    decibels = torchaudio.functional.amplitude_to_DB(mel(waveform), 10.0, 1e-10, 0.0)
    features = (decibels - decibels.mean()) / decibels.std()
    features = functional.pad(features, (0, FRAMES))[:, :FRAMES]
    network = Network()
    learnt = load_file(weights)
    prefix = "network."
    network.load_state_dict({k.removeprefix(prefix): v for k, v in learnt.items() if k.startswith(prefix)})
    with torch.inference_mode():
        probabilities = network.eval()(features[None, None]).softmax(dim=1)[0]
    print(json.dumps(dict(zip(LABELS, probabilities.tolist(), strict=True))))


if __name__ == "__main__":
    main()
