"""Render scenes: many at a time, each only when something it depends on has changed."""
