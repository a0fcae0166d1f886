"""A small HTTP server on this machine that can break off, forget ranges, or claim checksums."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Archive:
    """``break_after`` bytes of a response the connection closes, ``breaks`` times; ``ranges`` says what was asked."""

    content: bytes
    break_after: int = 0
    breaks: int = 0
    tag: str | None = '"v1"'
    date: str | None = None
    understands_ranges: bool = True
    status: int = 200
    claim: str | None = None
    ranges: list[str | None] = field(default_factory=list)
    sent: int = 0


@contextmanager
def serving(archive: Archive) -> Iterator[str]:
    """The address of a server that has ``archive``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(archive))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/genres.tar.gz"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(archive: Archive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            archive.ranges.append(asked)
            same = self.headers.get("If-Range") in (archive.tag, archive.date)
            start = (
                int(asked.removeprefix("bytes=").rstrip("-")) if asked and archive.understands_ranges and same else 0
            )
            if start >= len(archive.content) > 0:
                self.send_response(416)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if start else archive.status)
            self._headers(start)
            body = archive.content[start:]
            if archive.breaks:
                archive.breaks -= 1
                body = body[: archive.break_after]
                self.close_connection = True
            archive.sent += len(body)
            self.wfile.write(body)

        def _headers(self, start: int) -> None:
            total = len(archive.content)
            headers = {"Content-Length": str(total - start), "ETag": archive.tag, "Last-Modified": archive.date}
            headers["X-Linked-Etag"] = archive.claim
            if start:
                headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
            for name, value in headers.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
