/* global process, setTimeout */
"use strict";
/**
 * Loaded into the program's process before anything else: ends it soon after its first uncaught
 * error. Pulumi's host reports the error and then waits for the event loop to run dry, which the
 * open connections to the engine prevent for as long as calls are pending and up to a minute more.
 *
 * Plain JavaScript, because it is loaded before the compiler.
 */

/** Long enough for the host to deliver its report (a call on loopback), also on a busy machine. */
const graceMs = 500;

let ending = false;

function endSoon() {
  if (ending) return;
  ending = true;
  setTimeout(() => process.exit(1), graceMs);
}

process.on("uncaughtException", endSoon);
process.on("unhandledRejection", endSoon);
