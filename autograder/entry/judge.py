"""Start a judging process by this file: ``python -P autograder/entry/judge.py PACK``.

It is started so as `start.py` is, on a machine that grades for another one: what it judges comes by
its standard input, a line of JSON each, and what is made of it goes to its standard output.
"""

import importlib
import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    runpy.run_path(str(Path(__file__).with_name("start.py")))
    importlib.import_module("autograder.course.grading.process").main(Path(sys.argv[1]))
