// Run a Python file in the site's Pyodide: node run.mjs SITE FOLDER FILE.py, with FOLDER as /work.
import fs from "node:fs";
import path from "node:path";

const [site, folder, file] = process.argv.slice(2);
const base = path.join(site, "static", "pyodide") + path.sep;
const settings = JSON.parse(fs.readFileSync(path.join(site, "jupyter-lite.json"), "utf8"));
const kernel = settings["jupyter-config-data"].litePluginSettings[
  "@jupyterlite/pyodide-kernel-extension:kernel"
];
const { loadPyodide } = await import(path.join(base, "pyodide.mjs"));
const python = await loadPyodide({
  indexURL: base,
  env: { HOME: "/home/pyodide", PIECES: "/work/pieces.json", FOUND: "/work/found.json" },
});
await python.loadPackage(kernel.loadPyodideOptions.packages, { messageCallback: () => {} });
python.FS.mkdirTree("/work");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/work");
try {
  python.runPython("import sys; sys.path[:0] = [f'{p}/convnets' for p in sys.path]");
  python.runPython(fs.readFileSync(file, "utf8"), {
    globals: python.toPy({ __name__: "__main__" }),
  });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
