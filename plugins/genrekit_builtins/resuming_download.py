"""A downloader for pooch that goes on where it stopped: pooch's own starts over.

What has come is kept in a file of its own, with the server's name for that version of the data beside it. A later
request asks for the rest "if it is still that version" (RFC 9110: Range, If-Range); a server that cannot do this, or
has another version, sends everything.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

CHUNK = 1 << 18


class BrokenOffError(OSError):
    """The server stopped before everything had come."""


class ResumingDownload:
    """Callable as pooch calls its downloaders. ``partial`` is where an unfinished download is kept.

    A connection that breaks is tried again, ``attempts`` times in a row at most; progress starts the count anew.
    """

    def __init__(self, partial: Path, attempts: int = 3, pause_s: float = 1.0) -> None:
        self.partial, self.version = partial, partial.with_suffix(".version")
        self.attempts, self.pause_s = attempts, pause_s

    def __call__(self, url: str, output_file: str, _pooch: Any = None) -> None:
        """Fetch ``url`` into ``output_file``. Raises what requests and urllib3 raise; ValueError for wrong content."""
        import requests
        from urllib3.exceptions import HTTPError as TransportError

        left = self.attempts
        while True:
            before = self._size()
            try:
                self._fetch(url)
                break
            except (requests.ConnectionError, requests.Timeout, TransportError, BrokenOffError):
                left = self.attempts if self._size() > before else left - 1
                if left <= 0:
                    raise
                time.sleep(self.pause_s)
        self.version.unlink(missing_ok=True)
        self.partial.replace(output_file)

    def _fetch(self, url: str) -> None:
        import requests

        # What is compressed on the way has another checksum and cannot be resumed.
        headers = {"Accept-Encoding": "identity"} | self._asking_for_the_rest(url)
        with requests.get(url, headers=headers, stream=True, timeout=(10, 30)) as response:
            if response.status_code == 416:
                self._forget()
                raise BrokenOffError("the server refuses to go on where the download stopped")
            response.raise_for_status()
            self._receive(response, self._start(url, response))
            self._check_claim(response)

    def _asking_for_the_rest(self, url: str) -> dict[str, str]:
        if not self._size() or not self.version.exists():
            return {}
        known = json.loads(self.version.read_text(encoding="utf-8"))
        return {"Range": f"bytes={self._size()}-", "If-Range": known["version"]} if known["url"] == url else {}

    def _start(self, url: str, response: Any) -> int:
        """Where in the data the response begins; the version of data that begins anew is noted down."""
        continued = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        if response.status_code == 206 and continued and int(continued.group(1)) == self._size():
            return self._size()
        self._forget()
        tag, date = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
        version = tag if tag.startswith('"') else date
        if version:
            self.version.write_text(json.dumps({"url": url, "version": version}), encoding="utf-8")
        return 0

    def _receive(self, response: Any, start: int) -> None:
        from tqdm.auto import tqdm  # type: ignore[import-untyped]

        rest = int(response.headers.get("Content-Length", 0))
        total = start + rest if rest else None
        bar = tqdm(
            total=total, initial=start, unit="B", unit_scale=True, unit_divisor=1024, desc="downloading", disable=None
        )
        with self.partial.open("ab") as file, bar:
            for chunk in response.raw.stream(CHUNK, decode_content=False):
                file.write(chunk)
                bar.update(len(chunk))
        if total and self._size() != total:
            raise BrokenOffError(f"only {self._size()} of {total} bytes came")

    def _check_claim(self, response: Any) -> None:
        """The Hugging Face Hub says the SHA-256 of large files in a header of its redirect."""
        for answer in (*response.history, response):
            claimed = answer.headers.get("X-Linked-Etag", "").strip('"')
            if re.fullmatch(r"[0-9a-f]{64}", claimed) and claimed != self._sha256():
                self._forget()
                raise ValueError(f"what came is not what the server says it has (sha256 {claimed})")

    def _sha256(self) -> str:
        with self.partial.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _size(self) -> int:
        return self.partial.stat().st_size if self.partial.exists() else 0

    def _forget(self) -> None:
        self.partial.unlink(missing_ok=True)
        self.version.unlink(missing_ok=True)
