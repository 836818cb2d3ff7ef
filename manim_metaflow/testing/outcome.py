"""The result of comparing one picture with its baseline."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Outcome"]


@dataclass
class Outcome:
    """How one picture compared. Plain data: it is sent with the test's report, also between processes."""

    nodeid: str
    module: str
    file: str
    """Path of the baselines, without suffix."""
    structure: str = ""
    """``same``, ``failed``, ``missing``, ``updated``, ``refused`` or, if not comparable, empty."""
    pixels: str = ""
    failures: list[str] = field(default_factory=list)
    not_comparable: list[str] = field(default_factory=list)
    structure_diff: str = ""
    expected: bytes = b""
    got: bytes = b""
    difference: bytes = b""
    new_structure: str = ""
    fingerprint: dict[str, str] = field(default_factory=dict)

    def fail(self, layer: str, message: str) -> None:
        """Record that one of the layers, ``structure`` or ``pixels``, failed."""
        setattr(self, layer, "failed")
        self.failures.append(message)

    def update(self, png: bytes, structure: str, fingerprint: dict[str, str]) -> None:
        """Record the new baseline; it is written at the end of the run."""
        self.structure = self.pixels = "updated"
        self.got, self.new_structure, self.fingerprint = png, structure, fingerprint

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return asdict(self)
