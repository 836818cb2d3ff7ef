"""What runs inside the processes of a run that is recorded. It imports nothing of this package.

This folder leads ``PYTHONPATH`` there, so that each of them begins with :mod:`.sitecustomize`.
"""
