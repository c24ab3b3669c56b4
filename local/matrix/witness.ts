import { checkSafety } from "../drill/safetyRules";
import { succeeded, type Trace } from "../drill/trace";
import { onlyReads } from "../gateway/callLog";
import type { CaseWorld } from "./caseWorld";
import type { Witness } from "./deviations";
import { readEndState } from "./endState";
import { regions, rulesLimits } from "./matrixPlan";

/** Operations by which the function keeps its own books. */
const bookkeeping = new Set(["PutItem", "Publish", "PutMetricData"]);

/** Gathers what a case left behind; to be called when it is over and its faults are gone. */
export async function witnessOf(world: CaseWorld): Promise<Witness> {
  const end = await readEndState(world);
  const versions = world.versions();
  const { begun, gateway, behaviours, names } = world;
  const serving = versions.find(({ record }) => record.phase === "serving");
  const blockage = versions.find(({ record }) => record.blockage !== undefined)?.record.blockage;
  const events = gateway.events.all().filter(({ at }) => at >= begun.at);
  const happened = (service: string, what: RegExp): number =>
    events.filter((event) => event.service === service && what.test(event.what)).length;
  return {
    end,
    ...(serving === undefined ? {} : { minutes: (serving.at - begun.at) / 60_000 }),
    ...(blockage === undefined ? {} : { blockage }),
    rules: checkSafety(traceOf(world), rulesLimits(world.site.prefix)),
    unfenced: versions.some(({ record }) => record.steps.fence?.state === "unconfirmed"),
    pages: behaviours.sns.published.map(({ message }) => message),
    errors: behaviours.lambda.runtime.invocations.flatMap(({ functionName, error }) =>
      functionName === names.functionName && error !== undefined
        ? [`${error.errorType}: ${error.errorMessage}`]
        : [],
    ),
    promotions: happened("rds", /is modifying/),
    freed: happened("elasticfilesystem", /is writable/),
    touched: world
      .functionCalls()
      .filter((call) => succeeded(call) && !onlyReads(call.action) && !bookkeeping.has(call.action))
      .map(({ service, action, region }) => `${service} ${action} ${region}`),
    unmet: world.injected
      .filter(({ met }) => met === 0)
      .map(({ specification }) => JSON.stringify(specification.effect)),
    defects: world.defects.map(String),
  };
}

function traceOf(world: CaseWorld): Trace {
  const { gateway, begun, names } = world;
  return {
    lostAt: begun.at,
    endedAt: gateway.clock.now(),
    lostRegion: regions.active,
    servingRegion: regions.waiting,
    tableName: names.tableName,
    calls: world.calls(),
    // What was so before the trouble counts: a rule asks whether it was so when traffic moved.
    events: gateway.events.all(),
    latencies: gateway.latencies.drawn(),
  };
}

/** The record's way through its phases, and what blocked it. */
export function recordSaid(world: CaseWorld): string {
  const said: string[] = [];
  for (const { record } of world.versions()) {
    const { phase, blockage, steps } = record;
    const words =
      phase === "blocked"
        ? `blocked at ${blockage?.step ?? "?"}: ${blockage?.reason ?? "?"}`
        : phase === "recovering" && steps.fence?.state === "unconfirmed"
          ? "recovering UNFENCED"
          : phase;
    // Numbers in a reason change each round.
    const plain = words.replace(/\d+/g, "#");
    if (said.at(-1)?.replace(/\d+/g, "#") !== plain) said.push(words);
  }
  return said.join(" → ") || "nothing";
}
