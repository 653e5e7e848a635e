"""What an edit of a student's code is called, in the student's own words and lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from autograder.diagnosis.mend.edit import Edit

TOKEN = re.compile(r"\w+|\*\*=?|//=?|[-+*/@]=|[<>=!]=|\S")
OPERATOR = re.compile(r"[-+*/@%]|\*\*|//")
LONGEST = 90  # characters of a line that is quoted
MENDS = "everything right that was tried: "
ONE, MORE = f"One change makes {MENDS}", "{count} changes together make " + MENDS
COUNTS = {2: "Two", 3: "Three", 4: "Four"}


def sentence(text: str, path: str, edits: Sequence[Edit]) -> str:
    """Return what would make some code right, without a full stop.

    Examples
    --------
    >>> edit = Edit(14, 15, "W", 1)
    >>> print(sentence("b = H\\nc = a + H\\n", "layers.py", [edit]).partition(": ")[2])
    in line 2 of layers.py, `c = a + H`, `W` for `H`
    """
    parts: dict[str, None] = {}
    last = 0
    for edit in sorted(edits, key=lambda e: e.start):
        number, line = place(text, edit)
        file = "" if parts else f" of {path}"
        where = f"in line {number}{file}, `{line}`, " if number != last else ""
        parts[where + what(text, edit)] = None
        last = number
    head = ONE if len(parts) == 1 else MORE.format(count=COUNTS.get(len(parts), len(parts)))
    return head + "; and ".join(parts)


def is_change(told: str) -> bool:
    """Return whether what is told is a change of some code, and no known mistake."""
    return MENDS in told


def place(text: str, edit: Edit) -> tuple[int, str]:
    """Return the number and the content of the line in which an edit is."""
    number = text.count("\n", 0, edit.start)
    line = text.split("\n")[number].strip()
    return number + 1, line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


def what(text: str, edit: Edit) -> str:
    """Return what an edit puts in the place of what, as few words of both as will do."""
    if edit.said:
        return edit.said
    old, new = plain(text[edit.start : edit.end]), plain(edit.new)
    less, more = shortest(old, new)
    if any(map(has_operator, (less, more))) and not OPERATOR.fullmatch(less):
        less, more = old, new
    return f"`{more}` for `{less}`"


def has_operator(text: str) -> bool:
    """Return whether two parts of a text are joined by an operator, outside all brackets."""
    depth = 0
    for word in TOKEN.findall(text):
        depth += (word in "([{") - (word in ")]}")
        if not depth and OPERATOR.fullmatch(word):
            return True
    return False


def plain(code: str) -> str:
    """Return a part of some code without needless parentheses."""
    for template, mode in (("({})", "eval"), ("x[{}]", "eval"), ("{}", "exec")):
        try:
            made = ast.unparse(ast.parse(template.format(code), mode=mode))
        except SyntaxError:
            continue
        return made[2:-1] if template == "x[{}]" else made
    return code


def shortest(old: str, new: str) -> tuple[str, str]:
    """Return what differs in two texts, with so much around it that both are whole."""
    before, after = list(TOKEN.finditer(old)), list(TOKEN.finditer(new))
    words, others = [m[0] for m in before], [m[0] for m in after]
    start = 0
    while start < min(len(words), len(others)) and words[start] == others[start]:
        start += 1
    end = 0
    while end < min(len(words), len(others)) - start and words[-1 - end] == others[-1 - end]:
        end += 1
    while True:
        one = words[start : len(words) - end]
        two = others[start : len(others) - end]
        if (is_whole(one) and is_whole(two)) or not (start or end):
            break
        if start:
            start -= 1
        else:
            end -= 1
    return part(old, before, start, end), part(new, after, start, end)


def is_whole(words: Sequence[str]) -> bool:
    """Return whether some words can stand by themselves: there are some, and brackets close."""
    depth = 0
    for word in words:
        depth += (word in "([{") - (word in ")]}")
        if depth < 0:
            return False
    return bool(words) and not depth


def part(text: str, found: Sequence[re.Match[str]], start: int, end: int) -> str:
    """Return the text from one word to another."""
    return text[found[start].start() : found[len(found) - end - 1].end()]
