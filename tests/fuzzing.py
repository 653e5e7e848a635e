"""How long fuzzing goes on: a little in every run of the tests, longer with ``--fuzz N``."""

from hypothesis import HealthCheck, settings

TIMES = [1]  # set before the tests are read, by conftest.py


def fuzzed(examples, **options):
    """Return settings for so many examples, or as many times more as ``--fuzz`` says.

    The few are the same in every run; the many are others each time.
    """
    return settings(
        max_examples=examples * TIMES[0],
        deadline=None,
        derandomize=TIMES[0] == 1,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        **options,
    )
