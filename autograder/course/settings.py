"""The settings of a course, as far as instructors alone use them: zone, due date, modules."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime, tzinfo

from autograder import exercises
from autograder.course import times
from autograder.exercises.settings import NAME, Settings, Wrong


def of_course() -> Settings:
    """Return the settings of this course, after a look at all of them.

    Raises
    ------
    UserError
        Its file says something that cannot be, or modules that are not here.
    """
    settings = exercises.of_course()
    due(settings)
    for module, wanted in settings.requirements.items():
        if importlib.util.find_spec(module) is None:
            raise Wrong(
                f"modules.{module}",
                f"it is not installed here. nox installs it; otherwise: python -m pip install "
                f'"{wanted}"',
            )
    return settings


def zone(settings: Settings) -> tzinfo | None:
    """Return the zone that a course has set, or None.

    Raises
    ------
    UserError
        There is no such zone.
    """
    if not settings.timezone:
        return None
    found = times.zone_named(settings.timezone)
    if found is None:
        reason = f"{settings.timezone!r} is not the IANA's name of a zone, such as Europe/Berlin."
        raise Wrong("timezone", reason)
    return found


def due(settings: Settings) -> datetime | None:
    """Return when the exercise is due, with its zone; None if the settings do not say.

    Raises
    ------
    UserError
        It is no date, or could be more than one.
    """
    local = zone(settings) or UTC
    if not settings.due:
        return None
    try:
        return times.read(settings.due, local)
    except ValueError as error:
        raise Wrong(
            "due",
            f"{settings.due}: {error}. Times are read as in {times.EXAMPLES}. Without a zone it is "
            f"the one that timezone in {NAME} sets, here {local}.",
        ) from None
