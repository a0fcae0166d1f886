"""A stand-in for the Hugging Face Hub: those parts of its API that huggingface_hub uses for models."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "hf_of_somebody"
LARGE = (".onnx", ".safetensors")


@dataclass
class Repository:
    """Commits, oldest first; each is all of the files."""

    private: bool
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def commit(self, branch: str, files: dict[str, bytes]) -> str:
        sha = hashlib.sha1(repr((len(self.commits), sorted(files.items()))).encode()).hexdigest()
        self.commits[sha], self.branches[branch] = files, sha
        return sha

    def resolve(self, revision: str) -> str | None:
        return self.branches.get(revision) or (revision if revision in self.commits else None)


@dataclass
class Hub:
    """What the server knows, and what it was asked."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    """(method, path, Range header)"""
    break_off: int | None = None
    """After so many bytes of the next large file the connection breaks."""
    url: str = ""

    def create(self, name: str, private: bool) -> bool:
        if name in self.repositories:
            return False
        self.repositories[name] = Repository(private)
        self.repositories[name].commit("main", {".gitattributes": b""})
        return True


class Answer(Exception):  # noqa: N818
    """Ends a request."""

    def __init__(self, status: int, body: Any = None, code: str | None = None) -> None:
        self.status, self.body, self.code = status, {} if body is None else body, code


class Handler(BaseHTTPRequestHandler):
    """Answers for ``server.hub``."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        return

    @property
    def hub(self) -> Hub:
        return self.server.hub

    def _any(self) -> None:
        url = urlsplit(self.path)
        path, self.query = unquote(url.path), parse_qs(url.query)
        length = int(self.headers.get("content-length") or 0)
        self.content = self.rfile.read(length) if length else self._chunks()
        self.hub.requests.append((self.command, path, self.headers.get("range")))
        try:
            for pattern, answer in ROUTES:
                if match := re.fullmatch(pattern, f"{self.command} {path}"):
                    answer(self, *match.groups())
                    return
            raise Answer(404, {"error": f"no route for {self.command} {path}"})
        except Answer as found:
            self._json(found.status, found.body, found.code)

    do_GET = do_HEAD = do_POST = do_PUT = _any  # noqa: N815

    def _chunks(self) -> bytes:
        content = b""
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        return content

    def _json(self, status: int, body: Any, code: str | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        if code:
            self.send_header("x-error-code", code)
            self.send_header("x-error-message", body.get("error", code))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    @property
    def known(self) -> bool:
        return self.headers.get("authorization") == f"Bearer {TOKEN}"

    def repository(self, name: str) -> Repository:
        found = self.hub.repositories.get(name)
        if found is None or (found.private and not self.known):
            raise Answer(404 if self.known else 401, {"error": "Repository not found"}, "RepoNotFound")
        return found

    def commit(self, name: str, revision: str) -> tuple[str, dict[str, bytes]]:
        repository = self.repository(name)
        sha = repository.resolve(revision)
        if sha is None:
            raise Answer(404, {"error": f"Invalid rev id: {revision}"}, "RevisionNotFound")
        return sha, repository.commits[sha]

    def writing(self, name: str) -> Repository:
        if not self.known:
            raise Answer(401, {"error": "Invalid username or password."})
        if not name.startswith("somebody/"):
            raise Answer(403, {"error": f"You do not have the rights to write to {name}"})
        return self.repository(name)


class Server(ThreadingHTTPServer):
    """Listens on the loopback interface."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.hub = Hub()
        self.hub.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=lambda: self.serve_forever(0.05), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


def create(handler: Handler) -> None:
    asked = json.loads(handler.content)
    name = f"{asked.get('organization') or 'somebody'}/{asked['name']}"
    if not handler.known:
        raise Answer(401, {"error": "Invalid username or password."})
    if not name.startswith("somebody/"):
        raise Answer(403, {"error": f"You don't have the rights to create a model under {name}"})
    made = handler.hub.create(
        name, asked.get("visibility", "private" if asked.get("private") else "public") == "private"
    )
    raise Answer(200 if made else 409, {"url": f"{handler.hub.url}/{name}", "name": name, "error": "exists"})


def info(handler: Handler, name: str, revision: str | None = None) -> None:
    sha, files = handler.commit(name, revision or "main")
    siblings = [{"rfilename": path} for path in files]
    private = handler.repository(name).private
    raise Answer(200, {"id": name, "sha": sha, "private": private, "siblings": siblings, "tags": [], "downloads": 0})


def tree(handler: Handler, name: str, revision: str) -> None:
    _, files = handler.commit(name, revision)
    rows = [{"type": "file", "path": path, "size": len(files[path]), "oid": "0" * 40} for path in files]
    raise Answer(200, rows)


def branch(handler: Handler, name: str, wanted: str) -> None:
    repository = handler.writing(name)
    if wanted in repository.branches:
        raise Answer(409, {"error": "exists"})
    repository.branches[wanted] = repository.branches["main"]
    raise Answer(201)


def card_is_valid(handler: Handler) -> None:
    begins = json.loads(handler.content)["content"].startswith("---\n")
    raise Answer(200 if begins else 400, {"errors": [] if begins else [{"message": "no metadata"}], "warnings": []})


def preupload(handler: Handler, name: str, revision: str) -> None:
    handler.writing(name)
    files = [
        {
            "path": file["path"],
            "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
            "shouldIgnore": False,
        }
        for file in json.loads(handler.content)["files"]
    ]
    raise Answer(200, {"files": files})


def batch(handler: Handler, name: str) -> None:
    handler.writing(name)
    objects = []
    for wanted in json.loads(handler.content)["objects"]:
        upload = {"upload": {"href": f"{handler.hub.url}/large/{wanted['oid']}"}}
        objects.append(wanted if wanted["oid"] in handler.hub.large else wanted | {"actions": upload})
    raise Answer(200, {"transfer": "basic", "objects": objects})


def upload(handler: Handler, oid: str) -> None:
    assert hashlib.sha256(handler.content).hexdigest() == oid
    handler.hub.large[oid] = handler.content
    raise Answer(200)


def commit(handler: Handler, name: str, revision: str) -> None:
    repository = handler.writing(name)
    files = dict(handler.commit(name, revision)[1])
    for line in handler.content.splitlines():
        part = json.loads(line)
        value = part["value"]
        if part["key"] == "file":
            files[value["path"]] = base64.b64decode(value["content"])
        elif part["key"] == "lfsFile":
            files[value["path"]] = handler.hub.large[value["oid"]]
        elif part["key"] == "deletedFile":
            del files[value["path"]]
    sha = repository.commit(revision, files)
    raise Answer(200, {"commitOid": sha, "commitUrl": f"{handler.hub.url}/{name}/commit/{sha}"})


def resolve(handler: Handler, name: str, revision: str, path: str) -> None:
    sha, files = handler.commit(name, revision)
    if path not in files:
        raise Answer(404, {"error": "Entry not found"}, "EntryNotFound")
    content = files[path]
    begin = int((handler.headers.get("range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
    handler.send_response(206 if begin else 200)
    handler.send_header("etag", f'"{hashlib.sha256(content).hexdigest()}"')
    handler.send_header("x-repo-commit", sha)
    handler.send_header("accept-ranges", "bytes")
    handler.send_header("content-length", str(len(content) - begin))
    if begin:
        handler.send_header("content-range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
    handler.end_headers()
    if handler.command == "GET":
        _send(handler, content[begin:], path)


def _send(handler: Handler, content: bytes, path: str) -> None:
    if handler.hub.break_off is not None and path.endswith(LARGE):
        content, handler.hub.break_off = content[: handler.hub.break_off], None
        handler.close_connection = True
    handler.wfile.write(content)


NAME = r"([\w.-]+/[\w.-]+)"
ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"POST /api/repos/create", create),
    (r"POST /api/validate-yaml", card_is_valid),
    (rf"GET /api/models/{NAME}", info),
    (rf"GET /api/models/{NAME}/revision/(.+)", info),
    (rf"GET /api/models/{NAME}/tree/([^/]+)", tree),
    (rf"POST /api/models/{NAME}/branch/(.+)", branch),
    (rf"POST /api/models/{NAME}/preupload/(.+)", preupload),
    (rf"POST /api/models/{NAME}/commit/(.+)", commit),
    (rf"POST /{NAME}\.git/info/lfs/objects/batch", batch),
    (r"PUT /large/(\w+)", upload),
    (rf"(?:GET|HEAD) /{NAME}/resolve/([^/]+)/(.+)", resolve),
]
