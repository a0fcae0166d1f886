"""The HTML report: one file that works offline, in light and dark, on a phone and on a desk.

`write_report` makes a run's page. `page.render` and the macros in ``genrekit/templates`` are for other pages too: a
template that says ``{% extends "page.html" %}`` has the style, the script, the theme switch and the safety of this one.
"""

from __future__ import annotations

from genrekit.report.writing import write_report

__all__ = ["write_report"]
