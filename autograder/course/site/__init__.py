"""The browser edition: a folder for any static host, in which the whole exercise runs in a tab.

`pyodide` looks at the Python for browsers that the instructor has got, `fetch` gets the rest by its
hashes, `exercise` says what the tab finds of the exercise, and `build` puts the site together with
JupyterLite. May import: `release` and what that may.
"""
