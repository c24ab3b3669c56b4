/** S5, S7 and S8: how the failover record went from version to version. */
import type { FailoverRecord } from "../../../failover/model";
import type { RuleResult } from "../report";
import { type Evidence, judge } from "./ruleResult";

export function staleMeansNo({ trace, versions }: Evidence): RuleResult {
  const serving = versions.findIndex(({ record }) => record.phase === "serving");
  const first = versions[serving]?.record;
  const later = serving < 0 ? [] : versions.slice(serving + 1);
  const broken = [
    ...(first === undefined ? ["The record never came to serving: nothing was proven."] : []),
    ...later.flatMap(({ at, record }) =>
      record.phase === "serving" && record.generation === first?.generation
        ? []
        : [
            `${Math.round((at - trace.lostAt) / 1000)} s after the loss the record changed to ` +
              `${record.phase}, generation ${record.generation}.`,
          ],
    ),
  ];
  return judge(
    "S5",
    "Stale means no: a repeat, an old or a forged message changes nothing.",
    broken,
    "The drill sent each after serving; the record stayed.",
  );
}

export function converges({ versions }: Evidence): RuleResult {
  const broken = versions.flatMap(({ record }, index) => {
    const before = versions[index - 1]?.record.version;
    return before === undefined || record.version === before + 1
      ? []
      : [`Version ${record.version} was written over ${before}.`];
  });
  if (versions.length === 0) broken.push("No version was written: nothing was proven.");
  return judge(
    "S7",
    "Crash anywhere: every version of the record follows from the one before.",
    broken,
    `${versions.length} versions, each by compare-and-set. The crashes themselves are tested apart.`,
  );
}

export function neverStuck({ versions }: Evidence): RuleResult {
  const broken = versions.flatMap(({ record }) =>
    mute(record).map((what) => `Version ${record.version} does not say ${what}.`),
  );
  return judge(
    "S8",
    "Never silently stuck: each version of the record says what it waits for.",
    broken,
    "Each running step named what it waited for.",
  );
}

/** What a version leaves unsaid. */
function mute({ phase, steps, blockage }: FailoverRecord): string[] {
  if (phase === "blocked" && blockage === undefined) return ["what blocks it"];
  if (phase !== "confirming" && phase !== "recovering") return [];
  return Object.entries(steps).flatMap(([name, { state, waitsFor }]) =>
    state === "running" && !waitsFor ? [`what ${name} waits for`] : [],
  );
}
