"""An exercise's table as another process gets it: only what intake needs, and as JSON has it."""

from __future__ import annotations

from typing import Any

from autograder.exercise import Exercise, Function, StudentFile


def table_of(exercise: Exercise) -> dict[str, Any]:
    """Return what reading needs to know of an exercise, for another process."""
    files = [
        {
            "path": file.path,
            "without": sorted(file.without),
            "noted": sorted(file.noted),
            "also": file.also,
        }
        for file in exercise.files
    ]
    functions = [[function.name, function.file.path] for function in exercise.functions]
    return {"assignment": exercise.assignment, "files": files, "functions": functions}


def exercise_of(table: dict[str, Any]) -> Exercise:
    """Return the exercise of which `table_of` made a table."""
    files = {
        file["path"]: StudentFile(
            file["path"],
            memory=0,
            without=dict.fromkeys(file["without"], ()),
            noted=frozenset(file["noted"]),
            also=file["also"],
        )
        for file in table["files"]
    }
    functions = tuple(Function(name, "", files[path]) for name, path in table["functions"])
    return Exercise("", table["assignment"], tuple(files.values()), functions, ())
