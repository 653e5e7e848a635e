"""How the autograder is entered: by its file, from a notebook, and past files that hide modules.

`start` and `kernel` are run as files, before anything of ours can be imported; `shadows` looks for a
scratch file that hides a module, before anything else is. Only `start` imports ours: ``__main__``.
"""
