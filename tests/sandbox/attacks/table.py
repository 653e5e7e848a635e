"""The table in ``autograder/README.md``: ``python -m tests.sandbox.attacks.table`` prints it.

`test_table` compares it with what stands there; the tests themselves hold each level to it.
"""

from . import (
    test_accidents,
    test_archives,
    test_class,
    test_forging,
    test_hands,
    test_machine,
    test_reading,
    test_shortcuts,
)
from .arena import EVERYWHERE, LEVELS

GROUPS = {
    "Reading": [*test_reading.ATTACKS],
    "Forging": [*test_forging.FILES],
    "Shortcuts": [*test_shortcuts.ATTACKS],
    "Reaching others": [*test_hands.ATTACKS],
    "Hurting the machine": [*test_machine.ATTACKS],
}
EVERYWHERE_TOO = (
    test_forging.ATTACKS,
    test_forging.NETS,
    test_machine.HANGS,
    test_machine.TOPS,
    test_machine.ENDS,
    test_machine.RESIST,
    test_accidents.BROKEN,
    test_archives.ARCHIVES,
)


def rows() -> list[tuple[str, str, frozenset[str]]]:
    """Return the group, name and stopping levels of every attack that has a row of its own."""
    found = [
        (g, attack.name, attack.stopped) for g, attacks in GROUPS.items() for attack in attacks
    ]
    found += [("Reading", name, stopped) for name, stopped in test_reading.OTHERS.items()]
    return found + [("Hurting the machine", *item) for item in test_class.OUTLIVES.items()]


def count() -> int:
    """Return the number of all attacks."""
    return len(rows()) + sum(map(len, EVERYWHERE_TOO))


def table() -> str:
    """Return what stops which attack, as Markdown: only what not every level stops."""
    lines = [f"| | {' | '.join(LEVELS)} |", "|---|" + "---|" * len(LEVELS)]
    for group in GROUPS:
        lines.append(f"| **{group}** |" + " |" * len(LEVELS))
        for name, stopped in sorted((n, s) for g, n, s in rows() if g == group):
            if stopped != EVERYWHERE:
                cells = ["stopped" if level in stopped else "**open**" for level in LEVELS]
                lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(f"{count()} attacks, {sum(s != EVERYWHERE for *_, s in rows())} rows\n\n{table()}")
