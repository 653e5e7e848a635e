"""For instructors: the skeleton, the release, and the grading of a class. Not given to students."""

import sys

# jsonschema, on which nbformat rests, imports this where JupyterLab has brought it along. Making
# its grammar takes seconds in each process, and is for addresses beyond ASCII: we check none.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
