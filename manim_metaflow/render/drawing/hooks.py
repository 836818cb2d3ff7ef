"""Whether what runs and draws in a scene is Manim's own code or ours.

The fast engine stands in for some of Manim's functions, and skips others where they would change nothing.
That holds as long as these functions are Manim's: a scene, a mobject or a patch may put others in their
place, on a class or on a single object, at any time. So they are looked up where Python would look for them,
and never assumed.
"""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

import manim
from manim.camera.camera import Camera
from manim.camera.moving_camera import MovingCamera
from manim.mobject.mobject import Mobject
from manim.mobject.types.image_mobject import ImageMobject
from manim.mobject.types.vectorized_mobject import VMobject
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene import Scene
from manim.scene.scene_file_writer import SceneFileWriter

__all__ = ["HOOKS", "is_known", "overridden", "replaced", "replaced_in_module"]

_ROOTS = (f"{Path(str(manim.__file__)).parent}{os.sep}", f"{Path(__file__).parents[2]}{os.sep}")
"""Where Manim's code is, and ours."""

_STDLIB = f"{sysconfig.get_paths()['stdlib']}{os.sep}"
_ACCESS = {"__getattr__", "__getattribute__", "__setattr__", "__delattr__"}
"""With these a class decides what every other name means."""


@cache
def _is_known_file(path: str) -> bool:
    return path.startswith(_ROOTS) or (path.startswith(_STDLIB) and "site-packages" not in path)


def is_known(value: object, seen: set[int] | None = None) -> bool:
    """Return whether a value, if it is called, runs only Manim's code, ours and Python's.

    What a function was made with counts too: a lambda of ours may call one of the user's.
    """
    seen = set() if seen is None else seen
    # Functions that call each other hold each other in their closures.
    if id(value) in seen:
        return True
    seen.add(id(value))
    # Not by `__module__`, which `functools.wraps` copies from the function that is replaced.
    if isinstance(value, FunctionType) and not _is_known_file(value.__code__.co_filename):
        return False
    return all(is_known(each, seen) for each in _inside(value))


def _inside(value: Any) -> Iterable[object]:
    """Return what a value may call when it is called."""
    match value:
        case FunctionType():
            cells = map(_content, value.__closure__ or ())
            found = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values(), *cells]
        case MethodType() | staticmethod() | classmethod():
            found = [value.__func__]
        case partial():
            found = [value.func, *value.args, *value.keywords.values()]
        case property():
            found = [value.fget, value.fset]
        case list() | tuple():
            found = list(value)
        case dict():
            found = list(value.values())
        case type():
            found = []
        case _:
            call = getattr(type(value), "__call__", None)  # noqa: B004 - what it runs, not whether it runs
            found = [call] if isinstance(call, FunctionType) else []
    return found


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty as long as the name that it stands for has no value
        return None


def overridden(kinds: Iterable[type], allowed: frozenset[str] = frozenset()) -> str | None:
    """Name what stands in the place of something of Manim's or ours in classes; ``None`` if nothing does.

    Names that Manim and this package do not have are never called by them, and left out.

    Parameters
    ----------
    kinds
        The classes; their bases are searched, too.
    allowed
        Names that may be overridden. ``__init__`` always may.
    """
    kinds = set(kinds)
    for base in {base for kind in kinds for base in kind.__mro__}:
        # To compare a class with itself as it was takes microseconds, to search it anew milliseconds.
        if vars(base) != _as_searched.get(base):
            # A copy, as `vars` follows every change. What was found is dropped for all classes: any of them
            # may inherit from this one.
            _as_searched[base] = dict(vars(base))
            _found.clear()
    for kind in kinds:
        if (kind, allowed) not in _found:
            _found[kind, allowed] = _search(kind, allowed)
    return next((found for kind in kinds if (found := _found[kind, allowed]) is not None), None)


_as_searched: dict[type, dict[str, object]] = {}
_found: dict[tuple[type, frozenset[str]], str | None] = {}


def _search(kind: type, allowed: frozenset[str]) -> str | None:
    known = {name for base in kind.__mro__ if _is_known_class(base) for name in vars(base)} | _ACCESS
    for base in kind.__mro__:
        for name, value in vars(base).items():
            # By the function's own name: Manim keeps the `__init__` of a class under a second one.
            is_init = getattr(value, "__name__", name) == "__init__"
            if name in known and not is_init and name not in allowed and not is_known(value):
                return f"{base.__name__}.{name}"
    return None


def _is_known_class(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in ("manim", "manim_metaflow", "builtins")


def _functions(kind: type, names: Iterable[str] | None = None) -> dict[str, object]:
    """Look up what a class has by some names, or all its functions and properties.

    What was replaced before this module was imported is no longer Manim's: nothing equals the object that
    stands for it.
    """
    # A Manim that the engine was not tested with may lack some: it draws everything itself.
    found = {name: getattr(kind, name, None) for name in names or dir(kind)}
    chosen = {
        name: value
        for name, value in found.items()
        if names or (isinstance(value, FunctionType | property) and not name.startswith("__"))
    }
    return {name: value if is_known(value) else object() for name, value in chosen.items()}


_FAMILY = ("family_members_with_points", "get_family", "get_num_points")
_PAINT = (
    "consider_points_equals_2d",
    "get_background_image",
    "get_fill_rgbas",
    "get_gradient_start_and_end_points",
    "get_stroke_rgbas",
    "get_stroke_width",
    "get_subpath_split_indices_from_points",
)

HOOKS: Mapping[type, Mapping[str, object]] = {
    Camera: _functions(Camera),
    MovingCamera: _functions(MovingCamera),
    CairoRenderer: _functions(CairoRenderer),
    SceneFileWriter: _functions(SceneFileWriter, ["write_frame", "save_image"]),
    Mobject: _functions(Mobject, _FAMILY),
    VMobject: _functions(VMobject, [*_FAMILY, *_PAINT]),
    ImageMobject: _functions(ImageMobject, [*_FAMILY, "get_pixel_array"]),
    Scene: _functions(Scene),
}
"""Of each class, the functions that the engine stands in for or relies on, as Manim has them."""


def _called(functions: Iterable[object]) -> dict[tuple[int, str], tuple[dict[str, Any], object]]:
    """Collect what functions of Manim's call by a name of their module, and what that calls in turn.

    By module and name: the names of the module, and the function or class that this one had.
    """
    found: dict[tuple[int, str], tuple[dict[str, Any], object]] = {}
    waiting = [each for each in functions if isinstance(each, FunctionType)]
    seen: set[int] = set()
    while waiting:
        function = waiting.pop()
        if id(function) in seen or not _is_known_file(function.__code__.co_filename):
            continue
        seen.add(id(function))
        names = function.__globals__
        for name in _names(function.__code__):
            value = names.get(name)
            if isinstance(value, FunctionType | type):
                found[id(names), name] = names, value if is_known(value) else object()
                waiting += [value] if isinstance(value, FunctionType) else []
    return found


def _names(code: CodeType) -> Iterable[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


_CALLED = tuple(
    (names, name, value)
    for (_, name), (names, value) in _called(
        getattr(hook, "fget", hook) for hooks in HOOKS.values() for hook in hooks.values()
    ).items()
)
"""A module's names, one of them, and what it stood for when this was imported.

Manim's methods are hooks; the functions that they call by name can be put in another's place as well.
"""


def replaced_in_module() -> str | None:
    """Name a function or class of a module of Manim's that is not Manim's own any more.

    >>> replaced_in_module()
    """
    # A tour of some hundred names takes as long as drawing one short line.
    return next(
        (f"{names['__name__']}.{name}" for names, name, value in _CALLED if names.get(name) is not value),
        None,
    )


def replaced(owner: object, base: type, kind: type | None = None) -> str | None:
    """Name a hook that is not Manim's own any more in an object, or in its class; ``None`` if all are.

    Parameters
    ----------
    owner
        The object: a function may be patched on it alone.
    base
        The class in :data:`HOOKS`.
    kind
        The class to look in; by default the object's.
    """
    hooks = HOOKS[base]
    own = vars(owner).keys()
    if not own.isdisjoint(hooks):
        return next(name for name in hooks if name in own)
    kind = kind or type(owner)
    return next((name for name, hook in hooks.items() if getattr(kind, name, None) is not hook), None)
