"""Small scenes over Manim's public mobjects, animations and kinds of scenes."""
# ruff: noqa: F403, F405

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import *

Build = Callable[[Any], None]
SCENES: dict[str, tuple[type[Scene], Build]] = {}


def scene(kind: type[Scene] = Scene) -> Callable[[Build], Build]:
    def add(build: Build) -> Build:
        SCENES[build.__name__] = kind, build
        return build

    return add


def animated(name: str, animate: Callable[[Mobject], Animation], mobject: Callable[[], Mobject]) -> None:
    """Add a scene in which one animation runs between two things that do not move."""

    def build(self: Any) -> None:
        below, above = Square(3, fill_opacity=0.4, color=BLUE), Circle(0.8, fill_opacity=0.6, color=RED)
        subject = mobject()
        self.add(below, above.shift(RIGHT))
        self.play(FadeIn(subject), run_time=0.2)
        self.play(animate(subject), run_time=0.7)
        self.wait(0.2)

    SCENES[name] = Scene, build


def star() -> Mobject:
    return Star(color=YELLOW, fill_opacity=0.5)


def words() -> Mobject:
    return Text("flow", font_size=60)


def pair() -> Mobject:
    return VGroup(Square(color=GREEN), Dot(color=RED)).arrange()


def _target(mobject: Mobject) -> Animation:
    mobject.generate_target()
    mobject.target.shift(LEFT).set_color(ORANGE)
    return MoveToTarget(mobject)


ANIMATIONS: dict[str, tuple[Callable[[Any], Animation], Callable[[], Mobject]]] = {
    "fade_out_moving": (lambda m: FadeOut(m, shift=UP, scale=0.5), pair),
    "transform": (lambda m: Transform(m, Circle(color=PINK, fill_opacity=1)), star),
    "replacement_transform": (lambda m: ReplacementTransform(m, Triangle()), pair),
    "fade_transform": (lambda m: FadeTransform(m, Triangle(fill_opacity=1)), star),
    "transform_from_copy": (lambda m: TransformFromCopy(m, Circle().shift(LEFT)), star),
    "move_to_target": (_target, star),
    "rotate": (lambda m: Rotate(m, PI / 3), star),
    "rotating": (lambda m: Rotating(m, angle=PI), pair),
    "indicate": (Indicate, words),
    "wiggle": (Wiggle, words),
    "circumscribe": (Circumscribe, words),
    "flash": (Flash, star),
    "show_passing_flash": (lambda m: ShowPassingFlash(m.copy().set_color(WHITE)), star),
    "apply_wave": (ApplyWave, words),
    "focus_on": (FocusOn, star),
    "grow_from_center": (GrowFromCenter, star),
    "spin_in": (SpinInFromNothing, star),
    "shrink_to_center": (ShrinkToCenter, pair),
    "draw_border_then_fill": (DrawBorderThenFill, star),
    "unwrite": (Unwrite, words),
    "letter_by_letter": (AddTextLetterByLetter, words),
    "uncreate": (Uncreate, star),
    "spiral_in": (SpiralIn, pair),
    "move_along_path": (lambda m: MoveAlongPath(m, Arc(2)), star),
    "broadcast": (lambda m: Broadcast(m, n_mobs=2), star),
    "homotopy": (lambda m: Homotopy(lambda x, y, z, t: (x + t, y + t * x / 3, z), m), star),
    "complex_function": (lambda m: ApplyComplexFunction(lambda z: z * z / 2, m), star),
    "apply_matrix": (lambda m: ApplyMatrix([[1, 0.5], [0, 1]], m), pair),
    "apply_pointwise": (lambda m: ApplyPointwiseFunction(lambda p: 1.2 * p, m), star),
    "cyclic_replace": (lambda m: CyclicReplace(*m), pair),
    "swap": (lambda m: Swap(*m), pair),
    "lagged_start": (lambda m: LaggedStart(*[each.animate.shift(UP) for each in m], lag_ratio=0.5), pair),
    "succession": (lambda m: Succession(FadeToColor(m, RED), ScaleInPlace(m, 1.5)), star),
    "blink": (Blink, star),
    "there_and_back": (lambda m: m.animate(rate_func=there_and_back).shift(RIGHT), star),
    "wait_inside_a_group": (lambda m: AnimationGroup(Wait(0.2), m.animate.scale(2)), pair),
    "change_speed": (lambda m: ChangeSpeed(Rotate(m, PI), {0.3: 1, 0.6: 0.4}), star),
}


for _name, (_animate, _mobject) in ANIMATIONS.items():
    animated(_name, _animate, _mobject)


@scene()
def reordered(self: Any) -> None:
    squares = [Square(2, color=c, fill_opacity=0.7) for c in (RED, GREEN, BLUE)]
    squares[1].shift(0.5 * RIGHT)
    squares[2].shift(RIGHT)
    self.add(*squares)
    self.wait(0.2)
    self.play(squares[0].animate.shift(UP * 0.3), run_time=0.3)
    self.bring_to_front(squares[0])
    self.play(squares[1].animate.shift(DOWN * 0.3), run_time=0.3)
    self.bring_to_back(squares[2])
    self.wait(0.2)
    self.play(squares[2].animate.scale(1.2), run_time=0.3)


@scene()
def z_indexes(self: Any) -> None:
    discs = [Circle(1, color=c, fill_opacity=0.8) for c in (RED, GREEN, BLUE)]
    discs[1].shift(0.6 * RIGHT)
    discs[2].shift(1.2 * RIGHT)
    discs[0].set_z_index(2)
    self.add(*discs)
    self.play(discs[1].animate.shift(UP * 0.3), run_time=0.3)
    discs[2].set_z_index(5)
    self.play(discs[0].animate.shift(UP * 0.3), run_time=0.3)
    self.play(discs[1].animate.set_z_index(9), run_time=0.3)
    self.wait(0.2)


@scene()
def gradients(self: Any) -> None:
    disc = Circle(1.5, fill_opacity=0.8).set_fill([RED, YELLOW, BLUE]).set_stroke([WHITE, GREEN], width=12)
    text = Text("shine", gradient=(BLUE, GREEN)).shift(2 * UP)
    square = Square(fill_opacity=1).set_sheen(0.6, UR).shift(3 * LEFT)
    self.add(disc, text, square)
    self.play(disc.animate.shift(RIGHT).rotate(1), run_time=0.4)
    self.play(square.animate.set_sheen_direction(DL), disc.animate.set_fill([GREEN, PURPLE]), run_time=0.4)
    self.wait(0.2)


@scene()
def gradient_of_a_parent(self: Any) -> None:
    parent = Circle(fill_opacity=1).set_fill([RED, BLUE])
    child = Dot().shift(RIGHT)
    parent.add(child)
    self.add(parent)
    self.play(child.animate.shift(2 * RIGHT), run_time=0.5)


@scene()
def background_strokes(self: Any) -> None:
    text = Text("halo", stroke_width=2).set_stroke(RED, 10, background=True)
    self.add(Square(4, fill_opacity=1, color=BLUE_E), text)
    self.play(text.animate.shift(UP), run_time=0.4)
    self.play(text.animate.set_stroke(width=0, background=True), run_time=0.4)


@scene()
def joints_and_caps(self: Any) -> None:
    lines = VGroup()
    for joint in LineJointType:
        for cap in CapStyleType:
            spike = VMobject(stroke_width=18, joint_type=joint, cap_style=cap)
            corners = [ORIGIN, 0.8 * UP, 0.15 * RIGHT + 0.1 * UP, 0.2 * RIGHT + UP]
            lines.add(spike.set_points_as_corners(corners))
    self.add(lines.arrange_in_grid(4, 4))
    for line in lines[::3]:
        self.play(line.animate.shift(0.2 * UP), run_time=0.17)


@scene()
def images(self: Any) -> None:
    array = np.linspace(0, 255, 12 * 16 * 4).reshape(12, 16, 4).astype(np.uint8)
    image = ImageMobject(array).scale(8)
    self.add(Square(3, fill_opacity=1, color=GREEN), image, Dot(radius=0.5, color=RED))
    self.play(image.animate.shift(RIGHT), run_time=0.3)
    self.play(FadeOut(image), run_time=0.3)
    self.play(FadeIn(image.set_opacity(0.5).rotate(0.4)), run_time=0.3)
    self.wait(0.2)


@scene()
def image_changed_in_place(self: Any) -> None:
    image = ImageMobject(np.full((4, 4, 4), 200, dtype=np.uint8)).scale(20)
    dot = Dot(color=RED).shift(LEFT)
    self.add(image, dot)
    self.play(dot.animate.shift(RIGHT), run_time=0.3)
    image.pixel_array[1, 1] = 10, 250, 10, 255
    self.play(dot.animate.shift(RIGHT), run_time=0.3)


@scene()
def point_clouds(self: Any) -> None:
    cloud = PMobject(stroke_width=6).add_points(np.random.default_rng(1).normal(size=(60, 3)), color=YELLOW)
    self.add(Square(color=BLUE, fill_opacity=0.5), cloud)
    self.play(cloud.animate.shift(RIGHT), run_time=0.4)
    self.play(FadeOut(cloud), Create(PointCloudDot(radius=0.5, density=5)), run_time=0.4)


@scene()
def updaters_over_plays(self: Any) -> None:
    dot, square = Dot(), Square().shift(2 * LEFT)
    line = always_redraw(lambda: Line(dot.get_center(), square.get_center()))
    square.add_updater(lambda m, dt: m.rotate(dt))
    self.add(line, dot, square)
    self.play(dot.animate.shift(2 * RIGHT), run_time=0.5)
    self.wait(0.4)
    square.clear_updaters()
    self.wait(0.3)
    self.play(dot.animate.shift(UP), run_time=0.3)


@scene()
def value_tracker(self: Any) -> None:
    value = ValueTracker(0)
    axes = Axes(x_range=[0, 3], y_range=[0, 2], x_length=5, y_length=3)
    curve = axes.plot(lambda x: x**2 / 5, color=BLUE)
    dot = Dot().add_updater(lambda m: m.move_to(axes.c2p(value.get_value(), value.get_value() ** 2 / 5)))
    self.add(axes, curve, dot)
    self.play(value.animate.set_value(2.5), run_time=0.6)


@scene()
def scene_updater(self: Any) -> None:
    dots = VGroup(*[Dot() for _ in range(4)]).arrange()
    self.add(dots, Square())
    self.add_updater(lambda dt: dots[1].shift(dt * UP))
    self.wait(0.5)
    self.play(dots[3].animate.shift(DOWN), run_time=0.4)


@scene()
def traced_path(self: Any) -> None:
    dot = Dot()
    self.add(TracedPath(dot.get_center, dissipating_time=0.5, stroke_opacity=[0, 1]), dot)
    self.play(MoveAlongPath(dot, Circle()), run_time=0.8)


@scene()
def points_in_place(self: Any) -> None:
    square, dot = Square(), Dot()
    self.add(square, dot)
    self.play(UpdateFromAlphaFunc(square, lambda m, a: m.points.__iadd__(0.05)), run_time=0.4)
    square.points[:, 0] *= 0.5
    self.play(dot.animate.shift(RIGHT), run_time=0.3)


@scene()
def removed_and_added_again(self: Any) -> None:
    square, circle, group = Square(fill_opacity=0.5), Circle(color=RED), VGroup(Dot(), Triangle()).arrange()
    self.add(square, circle, group)
    self.play(circle.animate.shift(RIGHT), run_time=0.2)
    self.remove(group[0])
    self.play(square.animate.shift(0.3 * UP), run_time=0.2)
    self.add(group)
    self.wait(0.2)
    self.remove(circle)
    group.remove(group[1])
    self.play(FadeIn(circle), run_time=0.2)
    self.clear()
    self.wait(0.2)
    self.add(square)
    self.play(square.animate.scale(0.5), run_time=0.2)


@scene()
def added_during_a_play(self: Any) -> None:
    square, dot = Square(), Dot()
    late = Circle(color=PINK, fill_opacity=0.5)
    self.add(square, dot)

    def grow(mobject: Mobject, alpha: float) -> None:
        mobject.set(width=0.2 + alpha)
        if alpha > 0.5 and late not in self.mobjects:
            self.add(late)
        if alpha > 0.5 and len(square.submobjects) == 0:
            square.add(Triangle().shift(LEFT))

    self.play(UpdateFromAlphaFunc(dot, grow), run_time=0.7)
    self.wait(0.2)


@scene()
def foreground(self: Any) -> None:
    front = Square(color=YELLOW, fill_opacity=0.4)
    self.add_foreground_mobject(front)
    dot = Dot(radius=0.4, color=RED)
    self.play(FadeIn(dot), run_time=0.3)
    self.play(dot.animate.shift(RIGHT), run_time=0.3)
    self.remove_foreground_mobject(front)
    self.play(dot.animate.shift(LEFT), run_time=0.3)


@scene()
def background_changes(self: Any) -> None:
    dot = Dot()
    self.play(dot.animate.shift(RIGHT), run_time=0.3)
    self.camera.background_color = BLUE_E
    self.add(Square())
    self.play(dot.animate.shift(RIGHT), run_time=0.3)
    self.camera.background[:20] = 99
    self.wait(0.2)
    self.play(dot.animate.shift(LEFT), run_time=0.3)


@scene()
def static_things_changed_during_a_play(self: Any) -> None:
    still, mover = Square(color=GREEN, fill_opacity=0.5), Dot()
    self.add(still, mover)
    self.play(
        UpdateFromAlphaFunc(mover, lambda m, a: (m.shift(0.2 * RIGHT), still.rotate(0.1))), run_time=0.5
    )
    self.wait(0.2)


@scene()
def submobject_shared(self: Any) -> None:
    shared = Square(fill_opacity=0.3)
    one, two = VGroup(shared, Dot()), VGroup(Circle(color=RED), shared)
    self.add(one, two)
    self.play(one.animate.shift(0.5 * RIGHT), run_time=0.3)
    self.play(two[0].animate.shift(0.5 * UP), run_time=0.3)


@scene()
def off_screen(self: Any) -> None:
    square = Square(fill_opacity=1).shift(9 * RIGHT)
    self.add(square, Circle(radius=20), Line(30 * LEFT, 30 * RIGHT + UP, stroke_width=20))
    self.play(square.animate.shift(5 * LEFT), run_time=0.5)
    self.play(square.animate.shift(9 * UP), run_time=0.4)


@scene()
def odd_points(self: Any) -> None:
    broken = VMobject(color=RED, fill_opacity=0.5)
    broken.points = np.array([[0, 0, 0], [1, 1, 0], [2, 1, 0], [2, 0, 0], [2, 0, 0], [1, -1, 0.0]])
    lone = VMobject(color=BLUE, stroke_width=10, cap_style=CapStyleType.ROUND)
    lone.points = np.zeros((4, 3))
    bad = Square()
    bad.points[2] = np.nan
    self.add(broken, lone, bad, Dot())
    self.play(broken.animate.shift(LEFT), lone.animate.shift(UP), run_time=0.4)


@scene()
def opacity(self: Any) -> None:
    rings = VGroup(*[Annulus(0.3 * i, 0.3 * i + 0.4, color=c) for i, c in enumerate((RED, BLUE, WHITE))])
    self.add(rings)
    self.play(rings.animate.set_opacity(0.2), run_time=0.3)
    self.play(rings[1].animate.set_opacity(0), run_time=0.3)
    rings[0].fade(0.5)
    self.play(rings[2].animate.set_stroke(opacity=0.7, width=8), run_time=0.3)


@scene()
def frozen_waits(self: Any) -> None:
    text = Text("thin lines", font_size=30)
    self.add(text, Circle(stroke_width=1))
    self.wait(0.3)
    self.pause(0.3)
    self.wait(0.3, frozen_frame=False)
    self.play(text.animate.shift(UP), run_time=0.3)
    self.wait_until(lambda: True, 0.5)
    self.wait(0.3)


@scene(MovingCameraScene)
def moving_camera(self: Any) -> None:
    squares = VGroup(*[Square(0.7, fill_opacity=0.5) for _ in range(9)]).arrange_in_grid(3, 3)
    self.add(squares)
    self.play(self.camera.frame.animate.scale(0.5).move_to(squares[3]), run_time=0.5)
    self.play(squares[3].animate.set_color(RED), run_time=0.3)
    self.wait(0.2)
    self.camera.frame.save_state()
    self.play(self.camera.frame.animate.shift(2 * RIGHT), squares[4].animate.scale(2), run_time=0.4)
    self.play(Restore(self.camera.frame), run_time=0.3)
    self.camera.frame.scale(1.5)
    self.wait(0.2)
    self.play(self.camera.auto_zoom(squares[:2], margin=1), run_time=0.3)


@scene(MovingCameraScene)
def camera_follows(self: Any) -> None:
    dot, image = Dot(), ImageMobject(np.uint8([[0, 255], [128, 30]])).scale(60).shift(UP)
    self.camera.frame.add_updater(lambda m: m.move_to(dot))
    self.add(NumberPlane(), image, dot, self.camera.frame)
    self.play(dot.animate.shift(2 * RIGHT), run_time=0.5)


@scene(LinearTransformationScene)
def linear_transformation(self: Any) -> None:
    self.add_vector([1, 1])
    self.apply_matrix([[1, 1], [0, 1]], run_time=0.4)


@scene(VectorScene)
def vectors(self: Any) -> None:
    self.plane = self.add_plane()
    self.play(GrowArrow(self.get_vector([2, 1])), run_time=0.4)


@scene()
def graphs(self: Any) -> None:
    names = {vertex: Text(str(vertex)) for vertex in (1, 2, 3, 4)}
    graph = DiGraph([1, 2, 3, 4], [(1, 2), (2, 3), (3, 4), (1, 4)], labels=names)
    self.play(Create(graph), run_time=0.4)
    self.play(graph[1].animate.shift(LEFT), run_time=0.4)
    self.play(graph.animate.add_vertices(5, positions={5: 2 * UP}), run_time=0.3)
    self.play(graph.vertices[2].animate.set_color(RED), run_time=0.3)


@scene()
def tables_and_code(self: Any) -> None:
    table = Table([["a", "b"], ["c", "d"]]).scale(0.6).to_edge(LEFT)
    code = Code(code_string="def f(x):\n    return x + 1\n", language="python").scale(0.6).to_edge(RIGHT)
    self.add(table, code)
    table.add_highlighted_cell((1, 1), color=GREEN)
    self.play(table.get_rows()[1].animate.set_color(RED), run_time=0.3)
    self.play(code.code_lines[0].animate.set_color(RED), run_time=0.4)


@scene()
def charts(self: Any) -> None:
    axes = Axes(x_range=[0, 4], y_range=[0, 3], x_length=5, y_length=3)
    curve = axes.plot(lambda x: 1 + np.sin(x), color=BLUE)
    area = axes.get_riemann_rectangles(curve, x_range=[0.5, 3], dx=0.5)
    self.play(Create(axes), run_time=0.4)
    self.play(FadeIn(area), Create(curve), run_time=0.4)
    self.play(area[2].animate.set_fill(RED), run_time=0.3)


@scene()
def arrows_and_braces(self: Any) -> None:
    arrow = CurvedArrow(2 * LEFT, 2 * RIGHT)
    double, brace = DoubleArrow(LEFT, RIGHT).shift(UP), Brace(Line(LEFT, RIGHT), DOWN)
    self.play(Create(arrow), GrowFromEdge(double, LEFT), FadeIn(brace), run_time=0.4)
    self.play(double.animate.put_start_and_end_on(2 * LEFT, UP), run_time=0.4)
    dashed = DashedVMobject(Circle(), num_dashes=9)
    self.play(Create(dashed), run_time=0.3)


@scene()
def boolean_shapes(self: Any) -> None:
    one, two = Square(2), Circle(1.2).shift(RIGHT)
    shapes = [shape(one, two, fill_opacity=0.6) for shape in (Union, Difference, Exclusion)]
    self.add(VGroup(*shapes).arrange().scale(0.8))
    self.play(shapes[1].animate.shift(UP), run_time=0.4)


@scene()
def numbers(self: Any) -> None:
    number = DecimalNumber(0, mob_class=Text)
    self.add(number, Square(5, stroke_width=1))
    self.play(ChangeDecimalToValue(number, 3), run_time=0.5)


@scene()
def streams(self: Any) -> None:
    field = ArrowVectorField(lambda p: np.array([p[1], -p[0], 0]), x_range=[-2, 2], y_range=[-2, 2])
    self.add(field)
    dot = Dot().shift(UP).add_updater(field.get_nudge_updater())
    self.add(dot)
    self.wait(0.4)
    self.play(FadeOut(field), run_time=0.3)


@scene()
def sections_and_skipping(self: Any) -> None:
    square = Square()
    self.next_section("skipped", skip_animations=True)
    self.play(FadeIn(square), run_time=0.3)
    self.play(square.animate.shift(LEFT), run_time=0.3)
    self.next_section("seen")
    self.play(square.animate.shift(RIGHT), run_time=0.3)
    self.wait(0.2)


@scene()
def frames_handed_over_by_hand(self: Any) -> None:
    square = Square()
    self.add(square)
    self.play(square.animate.shift(LEFT), run_time=0.3)
    self.renderer.update_frame(self)
    self.renderer.add_frame(self.renderer.get_frame(), num_frames=2)
    self.camera.pixel_array[:10] = 77
    self.wait(0.2)
    self.play(square.animate.shift(RIGHT), run_time=0.3)


@scene()
def coloured_by_an_image(self: Any) -> None:
    import PIL.Image

    image = PIL.Image.fromarray(np.uint8(np.mgrid[0:108, 0:192, 0:4][0]))
    dot = Dot(radius=0.5)
    self.add(Square(3), dot)
    self.play(dot.animate.shift(LEFT), run_time=0.3)
    disc = Circle(2, fill_opacity=1).color_using_background_image(image)
    self.play(FadeIn(disc), run_time=0.3)
    self.play(dot.animate.shift(RIGHT), run_time=0.3)


@scene()
def own_way_of_drawing(self: Any) -> None:
    class Faded(Square):
        def get_fill_rgbas(self) -> Any:
            return np.array([[1, 0, 0, 0.3]])

    dot = Dot()
    self.add(Circle(), Faded(), dot)
    self.play(dot.animate.shift(RIGHT), run_time=0.4)


@scene()
def z_indexes_in_frozen_frames(self: Any) -> None:
    discs = [Circle(1, color=c, fill_opacity=0.8).shift(x * RIGHT) for c, x in ((RED, 0), (GREEN, 0.6))]
    discs[0].set_z_index(2)
    self.add(*discs)
    self.wait(0.2)
    discs[1].set_z_index(3)
    self.wait(0.2)
