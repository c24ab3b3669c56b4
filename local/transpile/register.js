/* global process, __dirname, require */
"use strict";
/**
 * `node -r local/transpile/register.js main.ts`: runs TypeScript as `ts-node/register/transpile-only`
 * does, and keeps what ts-node made of each file in `.cache/transpiled`. A drill starts some ten
 * processes, each of which would compile the same hundred files (25 ms each) and load the compiler
 * (0.3 s). On a hit neither happens; on a miss ts-node itself compiles, so that Pulumi serializes
 * the functions' closures from the same text either way.
 *
 * A file is compiled anew when its text, tsconfig.json, ts-node or TypeScript changes; its entry is
 * overwritten then, so that the cache does not grow. Deleting the folder is always safe.
 *
 * Plain JavaScript, because it is loaded before the compiler.
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { threadId } = require("node:worker_threads");

const root = path.resolve(__dirname, "..", "..");
const folder = path.join(root, ".cache", "transpiled");
const tsconfig = path.join(root, "tsconfig.json");
const tsNodeFolder = path.dirname(require.resolve("ts-node/package.json"));

/** What every file's output depends on besides its own text. */
const toolchain = [
  fs.readFileSync(tsconfig, "utf8"),
  require("ts-node/package.json").version,
  require("typescript/package.json").version,
].join("\n");

/** By path, the JavaScript that runs: stack traces are mapped back with the source map inside. */
const outputs = new Map();

let compiler;

function compile(file, source) {
  compiler ??= require("ts-node").create({ transpileOnly: true, project: tsconfig });
  return compiler.compile(source, file);
}

/** The file's JavaScript, from the cache or from the compiler. */
function transpiled(file) {
  const source = fs.readFileSync(file, "utf8");
  // A program elsewhere, such as in a test's temporary folder, would leave its entry for ever.
  if (!file.startsWith(root + path.sep)) return compile(file, source);
  const trailer = `\n//# transpiled-from=${digest(`${toolchain}\n${file}\n${source}`)}\n`;
  const entry = path.join(folder, `${path.basename(file)}-${digest(file).slice(0, 16)}.js`);
  const kept = readIfThere(entry);
  if (kept !== undefined && kept.endsWith(trailer)) return kept.slice(0, -trailer.length);
  const output = compile(file, source);
  keep(entry, output + trailer);
  return output;
}

function digest(text) {
  return createHash("sha256").update(text).digest("hex");
}

function readIfThere(entry) {
  try {
    return fs.readFileSync(entry, "utf8");
  } catch (error) {
    // What root has put there, such as under sudo, is nothing for others.
    if (error.code === "ENOENT" || error.code === "EACCES") return undefined;
    throw error;
  }
}

/** Processes, and threads of one, that compile the same file at once each put a whole entry in place. */
function keep(entry, text) {
  const unfinished = `${entry}.${process.pid}.${threadId}`;
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(unfinished, text, { mode: 0o600 });
    fs.renameSync(unfinished, entry);
  } catch (error) {
    // A clone that cannot be written to still runs, only slower.
    if (!["EACCES", "EROFS", "EPERM", "ENOSPC"].includes(error.code)) throw error;
  }
}

require.extensions[".ts"] = (module, file) => {
  const output = transpiled(file);
  outputs.set(file, output);
  module._compile(output, file);
};

// What ts-node installs. It also takes the place of the `source-map-support` that Pulumi's program
// host asks for.
const sourceMaps = require(
  require.resolve("@cspotcode/source-map-support", { paths: [tsNodeFolder] }),
);
sourceMaps.install({
  environment: "node",
  // A blank text has no source map. Pulumi's lead to files directly under `node_modules/@pulumi/`,
  // for which Node's `util.inspect` in colour never returns and fills the memory: a program's
  // first error would take a minute and a gigabyte to print.
  retrieveFile: (file) => outputs.get(file) ?? (/[\\/]node_modules[\\/]/.test(file) ? " " : ""),
  redirectConflictingLibrary: true,
});

// Pulumi takes a stack of each of its promises, some forty a resource, from errors without a message
// that nobody throws. To map or even to print those frames takes several times as long as all the
// rest of a program; where such an error was made is enough. With no limit Pulumi looks for the line
// that made a resource, and gets every frame.
const mapped = Error.prepareStackTrace;
Error.prepareStackTrace = (error, frames) => {
  if (!(error instanceof Error) || error.message !== "") return mapped(error, frames);
  const shown = Number.isFinite(Error.stackTraceLimit) ? frames.slice(0, 1) : frames;
  return [error.name, ...shown].join("\n    at ");
};
