"""A group whose members' kind is known to the type checker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from manim import VGroup, VMobject

__all__ = ["Parts"]

Part = TypeVar("Part", bound=VMobject)


class Parts(VGroup, Generic[Part]):
    """A :class:`~manim.mobject.types.vectorized_mobject.VGroup` of mobjects of one kind."""

    def __init__(self, *parts: Part) -> None:
        super().__init__(*parts)

    if TYPE_CHECKING:

        def __iter__(self) -> Iterator[Part]: ...

        def __getitem__(self, key: Any) -> Part: ...
