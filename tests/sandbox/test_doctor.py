"""sandbox/doctor.py: it says what was tried here, and refuses where there is no sandbox."""

import argparse

import pytest

from autograder.errors import UserError
from autograder.sandbox import doctor
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.probe import FORBIDDEN, Probe


@pytest.fixture
def machine(monkeypatch):
    """Return a function that pretends a machine on which the given levels hold."""

    def pretend(*holding):
        everything = frozenset(forbidden.name for forbidden in FORBIDDEN)

        def probe(level):
            if level == "limits":
                return Probe(level, works=True, stopped=frozenset({"environment", "memory"}))
            if level in holding:
                return Probe(level, works=True, stopped=everything)
            return Probe(level, works=False, reason="it is not installed")

        monkeypatch.setattr(doctor, "probe", probe)
        strongest = next(level for level in LEVELS if level in (*holding, "limits"))
        monkeypatch.setattr(doctor, "strongest", lambda: strongest)

    return pretend


def run(capsys, **options):
    code = doctor.main(argparse.Namespace(**{"time": False, **options}))
    return code, capsys.readouterr().out


def test_this_machine(capsys):
    code, text = run(capsys)
    assert (code == 0) == (doctor.strongest() != "limits")
    assert f"Used here: {doctor.strongest()}." in text
    for forbidden in FORBIDDEN:
        assert forbidden.text in text
    assert [layer.name for layer in doctor.describe()] == list(LEVELS)


def test_with_bubblewrap(machine, capsys):
    machine("bubblewrap", "landlock")
    code, text = run(capsys)
    assert code == 0
    assert "OPEN" in text  # in the column of the limits
    assert "apt install" not in text
    doctor.require_sandbox()
    assert "Not stopped" not in doctor.one_line()


def test_with_nothing(machine, capsys):
    machine()
    code, text = run(capsys)
    assert code == 1
    assert "apt install bubblewrap" in text
    assert "it is not installed" in text
    with pytest.raises(UserError, match="bubblewrap: it is not installed"):
        doctor.require_sandbox()
    assert "reading files" in doctor.one_line()
    layers = {layer.name: layer for layer in doctor.describe()}
    assert not layers["landlock"].holds
    assert layers["limits"].stops.startswith("seeing the grader's environment")


def test_times(machine, capsys):
    machine()
    _, text = run(capsys, time=True)
    assert "Starting a worker under limits: " in text


def test_the_command_line_has_its_options():
    parser = argparse.ArgumentParser()
    doctor.add_arguments(parser)
    assert parser.parse_args(["--time"]).time
