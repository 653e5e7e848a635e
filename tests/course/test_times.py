"""course/times.py: times that can mean one thing are read, and everything else is refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from autograder.course import times

LOS_ANGELES, BERLIN = ZoneInfo("America/Los_Angeles"), ZoneInfo("Europe/Berlin")


def utc(text, zone=UTC):
    return times.read(text, zone).astimezone(UTC).strftime("%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01 23:59", "12-01 23:59:00"),
        ("2026-12-01 23:59 UTC", "12-01 23:59:00"),
        ("2026-12-01T23:59Z", "12-01 23:59:00"),
        ("2026-12-01T23:59:30.25Z", "12-01 23:59:30"),
        ("2026-12-01 9:05 GMT", "12-01 09:05:00"),
        ("2026-12-01 23:59 -08:00", "12-02 07:59:00"),
        ("2026-12-01 23:59 -0800", "12-02 07:59:00"),
        ("2026-12-01T23:59-08:00", "12-02 07:59:00"),
        ("2026-12-01 23:59 -8", "12-02 07:59:00"),
        ("2026-12-01 23:59 UTC-8", "12-02 07:59:00"),
        ("2026-12-01 23:59 gmt+02:00", "12-01 21:59:00"),
        ("2026-12-01 23:59 +0530", "12-01 18:29:00"),
        ("2026-12-01 23:59 Europe/Berlin", "12-01 22:59:00"),
        ("2026-07-01 23:59 Europe/Berlin", "07-01 21:59:00"),
        ("2026-12-01 23:59 America/Argentina/Ushuaia", "12-02 02:59:00"),
        ("2026-12-01 23:59 EST", "12-02 04:59:00"),
        ("2026-12-01 23:59 CET", "12-01 22:59:00"),
        ("  2026-12-01\t23:59  UTC ", "12-01 23:59:00"),
        ("2026-12-01 10:00:00.500000 UTC", "12-01 10:00:00"),  # as nbgrader writes it
        ("2026-12-01", "12-01 23:59:00"),
        ("2026-12-01 Europe/Berlin", "12-01 22:59:00"),
    ],
)
def test_what_is_read(text, expected):
    assert utc(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "5", "Friday", "soon", "1.12.2026", "12/01/2026", "20261201", "2026-12", "2026-335",
     "2026-13-01", "2026-02-30", "2026-12-01 24:30", "2026-12-01 23:60", "2026-12-01 23",
     "2026-12-01 11:59 pm", "2026-12-01 23:59 PST", "2026-12-01 23:59 EDT", "2026-12-01 23:59 CEST",
     "2026-12-01 23:59 local", "2026-12-01 23:59 localtime", "2026-12-01 23:59 Europe/Berlino",
     "2026-12-01 23:59 ../UTC", "2026-12-01 23:59 +25:00", "2026-12-01 23:59 +08:75",
     "2026-12-01 23:59 IST", "2026-12-01 23:59 UTC+1 or so", "0001-01-01 00:00 +02:00",
     "9999-12-31 23:59 -02:00", "0000-01-01", "2026-12-01 23:59\x00", "２０２６-12-01 23:59",
     "2026-12-01 23:59 " + "A" * 10_000],
)  # fmt: skip
def test_what_is_refused(text):
    with pytest.raises(ValueError):
        times.read(text)
    assert times.in_utc(text) is None


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-12-01", LOS_ANGELES, "12-02 07:59:00"),
        ("2026-12-01 23:59", BERLIN, "12-01 22:59:00"),
        ("2026-12-01 23:59 PST", LOS_ANGELES, "12-02 07:59:00"),
        ("2026-07-01 23:59 PDT", LOS_ANGELES, "07-02 06:59:00"),
        ("2026-07-01 23:59 PST", LOS_ANGELES, "07-02 07:59:00"),
        ("2026-12-31 23:59 PDT", LOS_ANGELES, "01-01 06:59:00"),
        ("2026-07-01 23:59:01.000002 CEST", BERLIN, "07-01 21:59:01"),
        ("2026-12-01 23:59 CST", ZoneInfo("Asia/Shanghai"), "12-01 15:59:00"),
        ("2026-12-01 23:59 CST", ZoneInfo("America/Chicago"), "12-02 05:59:00"),
        ("2026-12-01 23:59 IST", ZoneInfo("Asia/Kolkata"), "12-01 18:29:00"),
        ("2026-12-01 23:59 -03", ZoneInfo("America/Sao_Paulo"), "12-02 02:59:00"),
        ("2026-10-25 02:30 CEST", BERLIN, "10-25 00:30:00"),
        ("2026-10-25 02:30 CET", BERLIN, "10-25 01:30:00"),
    ],
)
def test_the_zone_of_the_course(text, zone, expected):
    assert utc(text, zone) == expected


@pytest.mark.parametrize(
    "zone", ["US/Pacific", "Europe/Berlin", "Asia/Kolkata", "UTC", "Asia/Dubai"]
)
@pytest.mark.parametrize("month", [1, 7, 12])
def test_what_nbgrader_writes_comes_back(zone, month):
    from dateutil.tz import gettz

    when = datetime(2026, month, 3, 4, 5, 6, 789, tzinfo=gettz(zone))
    written = when.strftime("%Y-%m-%d %H:%M:%S.%f %Z")
    assert times.read(written, ZoneInfo(zone)) == when


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-12-01", UTC, "2026-12-01 23:59 UTC"),
        ("2026-12-01 23:59:30 Z", UTC, "2026-12-01 23:59:30 UTC"),
        ("2026-12-01 23:59 -08:00", UTC, "2026-12-01 23:59 UTC-08:00 (2026-12-02 07:59 UTC)"),
        ("2026-12-01", BERLIN, "2026-12-01 23:59 CET (UTC+01:00) (2026-12-01 22:59 UTC)"),
    ],
)
def test_what_was_understood_is_shown(text, zone, expected):
    assert times.shown(times.read(text, zone)) == expected
