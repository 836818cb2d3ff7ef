"""What a record does not hold gets a message, with the near name where it looks like a slip."""

from collections.abc import Callable

import pytest
from recorded import FLOWS, recorded

from manim_metaflow.errors import UnknownNameError, UsageError
from manim_metaflow.facts import load_flow
from manim_metaflow.facts.records import KeyEntry, KeyMapRecord, StorageRecord, TaskKeys

MODEL = KeyEntry("model", "198756254ce2c5bd6d8efd2d4b85f9c8a9d4b6f0", 26)
KEYS = KeyMapRecord(1, True, (KeyEntry("_task_ok", "4028827530eb", 5), MODEL))
STORED = StorageRecord(
    "Cake", "7", "local", (TaskKeys("mix", "1"), TaskKeys("bake", "2", (KEYS,)), TaskKeys("bake", "3"))
)

MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "a step of a flow": (
        lambda: load_flow(FLOWS / "branch.py")["strat"],
        "BranchFlow has no step 'strat'. Did you mean start?",
    ),
    "a step of a run": (
        lambda: recorded("branch").tasks_of("jion"),
        "BranchFlow has no step 'jion'. Did you mean join? Its steps are: start, a, b, join, end.",
    ),
    "a task of a run": (
        lambda: recorded("branch")["strat/1"],
        "has no task 'strat/1'. Did you mean start/1?",
    ),
    "a step of a storage": (
        lambda: STORED.tasks_of("bkae"),
        "The storage of Cake/7 holds nothing of a step 'bkae'. Did you mean bake? Its steps are: mix, bake.",
    ),
    "a step that stored nothing": (
        lambda: STORED.tasks_of("eat"),
        "The storage of Cake/7 holds nothing of a step 'eat'. Its steps are: mix, bake.",
    ),
    "a task of a storage": (
        lambda: STORED["bake/4"],
        "The storage of Cake/7 has no task 'bake/4'. Did you mean bake/3? Its tasks are: mix/1,",
    ),
    "a key of a storage": (
        lambda: STORED.blob(MODEL.sha),
        f"The storage of Cake/7 has no key '{MODEL.sha}'. It has no keys.",
    ),
    "a name of a key map": (
        lambda: STORED["bake/2"].last["modle"],
        "The key map of attempt 1 has no 'modle'. Did you mean model? Its artifacts are: model.",
    ),
}


@pytest.mark.parametrize(("ask", "message"), MISTAKES.values(), ids=MISTAKES)
def test_an_unknown_name_gets_a_message(ask: Callable[[], object], message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask()
    assert message in str(caught.value)
    # As one expects of record[name], and of a mistake of the caller's.
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, UsageError)


def test_names_that_there_are_get_what_they_stand_for() -> None:
    assert [task.path for task in STORED.tasks_of("bake")] == ["bake/2", "bake/3"]
    assert STORED["bake/2"].last["model"] is MODEL


def test_a_step_that_the_run_never_came_to_has_no_tasks() -> None:
    assert recorded("failed chain").tasks_of("end") == ()
