import type { ReadFailure, Reading } from "./model";

/**
 * S3's "does not answer": connections that come to nothing, and server errors, which are what a region
 * gives that is going down. A refusal, throttling or an error of our own is a sign of life, or none of
 * anything: docs/decisions/fence-terms.md.
 */
export function isSilence(failure: ReadFailure): boolean {
  return failure === "unreachable" || failure === "faulty";
}

/** True where a part of the world was asked for and did not answer. */
export function isSilent(reading: Reading<unknown> | undefined): boolean {
  return reading?.known === false && isSilence(reading.failure);
}
