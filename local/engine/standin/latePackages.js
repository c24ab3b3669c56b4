/* global require */
"use strict";
/**
 * Loaded before Pulumi into a process that runs programs. To serialize inline functions, Pulumi loads
 * the compiler and npm's package tree with itself, half of a small program's processor time, and
 * reads the tree of installed packages anew for each function, half a second each. Here both are
 * loaded when the first function is serialized, and the tree, which does not change while a program
 * runs, is read once per folder.
 *
 * Plain JavaScript, because it is loaded before anything else.
 */
const Module = require("node:module");

const load = Module._load;

/** By the names that Pulumi asks for them: what each offers, made when it is first asked for. */
const late = {
  typescript: (loaded) => {
    let compiler;
    return new Proxy({}, { get: (_target, name) => (compiler ??= loaded())[name] });
  },
  "@npmcli/arborist": (loaded) => {
    let arborist;
    // Pulumi's `__importStar` copies the members of all that is not marked, which would load it at once.
    return Object.defineProperties(
      {},
      {
        __esModule: { value: true },
        Arborist: { enumerable: true, get: () => (arborist ??= readingOnce(loaded().Arborist)) },
      },
    );
  },
};

Module._load = function (request, parent, isMain) {
  if (!Object.hasOwn(late, request)) return load.call(this, request, parent, isMain);
  return late[request](() => load.call(Module, request, parent, isMain));
};

/** By folder, the promise of its package tree. */
const trees = new Map();

function readingOnce(Arborist) {
  return class extends Arborist {
    loadActual(options = {}) {
      if (Object.keys(options).length > 0) return super.loadActual(options);
      const tree = trees.get(this.path) ?? super.loadActual();
      trees.set(this.path, tree);
      return tree;
    }
  };
}
