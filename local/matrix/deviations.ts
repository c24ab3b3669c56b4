import type { Blockage } from "../../failover/model";
import type { RuleResult } from "../drill/report";
import type { EndState } from "./endState";
import type { MatrixCase } from "./matrixCase";
import { differences, type Outcome, servingEnd } from "./outcome";

/** Everything that was seen of a case; what it is held to its promise by. */
export interface Witness {
  /** Modelled minutes from the trouble to `serving`; undefined if it never came to that. */
  readonly minutes?: number;
  readonly end: EndState;
  readonly rules: readonly RuleResult[];
  /** Whether something irreversible was done without a confirmed fence. */
  readonly unfenced: boolean;
  /** The first blockage on record. */
  readonly blockage?: Blockage;
  /** Texts of all published pages. */
  readonly pages: readonly string[];
  /** What runs of the function failed with. */
  readonly errors: readonly string[];
  /** How often what cannot be undone took effect. */
  readonly promotions: number;
  readonly freed: number;
  /** Writing calls to anything but record, topic and metrics that took effect. */
  readonly touched: readonly string[];
  /** Injected faults that met no call: the case would prove nothing. */
  readonly unmet: readonly string[];
  /** Defects of the local AWS itself. */
  readonly defects: readonly string[];
}

/** Detection is the probe's, which no case of the matrix runs. */
const notJudged = new Set(["S10"]);

/** What a case did otherwise than promised; empty when all held. */
export function deviationsOf(one: Pick<MatrixCase, "promise" | "world">, seen: Witness): string[] {
  const { promise } = one;
  return [
    ...seen.defects.map((defect) => `Defect of the local AWS: ${defect}`),
    ...seen.unmet.map((fault) => `The trouble met no call: ${fault}.`),
    ...(promise.kind === "unchanged"
      ? untouched(promise, seen)
      : served(seen, one.world?.homeFreed === true ? 0 : 1)),
    ...ofKind(promise, seen),
  ];
}

function served(
  { end, rules, promotions, freed, unfenced, pages }: Witness,
  freeings: number,
): string[] {
  const broken = rules.filter(({ rule, held }) => !held && !notJudged.has(rule));
  return [
    ...differences(servingEnd, end),
    ...broken.map(({ rule, evidence }) => `${rule} is broken: ${evidence}`),
    ...(promotions === 1 ? [] : [`The replica was promoted ${promotions} times.`]),
    ...(freed === freeings ? [] : [`The home was freed ${freed} times.`]),
    ...(pages.some((text) => text.includes("is complete")) ? [] : ["Nobody was told of the end."]),
    ...(unfenced && !pages.some((text) => text.includes("could not be stopped"))
      ? ["Nobody was told that it went on unfenced."]
      : []),
  ];
}

function untouched(
  { phase }: Extract<Outcome, { kind: "unchanged" }>,
  { end, touched }: Witness,
): string[] {
  return [
    ...(end.record.phase === phase ? [] : [`The record is ${end.record.phase}, not ${phase}.`]),
    ...(end.record.generation === 1 ? [] : [`The generation is ${end.record.generation}, not 1.`]),
    ...touched.map((call) => `It was not to be touched: ${call}.`),
  ];
}

function ofKind(promise: Outcome, seen: Witness): string[] {
  const { blockage, minutes, unfenced } = seen;
  const fence =
    "unfenced" in promise || promise.kind === "serving" || promise.kind === "blocked"
      ? fenced(promise.unfenced ?? false, unfenced)
      : [];
  switch (promise.kind) {
    case "serving":
      return [
        ...fence,
        ...(blockage === undefined
          ? []
          : [`It was blocked at ${blockage.step}: ${blockage.reason}`]),
        ...(minutes !== undefined && minutes <= promise.within
          ? []
          : [`It served after ${minutes?.toFixed(1) ?? "∞"} min, not within ${promise.within}.`]),
      ];
    case "blocked":
      return [...fence, ...blocked(promise, seen)];
    case "failing":
      return seen.errors.some((error) => error.includes(promise.error))
        ? []
        : [`No run failed with "${promise.error}": ${seen.errors.join("; ") || "none failed"}.`];
    case "unchanged":
      return [];
  }
}

function fenced(promised: boolean, got: boolean): string[] {
  if (promised === got) return [];
  return [got ? "It went on without a confirmed fence." : "It did not go on unfenced."];
}

/** S8: the step, since when, why, and what a person can do; on record and on the page. */
function blocked(
  promise: Extract<Outcome, { kind: "blocked" }>,
  { blockage, pages }: Witness,
): string[] {
  if (blockage === undefined) return ["It was never blocked."];
  const { step, since, reason, remedy } = blockage;
  const page = pages.find((text) => text.includes("Blocked since") && text.includes(reason));
  return [
    ...(step === promise.step ? [] : [`It was blocked at ${step}, not ${promise.step}.`]),
    ...(since > 0 ? [] : ["The record does not say since when."]),
    ...(reason.includes(promise.reason) ? [] : [`The reason is "${reason}".`]),
    ...(remedy.includes(promise.remedy) ? [] : [`The remedy is "${remedy}".`]),
    ...(page?.includes(remedy) === true ? [] : ["No page says why and what to do."]),
  ];
}
