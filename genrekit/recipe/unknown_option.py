"""What is told of an option that its table does not have: its right name, the table it belongs to, or what there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from genrekit.errors import did_you_mean
from genrekit.recipe.place import Place

CALLED_ELSEWHERE = {
    "lr": ("learning_rate", "base_lr"),
    "weight_decay": ("wd", "l2"),
    "epochs": ("n_epochs", "num_epochs", "max_epochs"),
    "batch_size": ("batch", "bs", "train_batch_size"),
    "stop_early": ("early_stopping", "patience", "early_stop"),
    "scheduler": ("lr_scheduler", "schedule"),
    "loss": ("criterion", "loss_function", "objective"),
    "device": ("gpu", "accelerator"),
    "precision": ("amp", "fp16", "mixed_precision", "dtype"),
    "clip_gradients": ("gradient_clipping", "clip_grad_norm", "max_grad_norm"),
    "ensemble_size": ("ensemble", "n_models", "num_models", "n_estimators"),
    "micro_batch_size": ("accumulate", "gradient_accumulation_steps", "accumulate_grad_batches"),
    "sample_rate": ("sr", "fs", "sampling_rate"),
    "n_fft": ("fft_size", "win_length", "window_size", "window_length", "frame_length"),
    "hop_length": ("hop", "hop_size", "hop_samples", "stride", "frame_shift"),
    "n_mels": ("mels", "num_mels", "mel_bins", "num_mel_bins"),
    "n_mfcc": ("num_ceps", "coefficients"),
    "f_min": ("fmin", "low_freq"),
    "f_max": ("fmax", "high_freq"),
    "frames": ("duration", "length", "max_length", "seconds", "clip_length"),
    "validation": ("val", "valid", "val_size", "dev", "validation_split"),
    "test": ("test_size", "holdout"),
    "seed": ("random_state", "random_seed"),
    "root": ("folder", "dir", "data_dir", "directory", "path"),
    "dataset": ("data", "datasets"),
    "augment": ("augmentation", "augmentations", "transforms"),
    "model": ("network", "net", "architecture", "arch"),
    "evaluate": ("metrics", "evaluation"),
    "probability": ("p", "prob"),
    "workers": ("num_workers", "n_jobs", "jobs", "processes"),
}
"""Names of options -> what other tools call the like."""

_OURS = {theirs: ours for ours, names in CALLED_ELSEWHERE.items() for theirs in names}


def unknown_option(name: str, table: Place, root: Place) -> str:
    """What to say of the key ``name`` of ``table``, which has no such option."""
    return f"unknown option '{name}'{_advice(name, table, root) or '; available: ' + _list(table.options)}"


def _advice(name: str, table: Place, root: Place) -> str:
    if others := list(tables_with(name, root)):
        return f"; it belongs in {_or(others)}"
    if (ours := _OURS.get(name.lower().replace("-", "_"))) and ours in table.options:
        return f"; did you mean '{ours}'?"
    if close := did_you_mean(name, table.options):
        return close
    others = list(tables_with(ours, root)) if ours else []
    return f"; did you mean '{ours}' in {_or(others)}?" if others else ""


def tables_with(option: str, place: Place) -> Iterator[str]:
    """The tables below ``place``, as the recipe has them or would, that have this option: ``[train.optimizer]``."""
    if option in place.possible_options:
        yield f"[{'.'.join(map(str, place.path))}]" if place.path else "the top of the recipe"
    for table in _tables_in(place):
        yield from tables_with(option, table)


def _tables_in(place: Place) -> Iterator[Place]:
    if isinstance(place.value, list):
        yield from (replace(place, path=(*place.path, n), value=value) for n, value in enumerate(place.value))
    elif place.owner and len(place.path) < 3:
        held = place.value if isinstance(place.value, dict) else {}
        for name, field in place.owner.model_fields.items():
            yield Place((*place.path, name), held.get(name), field.annotation)


def _or(tables: list[str], most: int = 3) -> str:
    return " or ".join(tables[:most])


def _list(options: list[str]) -> str:
    return ", ".join(options) or "none"
