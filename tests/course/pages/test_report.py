"""autograder/course/pages/report.py: the pages for a class and for each student."""

import base64
import hashlib
import re
import zoneinfo
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from bs4 import BeautifulSoup

from autograder.course.notebooks.picture import Picture
from autograder.course.notebooks.shown import Cell, Output
from autograder.course.pages import analysis, report
from autograder.course.record import Record
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import list_checks
from autograder.judging.verdict import Status
from made_up import record_of, score_for


def student_page(record, *, pictures=(), notebook=(), **changes):
    return report.student_page(EXERCISE, record, score_for(record, **changes), pictures, notebook)


def class_page(records):
    return report.class_page(EXERCISE, records, {r.student: score_for(r) for r in records})


def test_records_of_other_checks_still_make_a_page():
    old = record_of("old")
    fewer = Record("fewer", "k", "p", "", [], old.verdicts[1:])
    rates = analysis.items([old, fewer])
    assert rates[0].counts == {Status.PASSED: 1}
    assert rates[1].counts == {Status.PASSED: 2}


def test_pages_escape_what_students_wrote():
    evil = "<script>alert(1)</script>"
    record = record_of(evil, passed=False, message=evil, problem="", notes=[evil])
    for page in (student_page(record), class_page([record])):
        assert "<script>alert" not in page
        assert "default-src 'none'" in page
    assert "<script" not in student_page(record)
    assert "&lt;script&gt;" in student_page(record)


def test_the_class_page_says_how_student_code_was_shut_in():
    shut_in = [
        replace(record_of(n), isolation=lv) for n, lv in (("a", "landlock"), ("b", "limits"))
    ]
    page = class_page(shut_in)
    assert "1 ran isolated by <strong>landlock</strong>" in page
    assert page.count("This is not a sandbox") == 1


def test_a_message_is_shown_once_for_all_its_checks():
    page = student_page(record_of("al", passed=False, message="still a stub"))
    functions = {info.function for info in list_checks(EXERCISE)}
    assert page.count("still a stub") == len(functions)


def test_distribution_counts_everyone():
    records = [record_of("a"), record_of("b", passed=False)]
    counts = dict(analysis.distribution([score_for(record) for record in records]))
    assert sum(counts.values()) == 2
    assert counts["90 to 100"] == counts["0 to 9"] == 1


def test_ranges_of_points_begin_at_full_tens():
    def range_of(points, max_points=100.0):
        made = score_for(record_of("al"), points=points, max_points=max_points)
        (found,) = (name for name, count in analysis.distribution([made]) if count)
        return found

    assert range_of(9.9) == "0 to 9"
    assert range_of(10.0) == "10 to 19"
    assert range_of(89.9) == "80 to 89"
    assert range_of(90.0) == range_of(100.0) == range_of(105.0) == "90 to 100"
    assert range_of(15.0, max_points=50.0) == "30 to 39"
    assert range_of(0.0, max_points=0.0) == "0 to 9"


def test_who_has_less_than_half_of_the_points_needs_help():
    def page(points, max_points):
        record = record_of("al", passed=False)
        score = score_for(record, points=points, max_points=max_points)
        return report.class_page(EXERCISE, [record], {"al": score})

    for max_points in (100.0, 40.0):
        half = max_points / 2
        assert "Who needs help" in page(half - 0.01, max_points)
        assert "Who needs help" not in page(half, max_points)
        assert "Who needs help" not in page(half + 0.01, max_points)


def test_it_counts_what_stands_in_the_gradebook_for_who_needs_help():
    records = [record_of("al", passed=False), record_of("bo")]
    scores = {"al": score_for(records[0], points=80.0), "bo": score_for(records[1], points=10.0)}
    listed = (
        report.class_page(EXERCISE, records, scores).split("Who needs help")[1].split("</ul>")[0]
    )
    assert "bo:" in listed
    assert "al:" not in listed


def test_an_empty_class_has_a_page():
    assert "0 students" in class_page([])


def test_pictures_stand_with_their_function_and_have_words():
    pictures = [
        Picture("conv_forward_naive/standard", "out is <wrong>", b"PNG1"),
        Picture("filters", "32 filters", b"PNG2"),
    ]
    page = student_page(record_of("al", passed=False), pictures=pictures)
    sections = page.split("<section")
    assert 'alt="out is &lt;wrong&gt;"' in next(s for s in sections if 'id="conv_forward' in s)
    assert 'alt="32 filters"' in next(s for s in sections if 'id="one_epoch"' in s)
    assert page.count("<img") == 2


def test_the_notebook_is_shown_and_does_nothing():
    cells = [
        Cell("heading", "2 Convolution"),
        Cell("code", "print('<b>')", [Output("<b>"), Output("a picture", "UE5H")]),
        Cell("text", "<img src=x onerror=alert(1)>"),
        Cell("code", "1/0", [Output("ZeroDivisionError", wrong=True)]),
    ]
    page = student_page(replace(record_of("al"), notebook="Too slow."), notebook=cells)
    assert "&lt;b&gt;" in page
    assert "<img src=x" not in page
    assert "data:image/png;base64,UE5H" in page
    assert "Too slow." in page
    assert "Your notebook" not in student_page(record_of("al"))


def test_a_score_that_is_not_the_checks_is_explained():
    record = record_of("al", when="2026-12-02 01:00 UTC")
    page = student_page(
        record, points=85.0, penalty=20.0, changed=("one_epoch",), late=3700.0,
        comments={"answer_fast_layers": "Well <said>."},
    )  # fmt: skip
    assert "1:01:40" in page
    for words in ("<strong>85</strong>", "gave 100 points", "20 points"):
        assert words in page
    assert "Well &lt;said&gt;." in page
    assert "The checks gave" not in student_page(record_of("al"))


def test_the_commonest_mistakes_come_first():
    def wrong(student, *mistakes):
        record = record_of(student, passed=False)
        return replace(record, verdicts=[replace(v, mistakes=mistakes) for v in record.verdicts])

    records = [wrong("al", "it is <one>"), wrong("bo", "it is two"), wrong("cy", "it is two")]
    found = [row for row in analysis.commonest_mistakes(records) if row[0] == "conv_forward_naive"]
    assert [(sentence, students) for _, sentence, students in found] == [
        ("it is two", ["bo", "cy"]),
        ("it is <one>", ["al"]),
    ]
    assert "it is &lt;one&gt;." in class_page(records)


def test_a_message_that_reads_like_a_mistake_is_none():
    text = "RuntimeError: boo\nThis is exactly what comes out when nobody looks."
    record = record_of("al", passed=False, message=text)
    assert analysis.commonest_mistakes([record]) == []


def test_a_page_is_up_to_date_until_what_it_is_made_from_changes(tmp_path):
    record, path = record_of("al"), tmp_path / "al.html"
    score = score_for(record)
    assert not report.is_up_to_date(path, record, score)
    path.write_text(student_page(record), encoding="utf-8")
    assert report.is_up_to_date(path, record, score)
    assert not report.is_up_to_date(path, record, replace(score, points=99.0))
    assert not report.is_up_to_date(path, replace(record, notes=["late"]), score)
    path.write_bytes(b"\xff\xfe")
    assert not report.is_up_to_date(path, record, score)


def test_every_link_within_a_students_page_leads_somewhere():
    for problem in ("", "It holds neither layers.py nor cnn.py."):
        page = student_page(replace(record_of("lena", passed=False), problem=problem))
        links = set(re.findall(r'href="#([^"]+)"', page))
        assert bool(links) is not bool(problem)
        assert links <= set(re.findall(r'id="([^"]+)"', page))


def changed(record, **cells):
    """Return a score after a person has changed some cells."""
    cells = {**score_for(record).by_cell, **cells}
    return score_for(record, points=sum(cells.values()), by_cell=cells, changed=tuple(cells))


def text_of(page):
    return " ".join(BeautifulSoup(page, "html.parser").main.get_text(" ").split())


def test_after_a_manual_change_no_page_contradicts_itself():
    record = record_of("al")
    score = changed(record, conv_forward_naive=5.0)
    told = text_of(report.student_page(EXERCISE, record, score))
    assert "93 of 100 points" in told
    assert "For conv_forward_naive your instructor has decided on 5 instead of 12." in told
    assert "conv_forward_naive 5 of 12 checks: 12" in told
    assert "conv_forward_naive: 5 of 12 The checks gave 12 points, as below" in told
    assert "Everything is right" not in told
    assert "All checks are passed." in told
    told = text_of(report.class_page(EXERCISE, [record], {"al": score}))
    assert "93 (100)" in told
    assert "5/12 (12)" in told


def test_a_change_that_leaves_the_sum_is_told_too():
    record = record_of("al")
    score = changed(record, conv_forward_naive=10.0, answer_fast_layers=2.0)
    told = text_of(report.student_page(EXERCISE, record, score))
    assert "decided on 10 instead of 12. Your instructor gave 2 for answer_fast_layers." in told


def test_points_for_what_the_checks_find_wrong_are_points():
    record = record_of("al", passed=False, message="m")
    score = changed(record, conv_forward_naive=12.0)
    page = report.student_page(EXERCISE, record, score)
    assert "12 of 12 checks: 0" in text_of(page)
    assert "What to look at first: conv_forward_naive" in text_of(page)
    assert "12 points." in text_of(report.class_page(EXERCISE, [record], {"al": score}))


def test_pages_say_what_they_are_of_and_when():
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    record = replace(record_of("al", when="2026-12-01 23:00"), graded="2026-12-02T08:00:00+00:00")
    due = datetime(2026, 12, 1, 22, 59, tzinfo=UTC)
    score, setting = score_for(record, due=due), report.Setting("vision", zone)
    page = report.student_page(EXERCISE, record, score, setting=setting)
    told = text_of(page)
    assert "ConvolutionalNetworks, course vision." in told
    assert "Handed in 2026-12-01 23:00 CET (UTC+01:00)" in told
    assert "Due 2026-12-01 23:59 CET" in told
    assert "Graded 2026-12-02 09:00 CET" in told
    told = text_of(report.class_page(EXERCISE, [record], {"al": score}, (), setting))
    assert "ConvolutionalNetworks, course vision. Due 2026-12-01 23:59 CET" in told
    assert "2026-12-01 23:00" in told
    assert "not known" in text_of(student_page(record_of("al")))


def test_to_do_is_not_wrong():
    wrong = record_of("al", passed=False)
    missing = [replace(v, status=Status.MISSING) for v in wrong.verdicts]
    page = class_page([wrong, replace(wrong, student="bo", verdicts=missing)])
    rows = BeautifulSoup(page, "html.parser").find("table").tbody.find_all("tr")
    cells = [{(td["class"][-1], td.get_text()) for td in row.find_all("td")[1:4]} for row in rows]
    assert {kind for kind, _ in cells[0]} == {"none"}
    assert cells[1] == {("todo", "to do")}


def test_means_are_those_of_the_gradebook():
    records = [record_of("al"), record_of("bo", passed=False)]
    scores = {"al": changed(records[0], conv_forward_naive=5.0), "bo": score_for(records[1])}
    page = BeautifulSoup(report.class_page(EXERCISE, records, scores), "html.parser")
    means = [td.get_text() for td in page.find("table").tfoot.find_all("td")]
    assert means[:3] == ["46.5", "2.5", "7"]


def test_each_check_has_a_difficulty_and_a_discrimination():
    good, half, bad = record_of("al"), record_of("bo"), record_of("cy", passed=False)
    first, *_ = half.verdicts
    half = replace(half, verdicts=[first, *bad.verdicts[1:]])
    items = analysis.items([good, half, bad])
    assert items[0].difficulty == pytest.approx(2 / 3)
    rest = good.points - first.max_points
    assert items[0].discrimination == pytest.approx(np.corrcoef([1, 1, 0], [rest, 0, 0])[0, 1])
    assert analysis.items([good, good])[0].discrimination is None
    assert analysis.items([good])[0].difficulty == 1


def test_namesakes_can_be_told_apart():
    records = [record_of("ada-1"), record_of("ada-2"), record_of("bo")]
    scores = {r.student: score_for(r, name="Ada" if "ada" in r.student else "Bo") for r in records}
    told = text_of(report.class_page(EXERCISE, records, scores))
    assert "Ada (ada-1)" in told
    assert "Ada (ada-2)" in told
    assert "Bo (bo)" not in told


def test_the_only_script_is_the_one_whose_digest_the_page_names():
    page = BeautifulSoup(class_page([record_of("al")]), "html.parser")
    (script,) = page.find_all("script")
    digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert not page.find_all(lambda tag: any(name.startswith("on") for name in tag.attrs))


def test_the_source_stands_on_the_page_and_comments_on_it_by_its_name():
    record = record_of("al")
    score = score_for(record, comments={"layers_py": "A <nice> loop."})
    files = {"cs231n/layers.py": b"x = '<b>'\n"}
    page = report.student_page(EXERCISE, record, score, files=files)
    assert "Your instructor on layers.py A <nice> loop." in text_of(page)
    assert "Your cs231n/layers.py" in text_of(page)
    assert "<b>" not in page
