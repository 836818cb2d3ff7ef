"""Content-addressed storage: same bytes, same key, kept once.

``manim render scenes/content_addressed_storage.py``. Everything on screen comes from the recordings of
``flows/catalog.py``, ``flows/report.py`` and ``flows/drift.py``; ``make recordings`` makes them anew.
"""

from pathlib import Path

from manim import DOWN, LEFT, RIGHT, UL, UP, Create, FadeIn, FadeOut, LaggedStart, VGroup

from manim_metaflow import ArtifactChip, DeepDive, RunHeading, TextLabel, record_run
from manim_metaflow.mobjects import TextTable
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.storage.bytes import differing_bytes
from manim_metaflow.mobjects.storage.strand import blob_strand
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

TASK_X, FACE_X, NAMES_TOP = -6.2, -3.6, 2.35
"""Left end of the tasks' names, middle of the faces, and height of the first of them."""

NAME_PITCH, TASK_GAP = 0.45, 0.22
"""From name to name, and what more there is between two tasks."""

CELL, CELL_PITCH, CELLS_AT = {"width": 3.3, "height": 0.7}, 0.82, 4.7 * RIGHT + 2.55 * UP
"""Size of a blob beside the names, the distance from blob to blob, and the middle of the first one."""

BEND, STRANDS_X = 3.2, -2.1
"""How far a line runs level at both ends, and where it begins at the earliest: right of all names."""

TALLY_COLUMNS, TALLY_Y = (-6.2, -5.2, 2.2, 3.2), -2.75
"""The sums below names and blobs."""

SMALL, NORMAL, LARGE, CODE = 18, 20, 22, 28
"""Font sizes: of notes, of names, of values, and of a line of code on its own."""

SHELF, SHELF_CELL = {"width": 6.2, "height": 5.6}, {"width": 5.6, "height": 0.7}
"""Sizes of the panels of two flows' blobs side by side, and of a blob in them."""

MEMORY, STORE, STORE_CELL = {"width": 10.6, "height": 3.2}, {"width": 10.6, "height": 1.9}, {"width": 4.6}
"""Sizes of a task's memory, of the store below it, and of a blob in there."""

CODE_Y, CHIP_Y = 2.2, 0.85
"""Heights of a statement and of the artifact it changes, in memory."""

NAME, ARTIFACT = {"size": 0.32, "font_size": SMALL}, {"size": 0.7, "font_size": 26}
"""How large an artifact is in a list of names, and on its own."""

GAP = 0.5
"""Between things that stand side by side."""

SUM_COLUMNS, SUM_TOP, SUM_PITCH, SUM_SIZE = (-5.6, -3.6, 0.2), 1.9, 1.35, 26
"""The closing table: its columns, its first row, from row to row, and its font size."""

BAR_LENGTH, BAR_DROP, BAR = 7.0, 0.5, (0.28, 0.04)
"""Length of the longest bar, how far it is below its row, and the height and corner radius of all."""

HEADER = 11
"""Bytes of a pickle that tell only that it is one, and how long it is."""

LETTERS = 16
"""Of a key."""

BELOW_TITLE = 0.15 * DOWN
"""How far below a panel's middle its blobs are, because of the title."""


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
        """Store runs, and see what is stored, act by act."""
        self.first, self.again, self.other, self.foreign, self.packed, self.drift = recordings()
        self.title("Content-addressed storage", "Same bytes, same key, kept once")
        self.store_one_run()
        self.run_again()
        self.change_the_seed()
        self.cross_the_border()
        self.change_one_byte()
        self.change_in_place()
        self.let_keys_drift()
        self.pack_the_code()
        self.sum_up()

    def store_one_run(self):
        """Let each task name its keys, and each new key bring a blob."""
        self.act("one run")
        self.cells, self.strands = {}, VGroup()
        self.table = self.names_of(self.first)
        self.tally = VGroup()
        self.command = self.heading_of("run", self.first)
        with self.beat(
            "Each task has a list of names. Behind each name is a key, and behind the key, a blob."
        ):
            self.leave_title(self.command, run_time=0.6)
            self.show_task("start", self.first)
        with self.beat("clean inherits raw and seed: the same keys, so the same blobs. Only table is new."):
            self.show_task("clean", self.first)
        totals = self.first.storage.totals()
        with self.beat(f"After the last task: {totals.entries} names in three lists, {totals.blobs} blobs."):
            self.show_task("end", self.first)
            self.recount([self.first])

    def run_again(self):
        """Run the same flow again: all tasks execute, nothing new is kept."""
        self.act("the same run again")
        with self.beat(
            "Run the flow again. Every task executes again, every value is made and pickled again."
        ):
            self.turn_to("run", self.again)
            for step in ("start", "clean", "end"):
                self.show_task(step, self.again, quick=True)
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
                self.show_task(step, self.other, quick=True)
            self.recount([self.first, self.again, self.other])
        with self.beat(
            "The old seed and model are still there. A blob is never written over, whoever else comes."
        ):
            old = [sha for sha in self.cells if sha not in self.keys_of(self.other)]
            self.pulse(*[self.cells[sha] for sha in old])

    def cross_the_border(self):
        """Look at the blobs of another flow."""
        self.act("another flow")
        panels = VGroup(
            *[StoragePanel(f"{run.flow.name}/data", **SHELF) for run in (self.other, self.foreign)]
        )
        panels.arrange(RIGHT, buff=0.4).set_y(0.45)
        foreign = self.keys_of(self.foreign)
        mine = [BlobCell(cell.blob, **SHELF_CELL) for cell in self.cells.values()]
        theirs = [BlobCell(self.foreign.storage.blob(sha), **SHELF_CELL) for sha in foreign]
        for panel, cells in zip(panels, (mine, theirs), strict=True):
            column = VGroup(*cells).arrange(DOWN, buff=0.13).next_to(panel.title, DOWN, buff=0.2)
            column.set_x(panel.get_x())
        with self.beat("Another flow has a shelf of its own."):
            run = VGroup(self.command, self.table, self.strands, self.tally, *self.cells.values())
            self.bring_to_back(*panels)
            self.play(FadeOut(run), *map(FadeIn, (*panels, *mine)))
            self.reveal(*theirs)
        [twin] = {*foreign} & self.cells.keys()
        with self.beat(
            "The same readings have the same key here, and are kept once more: flows share no blobs."
        ):
            self.pulse(*[cell for cell in (*mine, *theirs) if cell.sha == twin])

    def change_one_byte(self):
        """Compare two pickles that differ in one byte."""
        self.act("one byte")
        [start] = self.drift.storage.tasks_of("start")
        names = {f"{name} = {self.value(start, name)}": start.last[name].sha for name in ("dose", "other")}
        rows = self.compare(names.items(), shown=24, font_size=LARGE)
        with self.beat("One number differs, one byte of the pickle: and the keys have nothing in common."):
            self.swap(self.shown, rows[0], rise=True)
            self.reveal(rows[1])

    def change_in_place(self):
        """Append to a list that another task made."""
        self.act("in place")
        storage = self.drift.storage
        tasks = [storage.tasks_of(step)[0] for step in ("start", "look")]
        old, new = (task.last["dose"].sha for task in tasks)
        before, after = (
            ArtifactChip("dose", sha, value=storage.blob(sha).value, **ARTIFACT) for sha in (old, new)
        )
        memory = StoragePanel(f"memory of task {tasks[1].path}", **MEMORY)
        store = StoragePanel(f"{self.drift.flow.name}/data", **STORE)
        VGroup(memory, store).arrange(DOWN, buff=0.45).to_edge(UP, buff=1.05)
        cells = {sha: BlobCell(storage.blob(sha), height=1, **STORE_CELL) for sha in (old, new)}
        VGroup(*cells.values()).arrange(RIGHT, buff=GAP).move_to(store).shift(BELOW_TITLE)
        code = TextLabel(statement(self.drift.flow["look"], "append"), font_size=CODE).move_to(CODE_Y * UP)
        for chip in (before, after):
            chip.move_to(CHIP_Y * UP).align_to(before, LEFT)
        with self.beat("A list from an earlier step, and a step that appends to it."):
            rows = self.shown
            self.bring_to_back(memory, store)
            self.play(FadeOut(rows), *map(FadeIn, (memory, store, cells[old], before)))
            self.reveal(code)
        with self.beat("The new bytes have a new key. What the earlier task stored is as it was."):
            self.play(MutateInPlace(before, after, store=cells[new]))
            self.pulse(cells[old])
        self.memory = VGroup(code, memory, store, after, *cells.values())

    def let_keys_drift(self):
        """Read the same set in three processes; then share an object, and do not share it."""
        self.act("the same value, other bytes")
        tasks = self.drift.storage.tasks[1:]
        keys = [(task.path, task.last["tags"].sha) for task in tasks]
        blobs = {sha for _, sha in keys}
        rows = self.compare(keys, shown=30, font_size=SMALL).shift(0.2 * DOWN)
        value = TextLabel(f"tags = {self.value(tasks[0], 'tags')}", font_size=LARGE).move_to(3.3 * UP)
        with self.beat(
            "A set of strings that two steps only read. Each is a process with an order of its own."
        ):
            self.swap(self.memory, value)
            self.reveal(*rows, lag_ratio=0.6)
        with self.beat(
            f"Equal values, but {len(blobs)} keys and {len(blobs)} blobs: a key compares bytes, never values."
        ):
            self.pulse(*[row[1] for row in rows])
        self.share_an_object(tasks[0])

    def share_an_object(self, start):
        """Compare a list that holds one object twice with a list that holds two equal ones."""
        names = ("shared", "apart")
        blobs = [self.drift.storage.blob(start.last[name].sha) for name in names]
        heads = [bytes.fromhex(blob.head) for blob in blobs]
        rows = VGroup()
        for name, blob, head in zip(names, blobs, heads, strict=True):
            marked = difference(head, *[other for other in heads if other is not head])
            code = TextLabel(statement(self.drift.flow["start"], f"self.{name}"), font_size=LARGE)
            value = TextLabel(f"= {blob.value}", font_size=LARGE, color=self.theme.muted)
            strip = BytesStrip(blob, shown=len(head), font_size=16, marked=marked)
            line = VGroup(code, value).arrange(RIGHT, buff=0.4)
            rows.add(stacked(line, HashLabel(blob.sha, letters=LETTERS), strip))
        rows.arrange(DOWN, buff=0.8, aligned_edge=LEFT).center().shift(0.3 * UP)
        with self.beat("Two equal lists. One holds the same string twice, the other two equal strings."):
            self.swap(self.shown, rows[0], rise=True)
            self.reveal(rows[1])
        with self.beat(
            "The first pickle writes the string once and refers back to it. Other bytes, other keys."
        ):
            self.pulse(*[row[2] for row in rows])

    def value(self, task, name):
        """Return an artifact's value, as text."""
        return self.drift.storage.blob(task.last[name].sha).value

    def pack_the_code(self):
        """Find the code package among the blobs."""
        self.act("the code package")
        [package] = self.packed.storage.packages
        store = StoragePanel(f"{self.packed.flow.name}/data", width=11.4, height=1.8).move_to(0.3 * UP)
        blobs = [self.packed.storage.blob(sha) for sha in self.keys_of(self.packed)]
        cells = VGroup(*[BlobCell(blob, width=3.4) for blob in (*blobs, package)]).arrange(RIGHT, buff=0.3)
        cells.move_to(store).shift(BELOW_TITLE)
        note = TextLabel("code package", font="prose", font_size=SMALL).next_to(cells[-1], DOWN, buff=0.45)
        with self.beat(
            "Code can lie there too, as a package. A local run keeps none, unless a switch asks for it."
        ):
            before = self.shown
            self.bring_to_back(store)
            self.play(FadeOut(before), FadeIn(store), FadeIn(cells[:-1]))
            label = HashLabel(package.sha).move_to(2.6 * UP)
            self.play(FadeIn(label))
            self.play(Persist(label, cells[-1]))
            self.play(FadeIn(note))

    def sum_up(self):
        """Add up what was named and what was kept."""
        self.act("the sum")
        totals = storage_totals([run.storage for run in (self.first, self.again, self.other)])
        facts = [
            ("named", f"{totals.entries} artifacts", totals.written, self.theme.text),
            ("kept", f"{totals.blobs} blobs", totals.unique, self.theme.done),
            ("on disk", "after gzip", totals.stored, self.theme.accent),
        ]
        cells = [
            (
                TextLabel(name, font="prose", font_size=SUM_SIZE, color=self.theme.muted),
                TextLabel(count, font_size=SUM_SIZE),
                TextLabel(readable_size(size), font_size=SUM_SIZE, color=color),
            )
            for name, count, size, color in facts
        ]
        rows = TextTable(cells, columns=SUM_COLUMNS, top=SUM_TOP, pitch=SUM_PITCH)
        bars = [[bar(size / totals.written, color)] for _, _, size, color in facts]
        bars = TextTable(bars, columns=SUM_COLUMNS[1:2], top=SUM_TOP - BAR_DROP, pitch=SUM_PITCH)
        for row, [length] in zip(rows, bars, strict=True):
            row.add(length)
        with self.beat(
            f"Three runs of one flow. {readable_size(totals.saved)} of pickles did not have to be kept again."
        ):
            self.swap(self.shown, rows[0], rise=True)
            self.reveal(*rows[1:], lag_ratio=0.5)
            self.wait()

    def names_of(self, run):
        """Draw the names of a run's tasks, task by task, still without keys."""
        table, self.chips, y = VGroup(), {}, NAMES_TOP
        for task in run.storage.tasks:
            entries = task.last.artifacts
            if not entries:
                continue
            chips = [ArtifactChip(entry.name, entry.sha, **NAME) for entry in entries]
            for index, chip in enumerate(chips):
                chip.shift(FACE_X * RIGHT + (y - index * NAME_PITCH) * UP - chip.face.get_center())
            label = TextLabel(task.path, font_size=NORMAL).left_at(TASK_X, y)
            self.chips[task.step] = (label, chips)
            table.add(VGroup(label, *chips))
            y -= len(chips) * NAME_PITCH + TASK_GAP
        return table

    def show_task(self, step, run, *, quick=False):
        """Show what a task names, and lead each name to its blob, a new one where its key is new."""
        label, chips = self.chips[step]
        fresh = [chip for chip in chips if chip.sha not in self.cells]
        for chip in fresh:
            cell = BlobCell(run.storage.blob(chip.sha), **CELL)
            self.cells[chip.sha] = cell.move_to(CELLS_AT + len(self.cells) * CELL_PITCH * DOWN)
        strands = [self.strand(chip) for chip in chips]
        self.strands.add(*strands)
        pace = 0.5 if quick else 1.0
        self.play(FadeIn(label, *chips), run_time=0.6 * pace)
        self.play(LaggedStart(*[Create(strand) for strand in strands], lag_ratio=0.25), run_time=1.3 * pace)
        if fresh:
            self.play(FadeIn(*[self.cells[chip.sha] for chip in fresh], scale=0.9), run_time=0.5 * pace)

    def strand(self, chip):
        """Draw a line from a name to its blob."""
        start = chip.get_right() + 0.15 * RIGHT
        start[0] = max(start[0], STRANDS_X)
        return blob_strand(start, self.cells[chip.sha], bend=BEND)

    def turn_to(self, command, run):
        """Put another run's names in the place of the last one's."""
        old = self.command
        self.command = self.heading_of(command, run)
        self.swap(VGroup(old, self.table, self.strands), self.command, run_time=0.7)
        self.strands, self.table = VGroup(), self.names_of(run)

    @staticmethod
    def heading_of(command, run):
        """Write what was typed, and the run's id."""
        return RunHeading(command, run).to_corner(UL, buff=0.4)

    def count(self, runs):
        """Sum up names and blobs."""
        totals = storage_totals([run.storage for run in runs])
        sums = [
            ("named", f"{totals.entries} artifacts  {readable_size(totals.written)}", self.theme.text),
            ("kept", f"{totals.blobs} blobs  {readable_size(totals.unique)}", self.theme.done),
        ]
        cells = []
        for name, text, color in sums:
            cells.append(TextLabel(name, font="prose", font_size=SMALL, color=self.theme.muted))
            cells.append(TextLabel(text, font_size=NORMAL, color=color))
        [tally] = TextTable([cells], columns=TALLY_COLUMNS, top=TALLY_Y)
        return tally

    def recount(self, runs):
        """Bring the sums up to date."""
        tally = self.count(runs)
        self.swap(self.tally, tally, run_time=0.5)
        self.tally = tally

    def compare(self, keys, *, shown, font_size):
        """Put pickles below each other, and mark the bytes in which they differ."""
        blobs = [self.drift.storage.blob(sha) for _, sha in keys]
        rows = VGroup()
        for (name, sha), blob, marked in zip(keys, blobs, differing_bytes(blobs), strict=True):
            key = HashLabel(sha, letters=LETTERS)
            line = VGroup(TextLabel(name, font_size=NORMAL), key).arrange(RIGHT, buff=GAP)
            rows.add(stacked(line, BytesStrip(blob, shown=shown, font_size=font_size, marked=marked)))
        return rows.arrange(DOWN, buff=0.6, aligned_edge=LEFT).center().shift(0.2 * UP)

    @staticmethod
    def keys_of(run):
        """Return the keys that a run's maps name, in order."""
        entries = [entry for task in run.storage.tasks for entry in task.last.artifacts]
        return list(dict.fromkeys(entry.sha for entry in entries))


def stacked(*parts):
    """Put what is known of a pickle below each other."""
    return VGroup(*parts).arrange(DOWN, buff=0.25, aligned_edge=LEFT)


def bar(share, color):
    """Draw a bar as long as a size is large; the smallest can still be seen."""
    return Shape(rounded_rectangle(max(0.05, BAR_LENGTH * share), *BAR), fill=color)


def difference(one, other):
    """Return the positions between what two pickles begin with, past their headers, and end with."""
    ends = range(min(len(one), len(other)))
    first = next(at for at in ends if at >= HEADER and one[at] != other[at])
    last = next(at for at in ends if one[-1 - at] != other[-1 - at])
    return tuple(range(first, len(one) - last))


def statement(step, word):
    """Return the line of a step that contains a word."""
    [line] = [line.strip() for line in step.source.splitlines() if word in line]
    return line
