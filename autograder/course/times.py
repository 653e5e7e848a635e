"""Points in time as people and nbgrader write them: one of a few forms, or refused.

What could mean two things is not read at all: ``1.12.2026`` is in January or in December, and three
letters such as PST name a zone to those who live in it only.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache

EXAMPLES = "2026-12-01 23:59 Europe/Berlin, 2026-12-01 23:59 +01:00 or 2026-12-01 23:59 UTC"
END_OF_DAY = (23, 59)
WRITTEN = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:(?:T|[ \t]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"[ \t]*([^\s\d].*)?",
    re.ASCII,
)
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII | re.IGNORECASE)
MOST = timedelta(hours=15)  # that any place is from UTC
NO_PLACES = {"Factory", "localtime", "posixrules"}  # listed among the zones, and none


def zone_named(name: str) -> tzinfo | None:
    """Return the zone that the IANA calls `name`, or None if there is none."""
    if name not in zone_names():
        return None
    return UTC if name == "UTC" else zoneinfo.ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all zones; to list them takes files."""
    return frozenset(zoneinfo.available_timezones() - NO_PLACES)


def read(text: str, zone: tzinfo = UTC) -> datetime:
    """Return the time that `text` names, with its zone.

    Parameters
    ----------
    text : str
        A date as ISO 8601 has it, with or without a time. Then nothing, an offset, the IANA's name
        of a zone, or an abbreviation that is in use in `zone`.
    zone : tzinfo
        The zone of the course: of what does not name one. A date alone is its last minute.

    Raises
    ------
    ValueError
        It is nothing of that; the message says what is wrong, for the end of a sentence.
    """
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("it is not year-month-day, hour:minute and a zone")
    year, month, day, hour, minute, second, fraction, name = found.groups()
    at = (int(hour), int(minute)) if hour else END_OF_DAY
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        local = datetime(int(year), int(month), int(day), *at, int(second or 0), micro)
        when = local.replace(tzinfo=zone) if name is None else in_zone(local, name.strip(), zone)
        when.astimezone(UTC)  # in the years 1 and 9999 it may not be there
    except OverflowError:
        raise ValueError("it is too far away") from None
    return when


def in_zone(local: datetime, name: str, zone: tzinfo) -> datetime:
    """Return a local time in the zone that people write as `name`.

    Raises
    ------
    ValueError
        There is no such zone, or not one alone.
    """
    if name.upper() in ("Z", "UTC", "GMT"):
        return local.replace(tzinfo=UTC)
    if offset := OFFSET.fullmatch(name):
        sign, hours, minutes = offset.groups()
        away = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if away > MOST:
            raise ValueError(f"no place is {name} from UTC")
        return local.replace(tzinfo=timezone(-away if sign == "-" else away))
    for fold in (0, 1):  # the hour that comes twice has both
        there = local.replace(tzinfo=zone, fold=fold)
        if there.tzname() == name:
            return there
    for month in range(1, 13):  # winter's name for a time in summer is that offset
        there = local.replace(tzinfo=zone, month=month, day=1)
        if there.tzname() == name:
            return local.replace(tzinfo=timezone(there.utcoffset() or timedelta(0), name))
    named = zone_named(name)
    if named is None:
        raise ValueError(f"{name!r} is not the name of one zone")
    return local.replace(tzinfo=named)


def in_utc(text: str, zone: tzinfo = UTC) -> datetime | None:
    """Return the time that `text` names, in UTC; None if it names none."""
    try:
        return read(text, zone).astimezone(UTC)
    except ValueError:
        return None


def shown(when: datetime) -> str:
    """Return a time with its zone, and in UTC where that is another: for people."""
    there = in_full(when)
    utc = in_full(when.astimezone(UTC))
    return there if there == utc else f"{there} ({utc})"


def in_full(when: datetime) -> str:
    """Return a time in its own zone; seconds where there are some."""
    seconds = ":%S" if when.second or when.microsecond else ""
    name, offset = when.tzname() or "", when.strftime("%z")
    offset = f"{offset[:3]}:{offset[3:5]}"
    if not when.utcoffset():
        zone = "UTC"
    elif OFFSET.fullmatch(name):
        zone = f"UTC{offset}"
    else:
        zone = f"{name} (UTC{offset})"
    return when.strftime(f"%Y-%m-%d %H:%M{seconds} ") + zone
