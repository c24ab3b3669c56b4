/** `754321` → `12 min 34 s`; what people read on a report. Rounds to whole seconds. */
export function readableDuration(milliseconds: number): string {
  const sign = milliseconds < 0 ? "−" : "";
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 60) return `${sign}${seconds} s`;
  const rest = seconds % 60;
  return `${sign}${Math.floor(seconds / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}

/** Seconds behind, or that nobody knows. */
export function readableLag(seconds: number | null): string {
  return seconds === null ? "unknown" : readableDuration(seconds * 1000);
}
