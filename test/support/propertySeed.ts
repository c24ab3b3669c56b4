import fc from "fast-check";

/**
 * Property tests draw new examples each time, so that every run looks somewhere else. Where a failure
 * must be the fault of the change at hand, FAST_CHECK_SEED (a whole number) gives all runs the same.
 */
const seed = process.env.FAST_CHECK_SEED;
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
