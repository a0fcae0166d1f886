"""The repository's Markdown pages, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Page:
    """One page; ``path`` is relative to the repository."""

    path: str

    @property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return re.sub(r"^```.*?^```$", "", self.text, flags=re.MULTILINE | re.DOTALL)

    def blocks(self, language: str) -> list[str]:
        """The content of every code block of a language."""
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, flags=re.MULTILINE | re.DOTALL)

    def block(self, language: str, holding: str) -> str:
        """The one block of a language that holds a text."""
        (found,) = [block for block in self.blocks(language) if holding in block]
        return found

    def links(self) -> list[str]:
        """What links lead to, except into the web."""
        return [link for link in re.findall(r"\]\(([^)]+)\)", self.prose) if "://" not in link]

    def anchors(self) -> list[str]:
        """What links to headings are called."""
        headings = re.findall(r"^#+ (.+)$", self.prose, flags=re.MULTILINE)
        return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def pages() -> list[Page]:
    """README and everything below docs/."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [Page(path.relative_to(ROOT).as_posix()) for path in found if "templates" not in path.parts]
