"""Start the autograder of this folder by its file: ``python -P autograder/entry/start.py COMMAND``.

So started, neither a file of the current folder that is called as a module of Python's (such as
``random.py``) nor an installed copy of the autograder comes before what is meant. The notebook
and the sessions of nox begin here.
"""

import importlib.util
import sys
from pathlib import Path


def load_package() -> None:
    """Load the package ``autograder`` that this file lies in, whatever is on the path."""
    folder = Path(__file__).resolve().parents[1]
    spec = importlib.util.spec_from_file_location(
        "autograder", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} cannot be imported.")
    sys.modules["autograder"] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)


if __name__ != "__main__":
    load_package()  # for the processes that grade a class: they start with this file
else:
    try:
        load_package()
        from autograder.__main__ import main
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)  # as the commands do
    sys.exit(main())
