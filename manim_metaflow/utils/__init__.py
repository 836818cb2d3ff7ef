"""What every floor may use and none of Metaflow or Manim is needed for: files, signals, text, units."""
