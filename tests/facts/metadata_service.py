"""A metadata service on loopback that keeps everything in memory and speaks what Metaflow's own speaks."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = re.compile(
    r"^/flows/(?P<flow>[^/]+)(?:/runs/(?P<run>[^/]+))?(?:/steps/(?P<step>[^/]+))?(?:/tasks/(?P<task>[^/]+))?"
    r"(?P<rest>(?:/[a-z_]+)?)$"
)
NAMES = ("flow", "run", "step", "task")
LISTS = {"/runs": 2, "/steps": 3, "/tasks": 4}


class Held:
    """What was registered, by flow, run, step and task."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.objects: dict[tuple[str, ...], dict[str, Any]] = {}
        self.metadata: list[tuple[tuple[str, ...], dict[str, Any]]] = []
        self.numbers = iter(range(1, 10**6))
        self.requests: list[str] = []

    def get(self, names: tuple[str, ...], rest: str) -> Any:
        if rest == "/metadata":
            return [datum for place, datum in self.metadata if place[: len(names)] == names]
        if rest in LISTS:
            return [o for k, o in self.objects.items() if len(k) == LISTS[rest] and k[: len(names)] == names]
        return self.objects.get(names)

    def post(self, names: tuple[str, ...], rest: str, body: Any) -> Any:
        now = int(time.time() * 1000)
        if rest == "/metadata":
            place = dict(zip(("flow_id", "run_number", "step_name", "task_id"), names, strict=True))
            self.metadata += [(names, {**datum, **place, "ts_epoch": now}) for datum in body]
            return {"metadata_created": len(body)}
        if rest in ("/artifact", "/heartbeat"):
            return {"wait_time_in_seconds": 10}
        made = {**(body or {}), "ts_epoch": now, "flow_id": names[0]}
        if rest == "/run":
            names = (*names, str(made.get("run_number") or next(self.numbers)))
            made["run_number"] = names[1]
        elif rest == "/task":
            names = (*names, str(made.get("task_id") or next(self.numbers)))
            made |= {"run_number": names[1], "step_name": names[2], "task_id": names[3]}
        if names in self.objects:
            return None
        self.objects[names] = made
        return made


def handler(held: Held) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(held.get, missing=404)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
            self.answer(lambda names, rest: held.post(names, rest, body), missing=409)

        def answer(self, ask: Any, missing: int) -> None:
            path = self.path.partition("?")[0]
            found = PATH.match(path)
            with held.lock:
                held.requests.append(f"{self.command} {path}")
                names = tuple(found[name] for name in NAMES if found[name]) if found else ()
                said = ask(names, found["rest"]) if found else "pong"
            text = json.dumps(said).encode()
            self.send_response(missing if said is None else 200)
            self.send_header("METADATA_SERVICE_VERSION", "2.4.0")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def service() -> Iterator[tuple[str, Held]]:
    """Start a service; its address and what it holds."""
    held = Held()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(held))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", held
    finally:
        server.shutdown()
        thread.join()
