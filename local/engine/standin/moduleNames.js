/* global __filename, exports, require */
"use strict";
/**
 * Loaded before Pulumi into a process that runs programs. To serialize inline functions, Pulumi asks of
 * each value that they reach whether it is a module, and for that goes through all loaded modules each
 * time: thousands of values by thousands of modules, a fifth of the serialization. Here modules are
 * found by what they export; the list is made anew after a module was loaded.
 *
 * Plain JavaScript, because it is loaded before the compiler.
 */
const Module = require("node:module");

const file = require.resolve("@pulumi/pulumi/runtime/closure/createClosure");
const search = "for (const path of Object.keys(require.cache)) {";

/** By what they export, paths of loaded modules; undefined: to be made. */
let paths;

/** Pulumi looks itself whether the module is still there and exports the value. */
function pathsOf(exported) {
  if (paths === undefined) {
    paths = new Map();
    for (const path of Object.keys(require.cache)) {
      const { exports } = require.cache[path];
      if (!paths.has(exports)) paths.set(exports, path);
    }
  }
  return paths.has(exported) ? [paths.get(exported)] : [];
}

const { load, _compile: compile } = Module.prototype;

Module.prototype.load = function (...rest) {
  try {
    return load.apply(this, rest);
  } finally {
    paths = undefined;
  }
};

Module.prototype._compile = function (text, name, ...rest) {
  if (name !== file) return compile.call(this, text, name, ...rest);
  Module.prototype._compile = compile;
  const parts = text.split(search);
  if (parts.length !== 2) throw new Error(`${file} does not look for modules as it did.`);
  const quick = parts.join(
    `for (const path of require(${JSON.stringify(__filename)}).pathsOf(target)) {`,
  );
  return compile.call(this, quick, name, ...rest);
};

exports.pathsOf = pathsOf;
