"""What happens when you ``self``: an artifact's life, from an assignment to the next step.

``manim render scenes/artifact_lifecycle.py``. Everything on screen comes from the recordings of
``flows/lifecycle.py`` and ``flows/endings.py``; ``make recordings`` makes them anew.
"""

import ast
import re
import signal
import textwrap
from pathlib import Path

from manim import DL, DOWN, LEFT, RIGHT, UP, Create, FadeIn, FadeOut, LaggedStart, VGroup

from manim_metaflow import ArtifactChip, CodePanel, DeepDive, KeyMap, StepNode, TextLabel, record_run
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.storage import (
    AdvanceTrack,
    BlobCell,
    BytesStrip,
    CreateArtifact,
    HashBytes,
    HashLabel,
    Inherit,
    LifecycleTrack,
    LoadArtifact,
    MetadataPanel,
    MutateInPlace,
    Persist,
    RegisterArtifact,
    Serialize,
    StoragePanel,
    WriteKeys,
)
from manim_metaflow.utils.run_ids import short_run_ids

HERE = Path(__file__).parent
FLOW, ENDINGS = HERE / "flows" / "lifecycle.py", HERE / "flows" / "endings.py"

WIDTH, GAP, MARGIN = 13.2, 0.14, 0.25
"""Width of the panels, the gaps between them, and the margin between a panel and what is in it (units)."""

TRACK_WIDTH, TRACK_Y, UPPER_Y = 11, 3.36, 1.38
"""Width and height of the track above, and the middle of code and memory below it."""

STORE_HEIGHT, CELLS_Y = 1.35, 0.55
"""Height of the datastore, and of its blobs above its lower edge."""

CODE, FONT_SIZE, NOTE = 17, 19, 18
"""Font sizes: of code and keys, of everything else, and of the name of a file."""

SIDE = 3.3
"""How far from the middle of the frame the two tasks that end badly stand."""

INSET, LINE_GAP, BELOW_TITLE = 0.35, 0.2, 0.12 * DOWN
"""How far key maps are from the sides of the datastore, the gap between things that belong together, and how
far below the middle of a panel things are, because of its title (units)."""

CELL_WIDTH, MAP_WIDTH = 3.0, 3.4
"""Of a blob and of a key map."""

BRIEF, QUICK, SHORT, LONG = 0.4, 0.5, 0.7, 1.6
"""Run times: of a light that moves on, of a mark, of panels that make room, of a second hash."""


def recordings(**options):
    """Read the three runs of this film, or make them."""
    options = {"recordings": HERE / "recordings", "storage": True} | options
    return (
        record_run(FLOW, **options),
        record_run(ENDINGS, env={"ENDING": "raise"}, **options),
        record_run(ENDINGS, env={"ENDING": "kill"}, **options),
    )


class ArtifactLifecycle(DeepDive):
    """One artifact, from an assignment to the next step."""

    def construct(self):
        """Follow one artifact, stage by stage."""
        self.run, self.raised, self.killed = recordings()
        self.storage = self.run.storage
        self.step = self.run.flow["double"]
        [self.task] = self.run.tasks_of("double")
        self.title("What happens when you self", "One artifact, from an assignment to the next step")
        self.assign()
        self.serialize()
        self.hash_and_persist()
        self.skip_what_is_there()
        self.close_books()
        self.register()
        self.start_next_step()
        self.ask_from_outside()
        self.end_badly()
        self.sum_up()

    def assign(self):
        """Assign, and assign again: it is all in memory."""
        self.act("create")
        self.track = LifecycleTrack(width=TRACK_WIDTH).move_to(TRACK_Y * UP)
        first, second, other = assignments(self.step)
        code = CodePanel(self.step.source, first_line=self.step.first_line, title="double", font_size=CODE)
        room = WIDTH - code.width - GAP
        self.memory = StoragePanel(f"memory of task {self.task.path}", width=room, height=code.height)
        VGroup(code, self.memory).arrange(RIGHT, buff=GAP).move_to(UPPER_Y * UP).set_x(0)
        self.store = StoragePanel("datastore", width=WIDTH, height=STORE_HEIGHT).next_to(code, DOWN, buff=GAP)
        self.store.set_x(0)
        self.metadata = MetadataPanel(
            self.run.flow.name,
            self.run.run_id,
            self.task.path,
            [entry.name for entry in self.keys("double").artifacts],
            width=WIDTH,
            columns=2,
        ).next_to(self.store, DOWN, buff=GAP)
        self.cells = {name: self.cell("start", name) for name in ("numbers", "unit")}
        self.store_cells(*self.cells.values())
        draft = self.chip("doubled", value=ast.unparse(first.value))
        self.doubled, self.spare = self.chip("doubled"), self.chip("spare")
        for chip in (draft, self.doubled):
            chip.move_to(self.memory).shift(0.5 * LEFT + 0.3 * UP)
        self.spare.next_to(self.doubled, DOWN, buff=MARGIN, aligned_edge=LEFT)
        draft.align_to(self.doubled, LEFT)
        with self.beat(
            "Inside a step, self is an object like any other. To assign is to keep a value in memory."
        ):
            panels = (code, self.memory, self.store, *self.cells.values(), self.metadata.background)
            self.leave_title(*panels)
            self.play(Create(self.track), run_time=0.8)
            line = self.line_of(code, first)
            self.play(FadeIn(line), CreateArtifact(draft, origin=line), AdvanceTrack(self.track, "create"))
        with self.beat("Assign again, and the first value is gone for good. The datastore has seen neither."):
            next_line = self.line_of(code, second)
            self.play(FadeOut(line), FadeIn(next_line), run_time=BRIEF)
            code.clear(line)
            self.play(MutateInPlace(draft, self.doubled))
            line = self.line_of(code, other)
            self.play(FadeOut(next_line), FadeIn(line), CreateArtifact(self.spare, origin=line))
            code.clear(next_line)
            self.unmark(code, line)
        self.code = code

    def serialize(self):
        """Pickle the first artifact."""
        self.act("serialize")
        wide = StoragePanel(self.memory.title.text, width=WIDTH, height=self.memory.height)
        wide.move_to(self.memory).set_x(0)
        chips = VGroup(self.doubled, self.spare)
        with self.beat(
            "The step's code has ended. Artifact by artifact, Metaflow turns the value into bytes."
        ):
            self.bring_to_back(wide)
            self.play(FadeOut(self.code), FadeOut(self.memory), FadeIn(wide), run_time=0.6)
            row = chips.copy().arrange(RIGHT, buff=0.3).move_to(wide).align_to(wide, LEFT)
            row.shift(MARGIN * RIGHT + 0.55 * UP)
            self.play(
                *[chip.animate.move_to(place) for chip, place in zip(chips, row, strict=True)], run_time=SHORT
            )
            self.memory = wide
            self.strip = self.bytes("doubled").next_to(row, DOWN, buff=0.28, aligned_edge=LEFT)
            self.play(Serialize(self.doubled, self.strip), AdvanceTrack(self.track, "serialize"))

    def hash_and_persist(self):
        """Give the bytes their key, and write them under it."""
        self.act("hash")
        self.label = HashLabel(self.doubled.sha).next_to(
            self.strip.cells, DOWN, buff=MARGIN, aligned_edge=RIGHT
        )
        with self.beat(
            "The SHA-1 of the pickle is its key. The picture beside it is drawn from that key alone."
        ):
            self.play(
                HashBytes(self.strip, self.label, chip=self.doubled, run_time=2.6),
                AdvanceTrack(self.track, "hash"),
            )
        self.act("persist")
        cell = self.cells["doubled"] = self.cell("double", "doubled")
        self.store_cells(*self.cells.values())
        with self.beat(
            "Does the store have this key? No. So the bytes are compressed with gzip and written."
        ):
            self.play(AdvanceTrack(self.track, "persist"))
            self.play(Persist(self.label, cell))

    def skip_what_is_there(self):
        """Do the same for an artifact whose bytes are in the store."""
        strip = self.bytes("spare").move_to(self.strip).align_to(self.strip, LEFT)
        label = HashLabel(self.spare.sha).move_to(self.label).align_to(self.label, LEFT)
        with self.beat(
            "The next one: spare. Its bytes are those of numbers, its key is there. Nothing is written."
        ):
            self.play(FadeOut(self.strip, self.label), AdvanceTrack(self.track, "serialize"), run_time=QUICK)
            self.play(Serialize(self.spare, strip, run_time=0.9))
            self.play(
                HashBytes(strip, label, chip=self.spare, run_time=LONG), AdvanceTrack(self.track, "hash")
            )
            self.play(AdvanceTrack(self.track, "persist"), run_time=0.3)
            self.play(Persist(label, self.cells["numbers"], exists=True))
        self.working = VGroup(strip, label)

    def close_books(self):
        """Write the key map."""
        keys = self.map_of("double")
        middle = self.memory.get_center() + BELOW_TITLE
        keys.move_to(middle).align_to(self.memory, RIGHT).shift(INSET * LEFT)
        first = self.map_of("start").move_to(middle).align_to(self.memory, LEFT).shift(INSET * RIGHT)
        first.align_to(keys, UP)
        store = self.store_with_maps()
        with self.beat(
            "When all blobs are there, the key map follows, and after it the mark that the task is done."
        ):
            self.bring_to_back(store)
            old = (self.memory, self.working, self.store, self.doubled, self.spare)
            self.play(FadeOut(*old), FadeIn(store), FadeIn(first), run_time=SHORT)
            sources = {"doubled": self.cells["doubled"], "numbers": self.cells["numbers"]}
            sources |= {"spare": self.cells["numbers"], "unit": self.cells["unit"]}
            self.play(WriteKeys(keys, sources))
            self.done = self.mark_of("double").next_to(keys, LEFT, buff=LINE_GAP).align_to(keys, UP)
            self.play(FadeIn(self.done, shift=0.1 * UP), run_time=QUICK)
        self.store, self.maps = store, {"start": first, "double": keys}

    def register(self):
        """Register the artifacts with the metadata service."""
        self.act("register")
        with self.beat(
            "Last, the metadata hears of it: an index that says which artifacts there are, and where."
        ):
            self.play(AdvanceTrack(self.track, "register"))
            rows = self.maps["double"].rows
            self.play(LaggedStart(*[RegisterArtifact(row, self.metadata) for row in rows], lag_ratio=0.3))

    def start_next_step(self):
        """Begin with the parent's keys, load what is read."""
        self.act("access")
        [task] = self.run.tasks_of("add")
        keys, parent = self.map_of("add"), self.maps["double"]
        keys.move_to(parent).align_to(parent, UP)
        shift = (self.maps["start"].get_x(LEFT) - parent.get_x(LEFT)) * RIGHT
        memory = StoragePanel(f"memory of task {task.path}", width=3.6, height=parent.height).move_to(parent)
        memory.set_x(INSET)
        chip = self.chip("doubled", step="add", hashed=True).scale(0.9).move_to(memory).shift(0.1 * DOWN)
        with self.beat(
            "The next task, add, starts from its parent's map. Keys are copied, not a byte is read."
        ):
            self.play(AdvanceTrack(self.track, "access"), FadeOut(self.maps["start"], self.done))
            self.play(parent.animate.shift(shift), FadeIn(memory))
            self.play(Inherit(parent, keys))
        with self.beat(
            "When the step first reads self.doubled, its key leads to the blob. The rest is not loaded."
        ):
            self.play(LoadArtifact(parent["doubled"], self.cells["doubled"], chip))
        self.cells["total"] = self.cell("add", "total")
        self.store_cells(*self.cells.values())
        with self.beat(
            "When add ends, total is new. The rest keeps its keys: the same bytes, no second copy."
        ):
            label = self.label_of("add", "total").move_to(memory).shift(0.75 * DOWN)
            self.play(Persist(label, self.cells["total"]))
            self.play(WriteKeys(keys, {"total": self.cells["total"]}, names=["total"]))
        self.leaving = VGroup(memory, chip, keys)

    def ask_from_outside(self):
        """Read it with the client."""
        cell, line = self.cells["doubled"], self.metadata.line("doubled")
        store = StoragePanel(self.store.title.text, width=WIDTH, height=STORE_HEIGHT)
        store.next_to(self.metadata, UP, buff=GAP).set_x(0)
        # As wide as leads the arrow to the metadata through the gap between two blobs.
        gap = (self.cells["numbers"].get_right()[0] + self.cells["unit"].get_left()[0]) / 2
        client = StoragePanel("client", width=2 * (line.get_right()[0] - 2 * gap), height=1.9)
        client.next_to(store, UP, buff=0.75).set_x(0)
        path = f"{self.run.flow.name}/{self.run.run_id}/{self.task.path}"
        ask = TextLabel(f'Task("{short_run_ids(path)}")["doubled"].data', font_size=20)
        chip = self.chip("doubled", hashed=True)
        VGroup(ask, chip).arrange(DOWN, buff=LINE_GAP).move_to(client).shift(BELOW_TITLE)
        load = LoadArtifact(line, cell, chip, asker=client)
        with self.beat(
            "The client goes another way. It asks the metadata for the key, then fetches the blob."
        ):
            self.bring_to_back(store)
            self.play(
                FadeOut(self.leaving, self.maps["double"], self.store), FadeIn(store), FadeIn(client, ask)
            )
            self.play(load)
            self.play(AdvanceTrack(self.track, None))
        self.leaving = VGroup(client, ask, chip, store, self.metadata, load.lines, *self.cells.values())

    def end_badly(self):
        """See what is left of tasks that do not end well."""
        self.act("bad endings")
        store = StoragePanel(f"{self.raised.flow.name} in the datastore", width=WIDTH, height=3.5)
        store.move_to(1.1 * DOWN)
        columns = [self.ending(run, x, store) for run, x in ((self.raised, -SIDE), (self.killed, SIDE))]
        (node, why, keys), (other, cause, nothing) = columns
        [left] = self.raised.storage.tasks_of("start")
        blob = BlobCell(self.raised.storage.blob(left.last["half"].sha)).scale(1.2)
        blob.next_to(keys, DOWN, buff=0.4)
        with self.beat("A task that raises goes through the same stages: what it had assigned is stored."):
            self.bring_to_back(store)
            self.play(FadeOut(self.leaving, self.track), FadeIn(store), FadeIn(node, why))
            self.play(FadeIn(blob, scale=0.9))
            self.play(WriteKeys(keys, {"half": blob}))
        with self.beat(
            "One that is killed never gets that far. It leaves no key map, and nothing of it can be read."
        ):
            self.play(FadeIn(other, cause))
            self.play(WriteKeys(nothing))
        self.leaving = VGroup(node, why, keys, other, cause, nothing, blob, store)

    def sum_up(self):
        """Count the names and the blobs of the run."""
        self.act("the sum")
        named = [(task.path, entry) for task in self.storage.tasks for entry in task.last.artifacts]
        columns = VGroup()
        for cell in self.cells.values():
            mine = [f"{path}  {entry.name}" for path, entry in named if entry.sha == cell.sha]
            lines = VGroup(*[TextLabel(text, font_size=FONT_SIZE).left_at(0, 0) for text in mine])
            lines.arrange(DOWN, buff=LINE_GAP, aligned_edge=LEFT).next_to(cell, DOWN, buff=0.4)
            columns.add(VGroup(cell.copy(), lines))
        columns.arrange(RIGHT, buff=MARGIN, aligned_edge=UP).move_to(0.45 * UP)
        cells, names = (VGroup(*column) for column in zip(*columns, strict=True))
        with self.beat(
            f"{len(named)} names in the key maps of this run, {len(columns)} blobs: "
            "a name costs a line, its bytes are kept once."
        ):
            self.swap(self.leaving, cells)
            self.reveal(*names, lag_ratio=0.3)
            self.wait()

    def ending(self, run, x, store):
        """Draw a task that ended badly, why, and the key map it left."""
        [task], [left] = run.tasks, run.storage.tasks_of("start")
        node = StepNode(task.path, state=task.state).scale(1.4).move_to([x, 2.6, 0])
        error = task.exception
        text = f"{error.type}: {error.message}" if error else ending_of(run)
        why = TextLabel(text, font_size=FONT_SIZE, color=self.theme.failed)
        why.next_to(node, DOWN, buff=MARGIN)
        keys = KeyMap(left).scale(1.3).move_to([x, 0, 0]).align_to(store, UP).shift(0.6 * DOWN)
        return node, why, keys

    def keys(self, step):
        """Return the key map that a step's task stored."""
        [task] = self.storage.tasks_of(step)
        return task.last

    def chip(self, name, *, step="double", value=None, hashed=False):
        """Draw an artifact in memory."""
        sha = self.keys(step)[name].sha
        value = value or self.storage.blob(sha).value
        return ArtifactChip(name, sha, size=0.5, font_size=FONT_SIZE, value=value, hashed=hashed)

    def bytes(self, name):
        """Draw an artifact's pickle."""
        return BytesStrip(self.storage.blob(self.keys("double")[name].sha), shown=26, font_size=20)

    def cell(self, step, name):
        """Draw the blob of an artifact."""
        return BlobCell(self.storage.blob(self.keys(step)[name].sha), width=CELL_WIDTH)

    def label_of(self, step, name):
        """Draw the key of an artifact."""
        return HashLabel(self.keys(step)[name].sha, font_size=CODE)

    def map_of(self, step):
        """Draw a task's key map."""
        [task] = self.storage.tasks_of(step)
        return KeyMap(task, width=MAP_WIDTH, title=f"{task.path}/{task.last.number}.data.json")

    def mark_of(self, step):
        """Draw the file that marks a task's key map as complete."""
        [task] = self.storage.tasks_of(step)
        color = self.theme.done
        name = TextLabel(f"{task.path}/{task.last.number}.DONE.lock", font_size=NOTE, color=color)
        box = rounded_rectangle(name.width + 0.4, 0.54, self.theme.radius)
        return VGroup(Shape(box, fill=self.theme.panel, stroke=color, stroke_width=1.2), name.center())

    def store_cells(self, *cells):
        """Put blobs side by side into the datastore."""
        for index, cell in enumerate(cells):
            across = MARGIN + cell.width / 2 + index * (cell.width + LINE_GAP)
            cell.move_to(self.store.panel.get_corner(DL) + across * RIGHT + CELLS_Y * UP)

    def store_with_maps(self):
        """Let the datastore show the key maps above the blobs."""
        low = self.store.panel.get_bottom()[1]
        high = self.memory.panel.get_top()[1]
        panel = StoragePanel(self.store.title.text, width=WIDTH, height=high - low)
        return panel.move_to([0, (high + low) / 2, 0])

    def line_of(self, code, node):
        """Mark the line of code that holds a statement."""
        return code.mark([self.step.first_line + node.lineno - 1], self.theme.highlight)


def assignments(step):
    """Find the statements of a step that assign to self."""
    tree = ast.parse(textwrap.dedent(step.source))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]


def ending_of(run):
    """Name the signal that ended a killed task, as the record has it."""
    [code] = re.findall(r"ended with code -(\d+)", " ".join(run.notes))
    return signal.Signals(int(code)).name
