"""Anything at all as a notebook: refused by name, or made into one that can be shown."""

import json

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.course.gradebook import autograded, entries
from autograder.course.intake.apart import Apart
from autograder.course.notebooks import run as notebook
from autograder.course.notebooks import shown
from autograder.course.notebooks.file import NotANotebook, read
from fuzzing import fuzzed
from made_up import course_at

GIVEN = "answer_fast_layers"
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 10**25)
    | st.floats()
    | st.sampled_from(
        [GIVEN, "conv_forward_naive", "code", "markdown", "", "\ud800", "\x00", "a\nb"]
    )
    | st.text(max_size=9)
)
keys = st.sampled_from(
    ["nbgrader", "grade_id", "cell_type", "source", "metadata", "attachments", "data"]
) | st.text(max_size=3)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
texts = st.sampled_from(
    ["x = 1", "%%bash\nls", "![a](attachment:a.png)", "$x$ <b", "[a](javascript:b)"]
)
abouts = st.fixed_dictionaries(
    {
        "schema_version": st.just(3) | trees,
        "grade": st.booleans(),
        "grade_id": st.sampled_from([GIVEN, "conv_forward_naive", "other"]) | trees,
        "locked": st.booleans(),
        "solution": st.booleans(),
    },
    optional={"points": st.just(3) | scalars, "checksum": scalars, "task": scalars},
)
cells = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "source": texts | st.lists(texts | trees, max_size=3) | trees,
        "metadata": st.fixed_dictionaries({"nbgrader": abouts | trees}) | trees,
    },
    optional={"attachments": trees, "outputs": trees, "id": trees},
)
books = st.fixed_dictionaries(
    {"nbformat": st.just(4), "cells": st.lists(cells | trees, max_size=4) | trees},
    optional={"metadata": trees, "nbformat_minor": trees},
)
APART = Apart()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    with APART:
        yield course_at(tmp_path_factory.mktemp("course"))


@fuzzed(60)
@given(books.map(json.dumps).map(str.encode) | st.binary(max_size=60))
@example(b'{"nbformat": 4, "nbformat": 3, "cells": []}')
@example(b'{"nbformat": NaN, "cells": []}')
@example(b'{"nbformat": 4, "cells": [' + b"9" * 5000 + b"]}")
@example(b"[" * 200_000)
@example(b'{"nbformat": 4, "cells": [' + b"{}," * 1_000_000 + b"{}]}")
@example(b'{"nbformat": 4, "cells": [{"cell_type": ["code"], "source": "x"}]}')
@example(b'\xef\xbb\xbf{"nbformat": 4, "cells": []}')
def test_what_is_called_a_notebook(course, data):
    try:
        book = read(data)
    except NotANotebook as error:
        assert 0 < len(str(error)) < 300
        return
    executed = notebook.to_bytes(book)
    nbformat.validate(nbformat.reads(executed.decode("utf-8"), as_version=4))
    list(shown.cells(executed, course.released))
    made = autograded.make(course, executed, {"conv_forward_naive": "3 points"}, APART)
    assert set(entries.answered(made.notebook)) >= {GIVEN}
    autograded.keep(course, "al", made.notebook)
