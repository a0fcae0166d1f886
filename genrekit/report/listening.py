"""A few seconds of a clip, as small as they may be and still be heard and seen: MP3 and a spectrogram in WebP."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genrekit import audio
from genrekit.clip_preparation import read_windows
from genrekit.errors import AudioError
from genrekit.heard import least_level, level_of
from genrekit.report.spectrogram import spectrogram
from genrekit.windows import PLAIN, Cutting, window_spans

if TYPE_CHECKING:
    import numpy as np

    from genrekit.component import FeatureExtractor
    from genrekit.outcome import Outcome

EXCERPT_S = 5.0
LONGEST_S = 60.0
"""Of a longer window only the beginning is searched for the loudest stretch."""

MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
COMPRESSION = 0.6
"""Variable bit rate; about 25 kbit/s at 22 kHz."""


@dataclass(frozen=True)
class Excerpt:
    """``start_s`` is counted from the beginning of the file; ``sound`` and ``picture`` are data URIs.

    ``frequencies`` are the picture's ticks: (share of the height from below, text).
    """

    start_s: float
    seconds: float
    sound: str
    picture: str
    frequencies: list[tuple[float, str]]


def excerpt(outcome: Outcome, clip: int, label: int, features: FeatureExtractor, cutting: Cutting = PLAIN) -> Excerpt:
    """The loudest seconds of the window whose answer for ``label`` is the strongest. Raises `AudioError`."""
    path, rate = outcome.paths[clip], features.sample_rate
    start_s, length_s = _window(outcome, clip, label, features, cutting)
    waveform = audio.read(path, rate, start_s, min(length_s, LONGEST_S))
    begin = loudest(waveform, round(EXCERPT_S * rate))
    heard = waveform[begin : begin + round(EXCERPT_S * rate)]
    picture, frequencies = spectrogram(heard, rate)
    seconds = len(heard) / rate
    return Excerpt(start_s + begin / rate, seconds, _uri("audio/mpeg", mp3(heard, rate, path)), picture, frequencies)


def _window(
    outcome: Outcome, clip: int, label: int, features: FeatureExtractor, cutting: Cutting
) -> tuple[float, float]:
    """Where the window begins in the file and how long it is, in seconds."""
    start_s = outcome.starts_s[clip] if outcome.starts_s else 0.0
    there_s = audio.probe(outcome.paths[clip]).duration_s - start_s
    asked_s = outcome.durations_s[clip] if outcome.durations_s else None
    rate = features.sample_rate
    samples = max(1, round(min(there_s, asked_s or there_s) * rate))
    spans, answers = window_spans(samples, features.window_samples(), cutting.hop), _answers(outcome, clip)
    if 0 < len(answers) < len(spans):
        waveforms = read_windows(outcome.paths[clip], features, start_s, asked_s, cutting.hop)
        levels = [level_of(waveform, cutting.within_db) for waveform in waveforms]
        least = least_level(max(levels), cutting.within_db)
        spans = [span for span, level in zip(spans, levels, strict=False) if level >= least]
    begin, length = spans[min(_strongest(outcome, clip, label, answers), len(spans) - 1)]
    return start_s + begin / rate, length / rate


def _answers(outcome: Outcome, clip: int) -> Sequence[Any] | np.ndarray:
    """Logits [windows, labels] of those of the clip's windows that count; none where they are not known."""
    if outcome.logits is None or outcome.example_rows is None:
        return ()
    rows: np.ndarray = outcome.logits[outcome.example_rows == outcome.rows[clip]]
    return rows


def _strongest(outcome: Outcome, clip: int, label: int, answers: Any) -> int:
    """Which of ``answers`` is most of that mind; the first where there are none."""
    if not len(answers):
        return 0
    if outcome.multi_label:
        said = answers[:, label]
        return int(said.argmin() if outcome.truth[clip, label] else said.argmax())
    from scipy.special import log_softmax

    return int(log_softmax(answers, axis=1)[:, label].argmax())


def loudest(waveform: np.ndarray, length: int) -> int:
    """Where the stretch of ``length`` samples with the most energy begins, to a tenth of a stretch."""
    import numpy as np

    if len(waveform) <= length:
        return 0
    energy = np.concatenate([[0.0], np.cumsum(waveform.astype(np.float64) ** 2)])
    starts = np.arange(0, len(waveform) - length + 1, max(1, length // 10))
    return int(starts[(energy[starts + length] - energy[starts]).argmax()])


def mp3(waveform: np.ndarray, rate: int, path: str) -> bytes:
    """Mono samples as MP3, which every browser plays; louder than full scale is turned down."""
    import numpy as np
    import soundfile
    import soxr

    target = max((known for known in MP3_RATES if known <= rate), default=MP3_RATES[0])
    sound = waveform if target == rate else soxr.resample(waveform, rate, target)
    sound = sound / max(1.0, float(np.abs(sound).max(initial=0.0)))
    file = io.BytesIO()
    form = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "VARIABLE"}
    try:
        soundfile.write(file, sound, target, compression_level=COMPRESSION, **form)
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise AudioError(path, f"libsndfile here writes no MP3: {error}") from None
    return file.getvalue()


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
