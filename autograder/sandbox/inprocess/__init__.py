"""Student code in this very process, where there can be no other: in a browser's tab.

`worker` answers the same requests as a process would (`autograder.sandbox.client`), with the code
of ``sandbox/worker/``; `stage` gives it modules, paths and streams of its own while it is at work,
and `deadline` stops it. Nothing is shut in here: so this is for students' own checks of public
cases, and whoever grades is refused. May import: the rest of the sandbox.
"""

LEVEL = "in-process"
"""What takes the place of one of `autograder.sandbox.levels.LEVELS`; it is none of them."""
