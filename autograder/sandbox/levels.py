"""Layers of isolation around the worker that runs student code, and whether they hold here.

`launch` says how a worker is started under one of `LEVELS`, `probe` tries from inside what each
of them is to stop.
"""

LEVELS = ("bubblewrap", "landlock", "limits")
"""From the strongest to the weakest; each one has the resource limits of the last."""
