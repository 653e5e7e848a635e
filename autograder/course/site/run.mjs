// Run a Python file in Pyodide: node run.mjs PYODIDE FOLDER FILE.py PACKAGE,... ARGUMENT ...
// It sees FOLDER as /work.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, folder, file, packages, ...rest] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: path.join(pyodide, path.sep) });
await python.loadPackage(packages.split(","), { messageCallback: () => {} });
python.FS.mkdirTree("/work");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/work");
python.pyimport("sys").argv = python.toPy([file, ...rest]);
try {
  python.runPython(fs.readFileSync(file, "utf8"), {
    globals: python.toPy({ __name__: "__main__" }),
  });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
