"""How the autograder is entered: by its file, from a notebook, and past files that hide modules.

`start` and `kernel` are run as files, before anything of ours can be imported; `shadows` looks for
a scratch file that hides a module, before anything else is. Of ours, only `start` imports anything:
``__main__``.
"""
