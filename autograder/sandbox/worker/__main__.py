"""Run student code on request: ``python -I <this folder> SETTINGS``.

SETTINGS is JSON: the folders that hold the package ``cs231n``, uppermost first, further folders
of packages, which modules of those can be imported, how this process shuts itself in (see
`confine`), and what is not to be used (see `standins`). Requests come on standard input, replies go
to standard output (see `wire`); what student code prints goes to standard error. This process has
inputs only: no expected value, no solution, no grade is ever sent to it.
"""

import json
import sys

import confine

if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    # What a distribution adds to each start of Python, such as Debian, is no module of a student's:
    # IPython would look for changes in a file that cannot be read from here on.
    for name in ("sitecustomize", "usercustomize"):
        sys.modules.pop(name, None)
    confine.apply(settings)
    sys.path += settings["packages"]

    import serve  # only now: NumPy starts threads, which must be shut in as well

    serve.main(settings)
