"""The first commands of both READMEs work word for word, with any Python that has venv."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "autograder/course/release/student_readme.md"]


def blocks(page):
    """Return the commands of each block of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block.strip().splitlines() for block in re.findall(r"```\n(.*?)```", text, re.S)]


@pytest.mark.parametrize("page", PAGES)
def test_the_first_block_is_for_unix_and_the_second_for_windows(page):
    unix, windows = blocks(page)[:2]
    for line in unix:
        make, install, run = line.split(" && ")
        assert make == "python3 -m venv .venv"
        assert install == ".venv/bin/python -m pip install nox"
        assert re.fullmatch(r"\.venv/bin/nox -s \w+", run)
    assert [line.split()[0] for line in windows] == [
        "py",
        r".venv\Scripts\python",
        r".venv\Scripts\nox",
    ]
    assert not any("&&" in line for line in windows), "an older PowerShell does not know it"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_tells_to_install_into_the_systems_python(page):
    commands = [line for block in blocks(page) for line in block]
    assert not [
        line for line in commands if re.match(r"(python\S*|pip\S*) (-m pip )?install", line)
    ]
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "sudo apt install python3-venv" in text
    assert re.search(r"ensurepip\s+is\s+not\s+available", text)
    assert "pipx run nox" in text
    assert "uvx nox" in text


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a block for Unix")
def test_the_first_line_runs_word_for_word(tmp_path):
    folder = tmp_path / "CS231n [spring] it's"
    folder.mkdir()
    shutil.copy(ROOT / "noxfile.py", folder)
    (line,) = {blocks(page)[0][0].rpartition(" ")[0] for page in PAGES}  # without the session
    programs = tmp_path / "bin"
    programs.mkdir()
    base = Path(getattr(sys, "_base_executable", sys.executable))
    (programs / "python3").write_text(f'#!/bin/sh\nexec {shlex.quote(str(base))} "$@"\n')
    (programs / "python3").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"PYTHONPATH": "", "PYTHONSAFEPATH": ""}
    *before, run = line.split(" && ")

    def sh(command):
        return subprocess.run(
            ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
        )

    done = sh(" && ".join(before))
    if done.returncode and "No matching distribution" in done.stdout + done.stderr:
        pytest.skip("there is no network to install nox from")
    assert done.returncode == 0, done.stderr
    assert_lists(sh(run.replace(" -s", " --list")))
    (folder / "random.py").write_text("print('scratch')\n")
    assert_lists(sh(run.replace(" -s", " --list")))


def assert_lists(done):
    """Assert that nox has listed the sessions."""
    assert done.returncode == 0, done.stderr
    assert "check" in done.stdout
    assert "scratch" not in done.stdout
