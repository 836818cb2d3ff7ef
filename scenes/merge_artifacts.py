"""Merging artifacts: what a join sees, what it copies, and when it refuses.

``manim render scenes/merge_artifacts.py``. Everything on screen comes from the recordings of
``flows/merge.py`` and ``flows/merge_settled.py``; ``make recordings`` makes them anew.
"""

from pathlib import Path

from manim import DOWN, LEFT, RIGHT, UL, UP, Create, FadeIn, FadeOut, LaggedStart, Line, VGroup

from manim_metaflow import (
    CodePanel,
    DeepDive,
    KeyMap,
    RunHeading,
    TextBlock,
    TextLabel,
    load_flow,
    record_run,
)
from manim_metaflow.mobjects.storage.bytes import differing_bytes
from manim_metaflow.mobjects.storage.strand import blob_strand
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

MAPS_AT = {"start": (-4.7, 0.3), "left": (-0.3, 1.95), "right": (-0.3, -1.35), "join": (4.4, 0.3)}
"""Where the key maps are: as the steps in a graph, with room for the heading above and the error below."""

PAIRS = [("start", "left"), ("start", "right"), ("left", "join"), ("right", "join")]
"""Parents and children."""

MAP_WIDTH, MAP_SCALE, MARGIN = 3.3, 1.18, 0.4
"""Size of the key maps, and distance of the heading from the frame's edges and of the error from its map."""

CODE, LARGE, MEDIUM, SMALL, TYPE = 25, 22, 20, 17, 15.5
"""Font sizes: of code, of names, of values, of the message, and of the exception's type above it."""

BYTES = {"shown": 30, "font_size": 18}
"""How many bytes of a pickle are seen, and their font size: the whole width of the frame."""

SIDE, MIDDLE = 4.2, 0.4
"""How far from the frame's middle the key map and the blobs stand at the end, and at what height."""

SHELF, CELL = {"width": 4.4, "height": 5.6}, {"width": 3.9, "height": 0.62}
"""Sizes of the panel of blobs and of each blob in it."""


def recordings(**options):
    """Read the two runs of this film, or make them."""
    options = {"recordings": HERE / "recordings", "storage": True} | options
    return record_run(MERGE, **options), record_run(SETTLED, **options)


class MergeArtifactsScene(DeepDive):
    """What a join sees, what it copies, and when it refuses."""

    def construct(self):
        """Let two branches meet in a join, act by act."""
        self.clash, self.settled = recordings()
        self.title("title", "subtitle")
        self.branch_out()
        self.refuse()
        self.compare_labels()
        self.decide()
        self.merge()
        self.sum_up()

    def branch_out(self):
        """Let two branches start from one map and go their own ways."""
        self.act("two branches")
        self.maps, self.lines = self.draw(self.clash)
        start, left, right, join = self.maps.values()
        command = RunHeading("run", self.clash).to_corner(UL, buff=MARGIN)
        with self.beat("branches"):
            self.leave_title(command)
            self.play(WriteKeys(start))
            self.play(FadeIn(self.lines[0], self.lines[1]), Inherit(start, left), Inherit(start, right))
        with self.beat("own"):
            self.play(WriteKeys(left, names=self.own("left")), WriteKeys(right, names=self.own("right")))
        with self.beat("empty"):
            self.play(FadeIn(self.lines[2], self.lines[3], join))

    def refuse(self):
        """Merge, and find two names in conflict."""
        self.act("conflict")
        _, left, right, join = self.maps.values()
        [failed] = self.clash.tasks_of("join")
        merge = MergeArtifacts([left, right], join)
        with self.beat("conflict"):
            self.play(FadeOut(self.lines[2:]), merge)
        error = self.error_of(failed).next_to(join, DOWN, buff=MARGIN).align_to(join, LEFT).shift(0.3 * LEFT)
        with self.beat("raises"):
            self.reveal(error)

    def compare_labels(self):
        """Look at the two sets of labels."""
        self.act("keys, not values")
        storage = self.clash.storage
        blobs = {
            f"inputs.{step}.labels": storage.blob(storage.tasks_of(step)[0].last["labels"].sha)
            for step in ("left", "right")
        }
        rows = VGroup()
        for (name, blob), marked in zip(blobs.items(), differing_bytes([*blobs.values()]), strict=True):
            value = TextLabel(f"= {blob.value}", font_size=MEDIUM, color=self.theme.muted)
            named = VGroup(TextLabel(name, font_size=LARGE), value).arrange(RIGHT, buff=0.3)
            strip = BytesStrip(blob, marked=marked, **BYTES)
            key = HashLabel(blob.sha, letters=20, font_size=LARGE)
            rows.add(VGroup(named, strip, key).arrange(DOWN, buff=0.28, aligned_edge=LEFT))
        rows.arrange(DOWN, buff=0.9, aligned_edge=LEFT).move_to(0.3 * UP)
        values, strips, keys = zip(*rows, strict=True)
        with self.beat("equal"):
            self.swap(self.shown, values[0], rise=True)
            self.reveal(values[1])
        with self.beat("order"):
            self.reveal(*strips)
            self.reveal(*keys)

    def decide(self):
        """Let the join settle both."""
        self.act("settle it")
        step = load_flow(SETTLED)["join"]
        code = CodePanel(step.source, first_line=step.first_line, title="join", font_size=CODE)
        self.code = code.shift(MIDDLE * UP)
        color = self.theme.highlight
        with self.beat("decides"):
            self.swap(self.shown, code)
            first = code.mark(code.matching("inputs.right.data"), color)
            self.play(FadeIn(first))
        with self.beat("exclude"):
            self.play(FadeOut(first), FadeIn(code.mark(code.matching("exclude"), color)))
            code.clear(first)

    def merge(self):
        """Run again, and merge."""
        self.act("merge")
        self.maps, self.lines = self.draw(self.settled)
        _, left, right, join = self.maps.values()
        self.command = RunHeading("run", self.settled).to_corner(UL, buff=MARGIN)
        join.show_only()
        with self.beat("same"):
            self.swap(self.code, self.command, *self.maps.values(), self.lines)
            self.play(WriteKeys(join, {"data": right["data"]}, names=["data"]))
        with self.beat("copied"):
            self.play(MergeArtifacts([left, right], join, settled=["data", "labels"]))

    def sum_up(self):
        """Find the blobs behind the join's names."""
        self.act("the sum")
        storage = self.settled.storage
        [task] = storage.tasks_of("join")
        keys = [entry.sha for entry in task.last.artifacts]
        tasks = [storage.tasks_of(step)[0] for step in ("left", "right")]
        above = {entry.sha for task in tasks for entry in task.last.artifacts}
        new = [sha for sha in keys if sha not in above]
        *parents, join = self.maps.values()
        panel = StoragePanel(f"{storage.flow_name}/data", **SHELF)
        panel.move_to(SIDE * RIGHT + MIDDLE * UP)
        blobs = [storage.blob(sha) for sha in sorted({*above, *keys})]
        cells = VGroup(*[BlobCell(blob, **CELL) for blob in blobs])
        cells.arrange(DOWN, buff=0.1).next_to(panel.title, DOWN, buff=0.15).set_x(panel.get_x())
        with self.beat("sum", artifacts=len(keys), blobs=len(new)):
            rest = VGroup(self.command, *parents, self.lines)
            self.play(FadeOut(rest), join.animate.scale(1.1).move_to(SIDE * LEFT + MIDDLE * UP))
            self.play(FadeIn(panel), FadeIn(cells))
            cell_of = {cell.sha: cell for cell in cells}
            starts = [(row.sha, row.key.get_right() + 0.1 * RIGHT) for row in join.rows]
            strands = [blob_strand(start, cell_of[sha], bend=2.4) for sha, start in starts]
            self.play(LaggedStart(*map(Create, strands), lag_ratio=0.25))
            self.wait()

    def error_of(self, task):
        """Write what a task raised: the type, and below it the message."""
        error = task.exception
        name = TextLabel(error.type.rpartition(".")[2], font_size=TYPE, color=self.theme.failed)
        text = " ".join(error.message.splitlines()[:2]).replace("*", "")
        message = TextBlock(text, width=4.2, font_size=SMALL, color=self.theme.text)
        return VGroup(name, message).arrange(DOWN, buff=0.2, aligned_edge=LEFT)

    def draw(self, run):
        """Draw the key maps of a run's tasks, and lines from parent to child."""
        maps = {}
        for step, point in MAPS_AT.items():
            [task] = run.storage.tasks_of(step)
            maps[step] = KeyMap(task, width=MAP_WIDTH).scale(MAP_SCALE).move_to([*point, 0])
        return maps, VGroup(*[self.line_between(maps[a], maps[b]) for a, b in PAIRS])

    def line_between(self, one, other):
        """Draw a line from one key map to another."""
        gap = 0.08 * RIGHT
        ends = one.panel.get_right() + gap, other.panel.get_left() - gap
        return Line(*ends, color=self.theme.edge, stroke_width=1.6)

    def own(self, step):
        """Name what a task did not inherit."""
        [task] = self.clash.storage.tasks_of(step)
        return [entry.name for entry in task.last.artifacts if entry.change != "inherited"]
