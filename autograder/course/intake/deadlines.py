"""By when each student was to hand in, and what came after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from autograder.course import times
from autograder.course.intake.naming import safe


@dataclass(frozen=True)
class Deadlines:
    """When an exercise is due.

    Attributes
    ----------
    common : datetime, optional
        For everybody; None if no date is set.
    own : mapping of str to datetime
        For those who have an extension, by our name of the student.
    zone : tzinfo
        The zone of times that name none.
    """

    common: datetime | None = None
    own: Mapping[str, datetime] = field(default_factory=dict)
    zone: tzinfo = UTC

    def missed(self, student: str, when: str) -> bool:
        """Return whether a student's time is known, and after the deadline."""
        due = self.own.get(safe(student), self.common)
        came = times.in_utc(when, self.zone)
        return due is not None and came is not None and came > due


NO_DEADLINES = Deadlines()
