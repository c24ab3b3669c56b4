/** What a scenario demands on its way. @throws Error that the round reports */
export function expectStep(otherwise: string, isSo: boolean): void {
  if (!isSo) throw new Error(otherwise);
}

/** @throws Error with both values */
export function expectEqual(
  what: string,
  found: string | number | undefined,
  expected: string | number,
): void {
  expectStep(`${what}: ${found ?? "nobody"} instead of ${expected}`, found === expected);
}
