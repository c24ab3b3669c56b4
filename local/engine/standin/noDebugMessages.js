/* global require */
"use strict";
/**
 * Loaded into a process that runs programs: keeps Pulumi's messages for its own debugging there. It
 * sends the engine four for each resource, each by a call of its own, three of four calls that a
 * program makes; the CLI shows them with `--debug` alone, and the stand-in nowhere.
 *
 * Plain JavaScript, because it is loaded before the compiler.
 */
const log = require("@pulumi/pulumi/log");

log.debug = () => Promise.resolve();
