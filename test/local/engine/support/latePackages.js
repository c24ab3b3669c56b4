/* global require */
"use strict";
/**
 * Loaded into a sandbox program's process before Pulumi: the compiler and npm's package tree, which
 * Pulumi loads with itself to serialize functions, are loaded when they are first asked for. The
 * sandbox's programs serialize none, and two thirds of their processor time was loading the two.
 *
 * Plain JavaScript, because it is loaded before anything else.
 */
const Module = require("node:module");

const load = Module._load;

/** By the names that Pulumi asks for them: what of each is used, or undefined for all of it. */
const late = { "@npmcli/arborist": ["Arborist"], typescript: undefined };

Module._load = function (request, parent, isMain) {
  if (!Object.hasOwn(late, request)) return load.call(this, request, parent, isMain);
  const member = (_target, name) => load.call(Module, request, parent, isMain)[name];
  const names = late[request];
  if (names === undefined) return new Proxy({}, { get: member });
  // Pulumi's `__importStar` copies the members of all that is not marked, and so would load it at once.
  const exported = Object.defineProperty({}, "__esModule", { value: true });
  for (const name of names) {
    Object.defineProperty(exported, name, { enumerable: true, get: () => member(exported, name) });
  }
  return exported;
};
