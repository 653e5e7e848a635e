"""The browser edition: a folder for any static host, in which the whole exercise runs in a tab.

`pyodide` looks at the Python for browsers that the instructor has got, and has it compile what it
will load (`in_pyodide`, run in Node by ``run.mjs``). `fetch` gets the rest by its hashes,
`contents` says what the tab finds of the exercise, `reading` makes the notebook a page, and `build`
puts the site together with JupyterLite. May import: `release` and what that may.
"""
