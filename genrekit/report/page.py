"""From a template and facts to one HTML file that loads nothing: style, script, pictures and sound are inside.

Two safeguards stand behind each other. Templates escape whatever they are given, so a label named ``<script>`` is shown
as written. And the page's Content-Security-Policy allows no network and no script but the one whose hash it names.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import math
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2

POLICY = (
    "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; script-src 'sha256-{script}'; "
    "base-uri 'none'; form-action 'none'"
)


def render(template: str, **facts: Any) -> str:
    """The page that ``template`` (a file of ``genrekit/templates``) makes of ``facts``; none may lack."""
    script = _asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assets = {"style": _asset("page.css"), "script": script, "policy": POLICY.format(script=digest)}
    return _environment().get_template(template).render(**assets, **facts)


def _asset(name: str) -> str:
    return resources.files("genrekit").joinpath("templates", name).read_text(encoding="utf-8")


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("genrekit", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"figure": figure, "percent": percent, "title": title, "count": count}
    return environment


def figure(value: Any, digits: int = 3) -> str:
    """A figure for people: 0.983, 12.5, 60; "–" for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    if isinstance(value, int) or (value.is_integer() and abs(value) >= 2):
        return f"{value:,.0f}"
    small = 0 < abs(value) < 10.0**-digits
    return f"{value:.2g}" if small else f"{value:.{digits}f}"


def percent(value: Any, digits: int = 0) -> str:
    """A share as a percentage; "–" for what is no finite number."""
    finite = isinstance(value, int | float) and math.isfinite(value)
    return f"{100 * value:.{digits}f} %" if finite else "–"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """ "1 clip", "12,000 clips"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


TERMS = {
    "f1": "F1",
    "ece": "ECE",
    "map": "mAP",
    "roc": "ROC",
    "auc": "AUC",
    "ap": "AP",
    "lr": "learning rate",
    "brier": "Brier score",
}
"""Words of figures' names that are written otherwise."""


def title(name: str) -> str:
    """A figure's name for people: "macro_f1" -> "macro F1"."""
    return " ".join(TERMS.get(word, word) for word in name.split("_"))
