"""nbgrader's settings for the button Validate, which runs the whole notebook.

nbgrader gives a cell 30 seconds, and ends a longer one with KeyboardInterrupt. The cells that train
take minutes on a slow machine.
"""

c = get_config()  # noqa: F821 - nbgrader's own
c.Execute.timeout = 1800  # seconds
