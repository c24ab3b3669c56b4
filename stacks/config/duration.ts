const secondsPerUnit = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;

type Unit = keyof typeof secondsPerUnit;

/** A length of time that carries its unit, so that nobody has to guess: `"5 minutes"`, `"1 day"`. */
export type Duration = `${number} ${Unit}` | `${number} ${Unit}s`;

/** What a duration may look like, for messages and for the documentation. */
export const durationForm =
  'a whole number and its unit: "30 seconds", "5 minutes", "2 hours", "14 days"';

const pattern = /^(\d{1,6}) (second|minute|hour|day)s?$/;

export function isDuration(value: unknown): value is Duration {
  return typeof value === "string" && pattern.test(value);
}

/** The only conversion there is; everything that counts in another unit divides its answer. */
export function inSeconds(duration: Duration): number {
  const match = pattern.exec(duration);
  if (!match) throw new RangeError(`"${duration}" is not a duration. Write ${durationForm}.`);
  return Number(match[1]) * secondsPerUnit[match[2] as Unit];
}

/** Whole minutes, rounded up: a limit in minutes must not become shorter than what was asked. */
export function inMinutes(duration: Duration): number {
  return Math.ceil(inSeconds(duration) / secondsPerUnit.minute);
}

/** Whole days, rounded up: what is retained must not be retained for less than was asked. */
export function inDays(duration: Duration): number {
  return Math.ceil(inSeconds(duration) / secondsPerUnit.day);
}
