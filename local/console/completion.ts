import { type Known, syntax } from "./commands";

/** What may follow what was typed, for the Tab key, and the part of the line that it replaces. */
export function complete(line: string, known: Known): [string[], string] {
  const words = line.trimStart().split(/\s+/);
  const last = words.at(-1) ?? "";
  const candidates = words.length === 1 ? Object.keys(syntax) : operands(words, known);
  return [
    candidates.filter((word) => word.startsWith(last)).map((candidate) => `${candidate} `),
    last,
  ];
}

function operands(
  [verb = "", ...words]: readonly string[],
  { primary, dr, services }: Known,
): readonly string[] {
  const regions = ["primary", "dr", primary, dr];
  if (verb === "lose" || verb === "revive") return words.length === 1 ? regions : [];
  if (verb === "throttle" || verb === "fail" || verb === "slow") {
    if (words.length === 1) return services;
    return verb === "slow" && words.length === 2 ? ["10s", "30s", "2m"] : regions;
  }
  if (words.length > 1) return [];
  const fixed: Readonly<Record<string, readonly string[]>> = {
    alarm: ["region-down"],
    failover: ["--force"],
    time: ["1", "60", "600"],
    wait: ["5m", "serving", "standby"],
    calls: ["on", "all", "off"],
  };
  return fixed[verb] ?? [];
}
