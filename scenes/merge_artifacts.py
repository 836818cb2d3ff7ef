"""Merging artifacts: what a join sees, what it copies, and when it refuses.

``manim render scenes/merge_artifacts.py``. Everything on screen comes from the recordings of
``flows/merge.py`` and ``flows/merge_settled.py``; ``make recordings`` makes them anew.
"""

from pathlib import Path

import numpy as np
from manim import DOWN, LEFT, RIGHT, UL, UP, Create, FadeIn, FadeOut, LaggedStart, Line, VGroup

from manim_metaflow import (
    CodePanel,
    DeepDive,
    KeyMap,
    RunHeading,
    TextBlock,
    TextLabel,
    current_theme,
    load_flow,
    record_run,
)
from manim_metaflow.mobjects.shapes import Shape
from manim_metaflow.mobjects.storage.face import face_color
from manim_metaflow.storage import (
    BlobCell,
    BytesStrip,
    HashLabel,
    Inherit,
    MergeArtifacts,
    StoragePanel,
    WriteKeys,
)

HERE = Path(__file__).parent
MERGE, SETTLED = HERE / "flows" / "merge.py", HERE / "flows" / "merge_settled.py"

PLACES = {"start": (-4.7, 0.3), "left": (-0.3, 1.95), "right": (-0.3, -1.35), "join": (4.4, 0.3)}
WIDTH, ZOOM = 3.3, 1.18
PAIRS = [("start", "left"), ("start", "right"), ("left", "join"), ("right", "join")]


def recordings(**options):
    """Read the two runs of this film, or make them."""
    options = {"recordings": HERE / "recordings", "storage": True} | options
    return record_run(MERGE, **options), record_run(SETTLED, **options)


class MergeArtifactsScene(DeepDive):
    """What a join sees, what it copies, and when it refuses."""

    def construct(self):
        """Tell the story act by act."""
        self.clash, self.settled = recordings()
        self.show_title()
        self.branch_out()
        self.refuse()
        self.compare_labels()
        self.decide()
        self.merge()
        self.sum_up()

    def show_title(self):
        """Name the subject."""
        self.act("title")
        self.name = self.heading("merge_artifacts", "What a join sees, what it copies, when it refuses")
        self.name.center().scale(1.3)
        self.play(FadeIn(self.name, shift=0.2 * UP))
        self.wait(1.5)

    def branch_out(self):
        """Let two branches start from one map and go their own ways."""
        self.act("two branches")
        self.maps, self.lines = self.draw(self.clash)
        start, left, right, join = self.maps.values()
        self.head = RunHeading("run", self.clash).to_corner(UL, buff=0.4)
        with self.beat(
            "Two branches start from the map of one task. Both have its keys, neither has copied a byte."
        ):
            self.play(FadeOut(self.name, shift=0.2 * UP), FadeIn(self.head))
            self.play(WriteKeys(start))
            self.play(FadeIn(self.lines[0], self.lines[1]), Inherit(start, left), Inherit(start, right))
        with self.beat("left adds score, right adds error and appends to data. Each builds a set of labels."):
            self.play(WriteKeys(left, names=self.own("left")), WriteKeys(right, names=self.own("right")))
        with self.beat("A join has several parents, so it starts from none of them. Its own map is empty."):
            self.play(FadeIn(self.lines[2], self.lines[3], join))

    def refuse(self):
        """Merge, and find two names in conflict."""
        self.act("conflict")
        _, left, right, join = self.maps.values()
        [failed] = self.clash.tasks_of("join")
        merge = MergeArtifacts([left, right], join)
        with self.beat(
            "merge_artifacts looks at every name. One key in all inputs is fine. Two keys are a conflict."
        ):
            self.play(FadeOut(self.lines[2:]), merge)
        name = TextLabel(failed.exception.type.rpartition(".")[2], font_size=15.5, color=self.theme.failed)
        lines = failed.exception.message.splitlines()
        said = TextBlock(" ".join(lines[:2]).replace("*", ""), width=4.2, font_size=17, color=self.theme.text)
        error = VGroup(name, said).arrange(DOWN, buff=0.2, aligned_edge=LEFT)
        error.next_to(join, DOWN, buff=0.4).align_to(join, LEFT).shift(0.3 * LEFT)
        with self.beat("Then Metaflow raises, before anything is copied. The join's map stays empty."):
            self.play(FadeIn(error, shift=0.15 * UP))
        self.leaving = VGroup(*self.maps.values(), *self.lines[:2], merge.marks, error, self.head)

    def compare_labels(self):
        """Look at the two sets of labels."""
        self.act("keys, not values")
        held = self.clash.storage
        blobs = {step: held.blob(held.tasks_of(step)[0].last["labels"].sha) for step in ("left", "right")}
        one, other = (bytes.fromhex(blob.head) for blob in blobs.values())
        marked = tuple(at for at in range(len(one)) if one[at] != other[at])
        rows = VGroup()
        for step, blob in blobs.items():
            title = TextLabel(f"inputs.{step}.labels", font_size=22)
            value = TextLabel(f"= {blob.value}", font_size=20, color=self.theme.muted)
            strip = BytesStrip(blob, shown=30, font_size=18, marked=marked)
            key = HashLabel(blob.sha, letters=20, font_size=22)
            said = VGroup(title, value).arrange(RIGHT, buff=0.3)
            rows.add(VGroup(said, strip, key).arrange(DOWN, buff=0.28, aligned_edge=LEFT))
        rows.arrange(DOWN, buff=0.9, aligned_edge=LEFT).move_to(0.3 * UP)
        with self.beat(
            "The message speaks of values. But these two are equal: a set, made in two processes."
        ):
            said = [row[0] for row in rows]
            self.play(FadeOut(self.leaving), FadeIn(said[0], shift=0.15 * UP))
            self.play(FadeIn(said[1], shift=0.15 * UP))
        with self.beat(
            "Their bytes stand in another order, so their keys differ. Keys are all that a merge compares."
        ):
            self.play(LaggedStart(*[FadeIn(row[1], shift=0.15 * UP) for row in rows], lag_ratio=0.4))
            self.play(LaggedStart(*[FadeIn(row[2], shift=0.15 * UP) for row in rows], lag_ratio=0.4))
        self.leaving = rows

    def decide(self):
        """Let the join settle both."""
        self.act("settle it")
        step = load_flow(SETTLED)["join"]
        code = CodePanel(step.source, first_line=step.first_line, title="join", font_size=25).move_to(
            0.4 * UP
        )
        numbers = {word: number_of(step, word) for word in ("inputs.right.data", "exclude")}
        with self.beat(
            "So the join decides. It sets data itself: what it has set before, the merge leaves alone."
        ):
            self.play(FadeOut(self.leaving), FadeIn(code))
            first = code.mark([numbers["inputs.right.data"]], self.theme.highlight)
            self.play(FadeIn(first))
        with self.beat("And labels it leaves out."):
            self.play(FadeOut(first), FadeIn(code.mark([numbers["exclude"]], self.theme.highlight)))
            code.clear(first)
        self.leaving = code

    def merge(self):
        """Run again, and merge."""
        self.act("merge")
        self.maps, self.lines = self.draw(self.settled)
        _, left, right, join = self.maps.values()
        head = RunHeading("run", self.settled).to_corner(UL, buff=0.4)
        join.show_only()
        with self.beat(
            "Another run, the same branches. data is set from inputs.right: the same bytes, the same key."
        ):
            self.play(FadeOut(self.leaving), FadeIn(head, *self.maps.values(), self.lines))
            self.play(WriteKeys(join, {"data": right["data"]}, names=["data"]))
        with self.beat(
            "The rest is copied, key by key. rate comes from both sides, with one key. No bytes are read."
        ):
            self.play(MergeArtifacts([left, right], join, settled=["data", "labels"]))
        self.leaving = VGroup(head, *self.maps.values(), self.lines)

    def sum_up(self):
        """Find the blobs behind the join's names."""
        self.act("the sum")
        held = self.settled.storage
        [task] = held.tasks_of("join")
        keys = [entry.sha for entry in task.last.artifacts]
        above = {entry.sha for step in ("left", "right") for entry in held.tasks_of(step)[0].last.artifacts}
        new = [sha for sha in keys if sha not in above]
        join = self.maps["join"]
        shelf = StoragePanel(f"{held.flow_name}/data", width=4.4, height=5.6).move_to([4.2, 0.4, 0])
        cells = VGroup(*[BlobCell(held.blob(sha), width=3.9, height=0.62) for sha in sorted({*above, *keys})])
        cells.arrange(DOWN, buff=0.1).next_to(shelf.title, DOWN, buff=0.15).set_x(shelf.get_x())
        with self.beat(
            f"The join names {len(keys)} artifacts and adds {len(new)} blobs. To merge is to copy keys."
        ):
            rest = VGroup(*[part for part in self.leaving if part is not join])
            self.play(FadeOut(rest), join.animate.scale(1.1).move_to([-4.2, 0.4, 0]))
            self.play(FadeIn(shelf), FadeIn(cells))
            places = {cell.sha: cell for cell in cells}
            strands = [strand(row, places[row.sha]) for row in join.rows]
            self.play(LaggedStart(*[Create(each) for each in strands], lag_ratio=0.25))
            self.wait()

    def draw(self, run):
        """Draw the key maps of a run's tasks where their steps stand, and lines from parent to child."""
        maps = {}
        for step, place in PLACES.items():
            [task] = run.storage.tasks_of(step)
            maps[step] = KeyMap(task, width=WIDTH).scale(ZOOM).move_to([*place, 0])
        lines = VGroup(*[line_between(maps[a], maps[b]) for a, b in PAIRS])
        return maps, lines

    def own(self, step):
        """Name what a task did not inherit."""
        [task] = self.clash.storage.tasks_of(step)
        return [entry.name for entry in task.last.artifacts if entry.change != "inherited"]


def line_between(one, other):
    """Draw a line from one key map to another."""
    theme = current_theme()
    ends = one.panel.get_right() + 0.08 * RIGHT, other.panel.get_left() + 0.08 * LEFT
    return Line(*ends, color=theme.edge, stroke_width=1.6)


def strand(row, cell):
    """Draw the way from a name to its blob."""
    start, end = row.key.get_right() + 0.1 * RIGHT, cell.get_left() + 0.02 * LEFT
    curve = [start, start + 2.4 * RIGHT, end + 2.4 * LEFT, end]
    points = np.array([[point[:2] for point in curve]])
    return Shape(points, stroke=face_color(cell.sha), stroke_width=1.8)


def number_of(step, word):
    """Return the number of the line of a step in which a word stands."""
    lines = enumerate(step.source.splitlines(), step.first_line)
    [number] = [number for number, line in lines if word in line]
    return number
