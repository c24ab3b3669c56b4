const hour = 3600;
const day = 24 * hour;

/**
 * `754321` → `12 min 34 s`; what people read on a report. Rounds to whole seconds, to minutes from two
 * hours on and to days from two days on.
 */
export function readableDuration(milliseconds: number): string {
  const sign = milliseconds < 0 ? "−" : "";
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 60) return `${sign}${seconds} s`;
  if (seconds < 2 * hour) return sign + both(seconds, 60, "min", 1, "s");
  if (seconds < 2 * day) return sign + both(seconds, hour, "h", 60, "min");
  return `${sign}${Math.floor(seconds / day)} days`;
}

function both(seconds: number, unit: number, name: string, part: number, partName: string): string {
  const rest = Math.floor((seconds % unit) / part);
  return `${Math.floor(seconds / unit)} ${name}${rest === 0 ? "" : ` ${rest} ${partName}`}`;
}

/** Seconds behind, or that nobody knows. */
export function readableLag(seconds: number | null): string {
  return seconds === null ? "unknown" : readableDuration(seconds * 1000);
}
