"""A made-up student, for a sample class."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Student:
    """A made-up student.

    Attributes
    ----------
    name : str
        Also of the folder or archive.
    story : str
        What this student shows.
    points : float
        What the submission is worth.
    edits : tuple
        ``(file, old, new)``: each `old` stands in the solution exactly once.
    stubs : tuple of str
        The files taken from the skeleton instead.
    nested : str
        Folder in which the package lies.
    archive : str
        ``"zip"``, ``"zip in zip"``, or empty for a folder.
    notebook : bool
        The notebook was handed in too.
    extra : dict of str to str
        Further files.
    """

    name: str
    story: str
    points: float
    edits: tuple[tuple[str, str, str], ...] = ()
    stubs: tuple[str, ...] = ()
    nested: str = ""
    archive: str = ""
    notebook: bool = False
    extra: dict[str, str] = field(default_factory=dict)
