"""Say where this Python looks for its standard library, and which shared libraries all needs.

Run as a file, by the Python that runs workers and apart from the grader: ``look.py`` has the
dynamic linker load every extension of the standard library, ``look.py PLACE`` every one of a
package. It prints what was found as a Python literal, and imports next to nothing, for speed. The
linker knows best: a wheel brings its libraries along, conda has them in one folder for all, and
Debian's are the system's.
"""

import ctypes
import os
import sys

NOT_USED = ("_tkinter", "nis", "_test", "_xx", "xx")  # how the names begin of what needs too much


class Object(ctypes.Structure):
    """The first two fields of the C library's ``struct dl_phdr_info``."""

    _fields_ = (("address", ctypes.c_void_p), ("name", ctypes.c_char_p))


def loaded() -> list[str]:
    """Return the files of all shared libraries in this process, by the names they were found by."""
    names: list[str] = []
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Object), ctypes.c_size_t, ctypes.c_void_p)

    def note(found, *_):  # type: ignore[no-untyped-def]
        names.append(os.fsdecode(found.contents.name))
        return 0

    ctypes.CDLL(None).dl_iterate_phdr(kind(note), None)
    return [name for name in names if name.startswith("/")]


def extensions(place: str, *, deep: bool) -> list[str]:
    """Return the extensions in a folder, and those below it if `deep`; or the one that it is."""
    found = [] if os.path.isdir(place) else [place]
    for folder, folders, names in os.walk(place):
        found += [os.path.join(folder, name) for name in names if not name.startswith(NOT_USED)]
        if not deep:  # others install below the standard library
            folders.clear()
    return [path for path in found if ".so" in os.path.basename(path)]


def main(standard: list[str], places: list[str]) -> None:
    """Load all that is in some places, or in the standard library, and print what came of it."""
    for place in places or standard:
        for path in extensions(place, deep=bool(places)):
            try:
                ctypes.CDLL(path)
            except OSError:  # it cannot be used here, by a worker either
                pass
    print({"standard": standard, "libraries": loaded()}, flush=True)
    os._exit(0)  # extensions that were never imported may fail as they are taken down


if __name__ == "__main__":
    main(sys.path[1:], sys.argv[1:])
