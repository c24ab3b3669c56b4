/**
 * Holds the stand-in engine beside the real one: the same program, the same providers, the same
 * sequence of runs, compared operation by operation. `conformanceMain.ts` does so with both stacks.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import Table from "cli-table3";
import {
  OperationFailed,
  type ConfigOverride,
  type Engine,
  type Operation,
  type OperationResult,
  type RunOptions,
  type StackSpec,
} from "./engine";

/** What both engines are to run. */
export interface ConformanceSubject {
  readonly name: string;
  /** The stack in a world of its own, so that one engine's resources are not the other's. */
  stack(engine: Engine["kind"], stateDir: string): StackSpec;
  /** Configuration that creates, updates, replaces and deletes something. */
  readonly changed: Readonly<Record<string, ConfigOverride>>;
  /** Which of the runs; default all. */
  readonly runs?: readonly ConformanceRun[];
  /** True if something is protected, so that the destroy must be refused; default false. */
  readonly refusesDestroy?: boolean;
  /** Where an engine keeps its state, for subjects that build on one another; default: its own. */
  readonly stateDir?: (engine: Engine["kind"]) => string;
}

/** The runs, in their order. Every one starts from what the one before left. */
export const conformanceRuns = [
  "preview of nothing",
  "first up",
  "second up",
  "preview of a change",
  "changed up",
  "refresh",
  "destroy",
] as const;
export type ConformanceRun = (typeof conformanceRuns)[number];

/** What is compared of one run. */
interface Observed {
  readonly failed: boolean;
  readonly operations: ReadonlyMap<string, Operation>;
  /** By output: its type, and whether it is secret. Undefined where the engine does not tell. */
  readonly outputs: Readonly<Record<string, string>> | undefined;
}

/** One place where the engines do not agree. */
export interface Difference {
  readonly run: ConformanceRun;
  /** A URN, or the name of an output, or empty for the whole run. */
  readonly subject: string;
  readonly aspect: "presence" | "op" | "parent" | "protect" | "order" | "output" | "end";
  readonly standin: string;
  readonly pulumi: string;
  /** Why it may be so; undefined if nothing explains it. */
  readonly explanation?: string;
}

/** The result of one run under both engines. */
export interface ComparedRun {
  readonly run: ConformanceRun;
  readonly operations: Readonly<Record<Engine["kind"], number>>;
  readonly milliseconds: Readonly<Record<Engine["kind"], number>>;
  readonly differences: readonly Difference[];
}

interface Explanation {
  readonly applies: (difference: Omit<Difference, "explanation">) => boolean;
  readonly reason: string;
}

/** Differences that are known and do no harm. Everything else fails the conformance. */
export const explanations: readonly Explanation[] = [
  {
    applies: ({ run, aspect }) => aspect === "output" && run.startsWith("preview"),
    reason: "The Automation API tells no outputs of a preview; the stand-in does.",
  },
];

/** Runs the whole sequence under both engines, which share nothing but the machine. */
export async function compareEngines(
  subject: ConformanceSubject,
  engines: { readonly standin: Engine; readonly pulumi: Engine },
  options: RunOptions = {},
): Promise<ComparedRun[]> {
  const ended = await Promise.allSettled([
    runAll(engines.standin, subject, options),
    runAll(engines.pulumi, subject, options),
  ]);
  const [standin, pulumi] = ended.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  }) as [RunsByName, RunsByName];
  return (subject.runs ?? conformanceRuns).map((run) => {
    const [left, right] = [standin.get(run), pulumi.get(run)];
    if (left === undefined || right === undefined) throw new Error(`The run ${run} is missing.`);
    return {
      run,
      operations: { standin: left.operations.size, pulumi: right.operations.size },
      milliseconds: { standin: left.milliseconds, pulumi: right.milliseconds },
      differences: differencesOf(run, left, right),
    };
  });
}

type RunsByName = Map<ConformanceRun, Observed & { milliseconds: number }>;

async function runAll(
  engine: Engine,
  subject: ConformanceSubject,
  options: RunOptions,
): Promise<RunsByName> {
  const own =
    subject.stateDir === undefined
      ? fs.mkdtempSync(path.join(os.tmpdir(), `conformance-${engine.kind}-`))
      : undefined;
  const stateDir = subject.stateDir?.(engine.kind) ?? own ?? "";
  const stack = subject.stack(engine.kind, stateDir);
  const changed = { ...stack, config: { ...stack.config, ...subject.changed } };
  const runs: Record<ConformanceRun, () => Promise<OperationResult>> = {
    "preview of nothing": () => engine.preview(stack, options),
    "first up": () => engine.up(stack, options),
    "second up": () => engine.up(stack, options),
    "preview of a change": () => engine.preview(changed, options),
    "changed up": () => engine.up(changed, options),
    refresh: () => engine.refresh(changed, options),
    destroy: () => engine.destroy(changed, options),
  };
  const observed: RunsByName = new Map();
  try {
    for (const run of subject.runs ?? conformanceRuns)
      observed.set(run, await observe(runs[run], run === "destroy" && subject.refusesDestroy));
    return observed;
  } finally {
    if (own !== undefined) fs.rmSync(own, { recursive: true, force: true });
  }
}

/** Any failure but the refusal that is expected ends the comparison: there is nothing to compare. */
async function observe(operate: () => Promise<OperationResult>, mayRefuse = false) {
  let failed = false;
  const result = await operate().catch((error: unknown) => {
    if (!(error instanceof OperationFailed) || !mayRefuse) throw error;
    failed = true;
    return error.result;
  });
  return {
    failed,
    operations: new Map(result.operations.map((operation) => [operation.urn, operation])),
    outputs: shapeOf(result),
    milliseconds: result.milliseconds,
  };
}

function shapeOf({ outputs }: OperationResult): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, { value, secret, known }]) => {
      const type = !known ? "unknown" : Array.isArray(value) ? "array" : typeof value;
      return [key, secret ? `secret ${type}` : type];
    }),
  );
}

function differencesOf(run: ConformanceRun, standin: Observed, pulumi: Observed): Difference[] {
  const found: Omit<Difference, "explanation">[] = [];
  const note = (
    subject: string,
    aspect: Difference["aspect"],
    left: string | undefined,
    right: string | undefined,
  ) => {
    if (left === right) return;
    found.push({ run, subject, aspect, standin: left ?? "(none)", pulumi: right ?? "(none)" });
  };
  note("", "end", standin.failed ? "refused" : "done", pulumi.failed ? "refused" : "done");
  for (const urn of union(standin.operations.keys(), pulumi.operations.keys())) {
    const [left, right] = [standin.operations.get(urn), pulumi.operations.get(urn)];
    if (left === undefined || right === undefined) {
      note(urn, "presence", left?.op, right?.op);
      continue;
    }
    note(urn, "op", left.op, right.op);
    note(urn, "parent", left.parent, right.parent);
    note(urn, "protect", String(left.protect), String(right.protect));
    note(urn, "order", left.replaceOrder, right.replaceOrder);
  }
  for (const key of union(Object.keys(standin.outputs ?? {}), Object.keys(pulumi.outputs ?? {}))) {
    note(key, "output", standin.outputs?.[key], pulumi.outputs?.[key]);
  }
  return found.map((difference) => {
    const reason = explanations.find(({ applies }) => applies(difference))?.reason;
    return reason === undefined ? difference : { ...difference, explanation: reason };
  });
}

function union(left: Iterable<string>, right: Iterable<string>): string[] {
  return [...new Set([...left, ...right])].sort();
}

/** True if nothing differs that is not explained. */
export function conforms(runs: readonly ComparedRun[]): boolean {
  return runs.every(({ differences }) => differences.every((d) => d.explanation !== undefined));
}

/** The comparison as tables for a person. */
export function describeComparison(subject: string, runs: readonly ComparedRun[]): string {
  const summary = new Table({
    head: [subject, "stand-in", "pulumi", "differ", "explained"],
    style: { head: [], border: [] },
  });
  for (const { run, operations, milliseconds, differences } of runs) {
    const cell = (kind: Engine["kind"]) =>
      `${operations[kind]} in ${(milliseconds[kind] / 1000).toFixed(1)} s`;
    const explained = differences.filter((d) => d.explanation !== undefined).length;
    summary.push([run, cell("standin"), cell("pulumi"), differences.length - explained, explained]);
  }
  const lines = runs
    .flatMap(({ differences }) => differences)
    .filter((difference) => difference.explanation === undefined)
    .map((d) => `${d.run}: ${d.subject} ${d.aspect}: stand-in ${d.standin}, pulumi ${d.pulumi}`);
  const reasons = new Set(
    runs.flatMap(({ differences }) => differences.map((d) => d.explanation)).filter(Boolean),
  );
  return [
    summary.toString(),
    ...lines,
    ...[...reasons].map((reason) => `Explained: ${reason ?? ""}`),
  ].join("\n");
}
