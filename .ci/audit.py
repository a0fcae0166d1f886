"""Asks a public service for known vulnerabilities of what constraints.txt pins.

    python .ci/audit.py PIP_AUDIT

PIP_AUDIT is pip-audit's program. Exit code 1 if it finds one. A network without that service, or with a mirror that
does not answer for it, is told from "nothing found" by first asking about a release that is known to be vulnerable:
where nothing is known of that one, the audit is skipped, and says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
KNOWN_TO_BE_VULNERABLE = "jinja2==2.10"
LONGEST_S = 180


def main() -> int:
    """The exit code."""
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.txt"
        known.write_text(KNOWN_TO_BE_VULNERABLE)
        if not vulnerable(asked(known)):
            return told("not reachable: skipped (nothing is known of a release that is vulnerable)", 0)
    answers = asked(CONSTRAINTS)
    if answers is None:
        return told("not reachable: skipped (no answer in time)", 0)
    found = vulnerable(answers)
    for package in found:
        print(f"  {package['name']} {package['version']}: {', '.join(each['id'] for each in package['vulns'])}")
    unknown = sum("skip_reason" in package for package in answers)
    return told(f"{len(answers)} packages, {unknown} of them unknown, {len(found)} vulnerable", bool(found))


def asked(requirements: Path) -> list[dict[str, Any]] | None:
    """What the service says of each pinned package; None if it does not answer."""
    options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off", "-r", str(requirements)]
    try:
        done = subprocess.run([sys.argv[1], *options], capture_output=True, text=True, timeout=LONGEST_S, check=False)
        answers: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
        return None
    return answers


def vulnerable(answers: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Those of which a vulnerability is known."""
    return [package for package in answers or [] if package.get("vulns")]


def told(what: str, code: int) -> int:
    print(f"dependency audit: {what}")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
