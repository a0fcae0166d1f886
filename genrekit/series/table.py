"""A series of runs as a table: the folds, the seeds, the mean, the deviations, and all test clips together."""

from __future__ import annotations

from typing import Any

SHOWN = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced",
    "macro_f1": "macro F1",
    "mean_average_precision": "mAP",
    "micro_f1": "micro F1",
    "log_loss": "log loss",
}
"""Figure -> its column's title, where an evaluator gives it."""

Row = list[str]


def table(summary: dict[str, Any], metrics: dict[str, Any]) -> tuple[Row, list[Row]]:
    """Titles and rows."""
    shown = [name for name in SHOWN if name in summary["figures"]]
    rows = [*_each(summary, shown), *_spreads(summary, shown), _pooled(summary, metrics, shown)]
    return [summary["part"], "clips", *(SHOWN[name] for name in shown)], rows


def _each(summary: dict[str, Any], shown: list[str]) -> list[Row]:
    """A row for each fold, then one for each seed, where there are several."""
    done = [run for run in summary["runs"] if run["status"] == "finished"]
    seeds = len({run["seed"] for run in done}) > 1
    rows = []
    for fold in dict.fromkeys(run["fold"] for run in done if run["fold"]):
        runs = [run for run in done if run["fold"] == fold]
        title = f"fold {fold} ({runs[0]['held_out']})" + (f", {len(runs)} seeds" if seeds else "")
        rows.append([title, _clips(runs), *(number(summary["figures"][name]["by_fold"][str(fold)]) for name in shown)])
    for seed in dict.fromkeys(run["seed"] for run in done if seeds):
        runs = [run for run in done if run["seed"] == seed]
        title = f"seed {seed}" + (f", {len(runs)} folds" if runs[0]["fold"] else "")
        rows.append([title, "", *(number(summary["figures"][name]["by_seed"][str(seed)]) for name in shown)])
    return rows


def _spreads(summary: dict[str, Any], shown: list[str]) -> list[Row]:
    rows = [["mean", "", *(number(summary["figures"][name]["mean"]) for name in shown)]]
    for key, title in (("std_over_folds", "std over folds"), ("std_over_seeds", "std over seeds")):
        values = [summary["figures"][name][key] for name in shown]
        if values and None not in values:
            rows.append([title, "", *map(number, values)])
    return rows


def _pooled(summary: dict[str, Any], metrics: dict[str, Any], shown: list[str]) -> Row:
    figures = metrics[summary["part"]]
    return ["all together", str(summary["clips"]), *(_with_interval(figures, name) for name in shown)]


def _with_interval(figures: dict[str, Any], name: str) -> str:
    bounds = figures.get("intervals", {}).get(name)
    value = number(figures[name]) if name in figures else "-"
    return f"{value} [{number(bounds['low'])}, {number(bounds['high'])}]" if bounds else value


def _clips(runs: list[dict[str, Any]]) -> str:
    counts = {round(run["figures"]["n_clips"]) for run in runs if "n_clips" in run["figures"]}
    return str(counts.pop()) if len(counts) == 1 else ""


def number(value: float | None) -> str:
    """Four decimals."""
    return "-" if value is None else f"{value:.4f}"
