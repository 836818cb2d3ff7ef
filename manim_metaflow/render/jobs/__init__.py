"""Render many scenes, each in a process of its own and only when something has changed."""
