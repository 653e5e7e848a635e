"""What helps with exceptions that many students meet, by what their summary reads."""

from __future__ import annotations

import re

from autograder.sandbox.errors import Raised, WorkerError

NO_LIBRARY = (
    "The grader has NumPy and the given package. Plot in the notebook instead, and remove an "
    "import that an editor has added."
)
NO_KEYBOARD = (
    "A debugger or input() finds no keyboard here: your code runs apart. In a cell of the notebook "
    "it does, where you call your function yourself."
)
NO_FILE = "The given package has no such file: the folder assignment/cs231n has all that there are."
WHOLE = "In Python 3, / gives a float even for whole numbers. Sizes and positions need //."
HINTS = (
    (r"TypeError: '(numpy\.)?float\d*' object cannot be interpreted as an integer", WHOLE),
    (r"TypeError: expected a sequence of integers .*, got '(np\.float\d+\()?\d+\.", WHOLE),
    (
        r"TypeError: slice indices must be integers",
        f"A slice has a bound that is no integer. {WHOLE}",
    ),
    (r"ModuleNotFoundError: No module named 'cs231n\b", NO_FILE),
    (r"(ModuleNotFoundError|ImportError)", NO_LIBRARY),
    (
        r"NameError: name 'xrange' is not defined",
        "This is Python 2. In Python 3, xrange is range.",
    ),
    (
        r"AttributeError: .*has no attribute 'iter(items|keys|values)'",
        "This is Python 2. In Python 3, a dictionary has items(), keys() and values().",
    ),
    (
        r"AttributeError: .*has no attribute 'has_key'",
        "This is Python 2. In Python 3, write: key in dictionary.",
    ),
    (
        r"TypeError: (unravel_index.*'dims'|'dims'.*unravel_index)",
        "NumPy has renamed an argument of unravel_index: dims is shape now.",
    ),
    (
        r"AttributeError: module 'numpy",
        "This name is gone from NumPy, or was never there. np.int, np.float and np.bool are int, "
        "float and bool; np.lib.pad is np.pad.",
    ),
    (r"(bdb\.)?BdbQuit", NO_KEYBOARD),
    (r"EOFError: EOF when reading a line", NO_KEYBOARD),
    (
        r"SyntaxError: Missing parentheses in call to 'print'",
        "This is Python 2. In Python 3, print is a function: print(...).",
    ),
)


def hints_for(error: WorkerError) -> list[str]:
    """Return what helps with an exception, if many students meet it."""
    summary = error.summary if isinstance(error, Raised) else ""
    return [hint for pattern, hint in HINTS if re.match(pattern, summary)][:1]
