"""From a scene, a flow or a run to files."""
