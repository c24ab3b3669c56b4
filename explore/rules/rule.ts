/** The rules that the exploration checks; S9 to S11 are about other things than these decisions. */
export const rules = {
  S1: "One writer: no two controllers write, and nothing is promoted or freed, before the record says so.",
  S2: "Traffic last: after the database, the home and the first healthy team.",
  S3: "Fence first: commit on an emptied region, or on its silence for fenceTimeout, and aloud.",
  S4: "One-way latch: after the commit no decision leads back.",
  S5: "Stale means no: late, repeated, forged and wrong triggers change nothing.",
  S6: "RPO gate: no commit with an unknown lag unless a person forces it; a planned one loses nothing.",
  S7: "Crash anywhere: left alone and without an obstacle, every state converges to a tidy end.",
  S8: "Never silently stuck: whatever waits says for what, and a person can lead it out.",
} as const;
export type Rule = keyof typeof rules;

export const ruleNames = Object.keys(rules) as Rule[];

/** One break of a rule, in words for a person. */
export interface Breach {
  readonly rule: Rule;
  readonly what: string;
}
