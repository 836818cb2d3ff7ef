"""Draw the frames of a scene faster than Manim does, with the same pixels."""
