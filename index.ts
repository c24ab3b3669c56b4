import { readSettings } from "./stacks/config";
import { dr } from "./stacks/dr";
import { primary } from "./stacks/primary";

const programs = { primary, dr };

/** One program a stack: settings are read and checked whole before anything is registered. */
const stack = readSettings();
export = programs[stack.settings.program](stack);
