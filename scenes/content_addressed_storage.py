"""Content-addressed storage: same bytes, same key, kept once.

``manim render scenes/content_addressed_storage.py``. Everything on screen comes from the recordings of
``flows/catalog.py``, ``flows/report.py`` and ``flows/drift.py``; ``make recordings`` makes them anew.
"""

from pathlib import Path

import numpy as np
from manim import DOWN, LEFT, RIGHT, UL, UP, Create, FadeIn, FadeOut, LaggedStart, VGroup, there_and_back

from manim_metaflow import ArtifactChip, DeepDive, RunHeading, TextLabel, record_run
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.storage.face import face_color
from manim_metaflow.storage import (
    BlobCell,
    BytesStrip,
    HashLabel,
    MutateInPlace,
    Persist,
    StoragePanel,
    storage_totals,
)
from manim_metaflow.utils.units import readable_size

HERE = Path(__file__).parent
CATALOG, REPORT, DRIFT = (HERE / "flows" / name for name in ("catalog.py", "report.py", "drift.py"))

SEED = "18"
"""What the third run has instead of its default."""

PITCH, LEFT_EDGE, BEND = 0.45, -6.2, 3.2
CELL, CELL_WIDTH = 0.7, 3.3

HEADER = 11
"""Bytes of a pickle that say only that it is one, and how long it is."""


def recordings(**options):
    """Read the six runs of this film, or make them."""
    options = {"recordings": HERE / "recordings", "storage": True} | options
    first = record_run(CATALOG, **options)
    again = record_run(CATALOG, after=first, **options)
    other = record_run(CATALOG, after=again, env={"SEED": SEED}, **options)
    foreign = record_run(REPORT, after=other, **options)
    packed = record_run(REPORT, env={"METAFLOW_FEAT_ALWAYS_UPLOAD_CODE_PACKAGE": "1"}, **options)
    return first, again, other, foreign, packed, record_run(DRIFT, **options)


class ContentAddressedStorage(DeepDive):
    """Same bytes, same key, kept once."""

    def construct(self):
        """Tell the story act by act."""
        self.first, self.again, self.other, self.foreign, self.packed, self.drift = recordings()
        self.show_title()
        self.store_one_run()
        self.run_again()
        self.change_the_seed()
        self.cross_the_border()
        self.change_one_byte()
        self.change_in_place()
        self.let_keys_drift()
        self.pack_the_code()
        self.sum_up()

    def show_title(self):
        """Name the subject."""
        self.act("title")
        self.name = (
            self.heading("Content-addressed storage", "Same bytes, same key, kept once").center().scale(1.3)
        )
        self.play(FadeIn(self.name, shift=0.2 * UP))
        self.wait(1.5)

    def store_one_run(self):
        """Let each task name its keys, and each new key bring a blob."""
        self.act("one run")
        self.cells, self.strands = {}, VGroup()
        self.table = self.names_of(self.first)
        self.tally = VGroup()
        head = self.head("run", self.first)
        with self.beat(
            "Each task has a list of names. Behind each name is a key, and behind the key, a blob."
        ):
            self.play(FadeOut(self.name, shift=0.2 * UP), FadeIn(head), run_time=0.6)
            self.reveal("start", self.first)
        with self.beat("clean inherits raw and seed: the same keys, so the same blobs. Only table is new."):
            self.reveal("clean", self.first)
        totals = self.first.storage.totals()
        with self.beat(f"After the last task: {totals.entries} names in three lists, {totals.blobs} blobs."):
            self.reveal("end", self.first)
            self.recount([self.first])
        self.head_now = head

    def run_again(self):
        """Run the same flow again: all tasks execute, nothing new is kept."""
        self.act("the same run again")
        with self.beat(
            "Run the flow again. Every task executes again, every value is made and pickled again."
        ):
            self.turn_to("run", self.again)
            for step in ("start", "clean", "end"):
                self.reveal(step, self.again, quick=True)
        new = len(self.again.new_blobs)
        with self.beat(f"The same bytes have the same keys, and the keys are there. New blobs: {new}."):
            self.recount([self.first, self.again])
            self.pulse(*self.cells.values())

    def change_the_seed(self):
        """Run it with another seed."""
        self.act("another seed")
        with self.beat("With another seed, seed and model have new bytes. raw and table are what they were."):
            self.turn_to(f"SEED={SEED} run", self.other)
            for step in ("start", "clean", "end"):
                self.reveal(step, self.other, quick=True)
            self.recount([self.first, self.again, self.other])
        with self.beat(
            "The old seed and model are still there. A blob is never written over, whoever else comes."
        ):
            old = [sha for sha in self.cells if sha not in self.keys_of(self.other)]
            self.pulse(*[self.cells[sha] for sha in old])
        self.leaving = VGroup(self.head_now, self.table, self.strands, self.tally, *self.cells.values())

    def cross_the_border(self):
        """Look at another flow's shelf."""
        self.act("another flow")
        shelves = [
            StoragePanel(f"{run.flow.name}/data", width=6.2, height=5.6).move_to([x, 0.45, 0])
            for run, x in ((self.other, -3.3), (self.foreign, 3.3))
        ]
        both = {*self.keys_of(self.foreign)} & self.cells.keys()
        mine = [BlobCell(cell.blob, width=5.6, height=0.7) for cell in self.cells.values()]
        theirs = [
            BlobCell(self.foreign.storage.blob(sha), width=5.6, height=0.7)
            for sha in self.keys_of(self.foreign)
        ]
        for panel, cells in zip(shelves, (mine, theirs), strict=True):
            column = VGroup(*cells).arrange(DOWN, buff=0.13).next_to(panel.title, DOWN, buff=0.2)
            column.set_x(panel.get_x())
        with self.beat("Another flow has a shelf of its own."):
            self.bring_to_back(*shelves)
            self.play(FadeOut(self.leaving), *[FadeIn(part) for part in (*shelves, *mine)])
            self.play(LaggedStart(*[FadeIn(cell, shift=0.15 * UP) for cell in theirs], lag_ratio=0.4))
        [twin] = both
        with self.beat(
            "The same readings have the same key here, and are kept once more: flows share no blobs."
        ):
            self.pulse(*[cell for cell in (*mine, *theirs) if cell.sha == twin])
        self.leaving = VGroup(*shelves, *mine, *theirs)

    def change_one_byte(self):
        """Compare two pickles that differ in one byte."""
        self.act("one byte")
        [start] = self.drift.storage.tasks_of("start")
        names = {f"{name} = {self.value(start, name)}": start.last[name].sha for name in ("dose", "other")}
        rows = self.compare(names.items(), shown=24, font_size=22)
        with self.beat("One number differs, one byte of the pickle: and the keys have nothing in common."):
            self.play(FadeOut(self.leaving), FadeIn(rows[0], shift=0.15 * UP))
            self.play(FadeIn(rows[1], shift=0.15 * UP))
        self.leaving = rows

    def change_in_place(self):
        """Append to a list that another task made."""
        self.act("in place")
        storage = self.drift.storage
        tasks = [storage.tasks_of(step)[0] for step in ("start", "look")]
        old, new = (task.last["dose"].sha for task in tasks)
        before, after = (
            ArtifactChip("dose", sha, value=storage.blob(sha).value, size=0.7, font_size=26)
            for sha in (old, new)
        )
        cells = {sha: BlobCell(storage.blob(sha), width=4.6, height=1.0) for sha in (old, new)}
        VGroup(*cells.values()).arrange(RIGHT, buff=0.5).move_to(1.8 * DOWN)
        code = TextLabel(statement(self.drift.flow["look"], "append"), font_size=28)
        shelf = StoragePanel(f"{self.drift.flow.name}/data", width=10.6, height=1.9).move_to(1.65 * DOWN)
        memory = StoragePanel(f"memory of task {tasks[1].path}", width=10.6, height=3.2).move_to(1.35 * UP)
        code.move_to(2.2 * UP)
        for chip in (before, after):
            chip.move_to(0.85 * UP).align_to(before, LEFT)
        with self.beat("A list from an earlier step, and a step that appends to it."):
            self.bring_to_back(memory, shelf)
            self.play(FadeOut(self.leaving), *[FadeIn(part) for part in (memory, shelf, cells[old], before)])
            self.play(FadeIn(code, shift=0.15 * UP))
        with self.beat("The new bytes have a new key. What the earlier task stored is as it was."):
            self.play(MutateInPlace(before, after, store=cells[new]))
            self.pulse(cells[old])
        self.leaving = VGroup(code, memory, shelf, after, *cells.values())

    def let_keys_drift(self):
        """Read the same set in three processes; then share an object, and do not share it."""
        self.act("the same value, other bytes")
        tasks = self.drift.storage.tasks[1:]
        keys = [(task.path, task.last["tags"].sha) for task in tasks]
        blobs = {sha for _, sha in keys}
        rows = self.compare(keys, shown=30, font_size=18).shift(0.2 * DOWN)
        value = TextLabel(f"tags = {self.value(tasks[0], 'tags')}", font_size=22).move_to(3.3 * UP)
        with self.beat(
            "A set of strings that two steps only read. Each is a process with an order of its own."
        ):
            self.play(FadeOut(self.leaving), FadeIn(value))
            self.play(LaggedStart(*[FadeIn(row, shift=0.15 * UP) for row in rows], lag_ratio=0.6))
        with self.beat(
            f"Equal values, but {len(blobs)} keys and {len(blobs)} blobs: a key compares bytes, never values."
        ):
            self.pulse(*[row[1] for row in rows])
        self.leaving = VGroup(value, rows)
        self.share_an_object(tasks[0])

    def share_an_object(self, start):
        """Compare a list that holds one object twice with a list that holds two equal ones."""
        names = ("shared", "apart")
        blobs = [self.drift.storage.blob(start.last[name].sha) for name in names]
        heads = [bytes.fromhex(blob.head) for blob in blobs]
        rows = VGroup()
        for name, blob, head in zip(names, blobs, heads, strict=True):
            marked = difference(head, *[other for other in heads if other is not head])
            code = TextLabel(statement(self.drift.flow["start"], f"self.{name}"), font_size=22)
            value = TextLabel(f"= {blob.value}", font_size=22, color=self.theme.muted)
            lines = (
                VGroup(code, value).arrange(RIGHT, buff=0.4),
                HashLabel(blob.sha, letters=16),
                BytesStrip(blob, shown=len(head), font_size=16, marked=marked),
            )
            rows.add(VGroup(*lines).arrange(DOWN, buff=0.25, aligned_edge=LEFT))
        rows.arrange(DOWN, buff=0.8, aligned_edge=LEFT).center().shift(0.3 * UP)
        with self.beat("Two equal lists. One holds the same string twice, the other two equal strings."):
            self.play(FadeOut(self.leaving), FadeIn(rows[0], shift=0.15 * UP))
            self.play(FadeIn(rows[1], shift=0.15 * UP))
        with self.beat(
            "The first pickle writes the string once and refers back to it. Other bytes, other keys."
        ):
            self.pulse(*[row[2] for row in rows])
        self.leaving = rows

    def value(self, task, name):
        """Return an artifact's value, as text."""
        return self.drift.storage.blob(task.last[name].sha).value

    def pack_the_code(self):
        """Find the code package on the same shelf."""
        self.act("the code package")
        [package] = self.packed.storage.packages
        shelf = StoragePanel(f"{self.packed.flow.name}/data", width=11.4, height=1.8).move_to(0.3 * UP)
        blobs = [self.packed.storage.blob(sha) for sha in self.keys_of(self.packed)]
        cells = VGroup(*[BlobCell(blob, width=3.4) for blob in (*blobs, package)]).arrange(RIGHT, buff=0.3)
        cells.move_to(shelf).shift(0.15 * DOWN)
        note = TextLabel("code package", font="prose", font_size=18).next_to(cells[-1], DOWN, buff=0.45)
        with self.beat(
            "Code can lie there too, as a package. A local run keeps none, unless a switch asks for it."
        ):
            self.bring_to_back(shelf)
            self.play(FadeOut(self.leaving), FadeIn(shelf), FadeIn(cells[:-1]))
            label = HashLabel(package.sha).move_to(2.6 * UP)
            self.play(FadeIn(label))
            self.play(Persist(label, cells[-1]))
            self.play(FadeIn(note))
        self.leaving = VGroup(shelf, cells, note, label)

    def sum_up(self):
        """Add up what was named and what was kept."""
        self.act("the sum")
        totals = storage_totals([run.storage for run in (self.first, self.again, self.other)])
        rows = VGroup()
        facts = [
            ("named", f"{totals.entries} artifacts", totals.written, self.theme.text),
            ("kept", f"{totals.blobs} blobs", totals.unique, self.theme.done),
            ("on disk", "after gzip", totals.stored, self.theme.accent),
        ]
        for index, (what, how_many, size, color) in enumerate(facts):
            y = 1.9 - 1.35 * index
            bar = Shape(rounded_rectangle(max(0.05, 7.0 * size / totals.written), 0.28, 0.04), fill=color)
            rows.add(
                VGroup(
                    TextLabel(what, font="prose", font_size=26, color=self.theme.muted).left_at(-5.6, y),
                    TextLabel(how_many, font_size=26).left_at(-3.6, y),
                    TextLabel(readable_size(size), font_size=26, color=color).left_at(0.2, y),
                    bar.move_to([-3.6, y - 0.5, 0], aligned_edge=LEFT),
                )
            )
        with self.beat(
            f"Three runs of one flow. {readable_size(totals.saved)} of pickles did not have to be kept again."
        ):
            self.play(FadeOut(self.leaving), FadeIn(rows[0], shift=0.15 * UP))
            self.play(LaggedStart(*[FadeIn(row, shift=0.15 * UP) for row in rows[1:]], lag_ratio=0.5))
            self.wait()

    def names_of(self, run):
        """Draw the names of a run's tasks, task by task, still without keys."""
        table, self.chips, y = VGroup(), {}, 2.35
        for task in run.storage.tasks:
            entries = task.last.artifacts
            if not entries:
                continue
            chips = [ArtifactChip(entry.name, entry.sha, size=0.32, font_size=18) for entry in entries]
            for chip in chips:
                chip.move_to([0, y, 0]).shift((-3.6 - chip.face.get_x()) * RIGHT)
                chip.shift((y - chip.face.get_y()) * UP)
                y -= PITCH
            label = TextLabel(task.path, font_size=20).left_at(LEFT_EDGE, chips[0].face.get_y())
            self.chips[task.step] = (label, chips)
            table.add(VGroup(label, *chips))
            y -= 0.22
        return table

    def reveal(self, step, run, *, quick=False):
        """Show what a task names, and lead each name to its blob, a new one where its key is new."""
        label, chips = self.chips[step]
        fresh = [chip for chip in chips if chip.sha not in self.cells]
        for chip in fresh:
            self.cells[chip.sha] = self.cell(run, chip.sha)
        strands = [self.strand(chip, self.cells[chip.sha]) for chip in chips]
        self.strands.add(*strands)
        pace = 0.5 if quick else 1.0
        self.play(FadeIn(label, *chips), run_time=0.6 * pace)
        self.play(LaggedStart(*[Create(strand) for strand in strands], lag_ratio=0.25), run_time=1.3 * pace)
        if fresh:
            self.play(FadeIn(*[self.cells[chip.sha] for chip in fresh], scale=0.9), run_time=0.5 * pace)

    def cell(self, run, sha):
        """Draw a blob in the next place of the shelf."""
        place = np.array([4.7, 2.55 - len(self.cells) * (CELL + 0.12), 0])
        return BlobCell(run.storage.blob(sha), width=CELL_WIDTH, height=CELL).move_to(place)

    @staticmethod
    def strand(chip, cell):
        """Draw the way from a name to its blob."""
        start, end = chip.get_right() + 0.15 * RIGHT, cell.get_left() + 0.02 * LEFT
        start[0] = max(start[0], -2.1)
        curve = [start, start + BEND * RIGHT, end + BEND * LEFT, end]
        return Shape(
            np.array([[point[:2] for point in curve]]), stroke=face_color(chip.sha), stroke_width=1.8
        )

    def turn_to(self, command, run):
        """Put another run's names in the place of the last one's."""
        head = self.head(command, run)
        self.play(FadeOut(self.head_now, self.table, self.strands), FadeIn(head), run_time=0.7)
        self.head_now, self.strands, self.table = head, VGroup(), self.names_of(run)

    @staticmethod
    def head(command, run):
        """Write what was typed, and the run's id."""
        return RunHeading(command, run).to_corner(UL, buff=0.4)

    def count(self, runs):
        """Sum up names and blobs."""
        totals = storage_totals([run.storage for run in runs])
        parts = [
            ("named", f"{totals.entries} artifacts  {readable_size(totals.written)}", self.theme.text, -6.2),
            ("kept", f"{totals.blobs} blobs  {readable_size(totals.unique)}", self.theme.done, 2.2),
        ]
        tally = VGroup()
        for word, text, color, x in parts:
            name = TextLabel(word, font="prose", font_size=18, color=self.theme.muted).left_at(x, -2.75)
            tally.add(name, TextLabel(text, font_size=20, color=color).left_at(x + 1.0, -2.75))
        return tally

    def recount(self, runs):
        """Bring the sums up to date."""
        tally = self.count(runs)
        self.play(FadeOut(self.tally), FadeIn(tally), run_time=0.5)
        self.tally = tally

    def compare(self, keys, *, shown, font_size=18):
        """Put pickles under each other, and mark the bytes in which each differs from the first."""
        blobs = [self.drift.storage.blob(sha) for _, sha in keys]
        heads = [bytes.fromhex(blob.head) for blob in blobs]
        rows = VGroup()
        for (name, sha), blob, head in zip(keys, blobs, heads, strict=True):
            others = [other for other in heads if other is not head]
            marked = tuple(
                at
                for at in range(len(head))
                if any(other[at : at + 1] != head[at : at + 1] for other in others)
            )
            strip = BytesStrip(blob, shown=shown, font_size=font_size, marked=marked)
            title = TextLabel(name, font_size=20)
            key = HashLabel(sha, letters=16)
            line = VGroup(title, key).arrange(RIGHT, buff=0.5)
            rows.add(VGroup(line, strip).arrange(DOWN, buff=0.25, aligned_edge=LEFT))
        return rows.arrange(DOWN, buff=0.6, aligned_edge=LEFT).center().shift(0.2 * UP)

    @staticmethod
    def keys_of(run):
        """Return the keys that a run's maps name, in order."""
        entries = [entry for task in run.storage.tasks for entry in task.last.artifacts]
        return list(dict.fromkeys(entry.sha for entry in entries))

    def pulse(self, *mobjects):
        """Lift things a little, one after the other."""
        self.play(
            LaggedStart(
                *[mobject.animate(rate_func=there_and_back).scale(1.1) for mobject in mobjects],
                lag_ratio=0.25,
            )
        )


def difference(one, other):
    """Return the positions between what two pickles begin with, past their headers, and end with."""
    ends = range(min(len(one), len(other)))
    first = next(at for at in ends if at >= HEADER and one[at] != other[at])
    last = next(at for at in ends if one[-1 - at] != other[-1 - at])
    return tuple(range(first, len(one) - last))


def statement(step, word):
    """Return the line of a step in which a word stands."""
    [line] = [line.strip() for line in step.source.splitlines() if word in line]
    return line
