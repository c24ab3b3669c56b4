import { criticalPath } from "../drill/criticalPath";
import { recordVersions, type Trace } from "../drill/trace";
import { buildFunction, startSchedule } from "../matrix/caseParts";
import { regions } from "../matrix/matrixPlan";
import { packFunctions } from "../matrix/packedFunction";
import { pathLimits } from "./benchPlan";
import type { BenchWorld } from "./benchWorld";
import { countCalls, type FailoverMeasurement, itemBytes } from "./measurement";

/** Loses the active region and measures how the deployed function brings the other one to serve. */
export async function measureFailover(
  world: BenchWorld,
  signal: AbortSignal,
): Promise<FailoverMeasurement> {
  const { deployment, gateway, behaviours } = world;
  const { plan, teams, names } = deployment;
  const [packed] = await packFunctions([plan], signal);
  if (packed === undefined) throw new Error("The function was not packed.");
  await buildFunction(deployment, packed);
  world.lose();
  await world.raiseAlarm();
  await startSchedule(deployment, packed);
  const versions = () => recordVersions({ tableName: plan.tableName, calls: world.calls() });
  const { invocations } = behaviours.lambda.runtime;
  let served: ReturnType<typeof versions>[number] | undefined;
  // Up to the end of the run that got there: its announcement and its metrics belong to the failover.
  await world.until("the new region to serve", signal, () => {
    const written = versions();
    served ??= written.find(({ record }) => record.phase === "serving");
    const blockage = written.at(-1)?.record.blockage;
    if (blockage !== undefined) throw new Error(`The failover is blocked: ${blockage.reason}`);
    const at = served?.at;
    return at !== undefined && invocations.some(({ endedAt }) => endedAt >= at);
  });
  if (served === undefined) throw new Error("The record never said that the new region serves.");
  const own = world.calls().filter(({ caller }) => caller === names.functionName);
  const path = criticalPath(traceOf(world), pathLimits(teams), versions());
  return {
    teams: teams.length,
    ...countCalls(own),
    rtoMs: served.at - world.lost.at,
    healthyTeams: world.healthyTeams(),
    criticalPathMs: path.reduce((total, { milliseconds }) => total + milliseconds, 0),
    failedRuns: invocations.flatMap(({ error }) => error?.errorMessage ?? []),
    memoryMb: Math.max(...invocations.map(({ maxMemoryMb }) => maxMemoryMb)),
    recordBytes: Math.max(...versions().map(({ record }) => itemBytes(record))),
  };

  function traceOf({ lost }: BenchWorld): Trace {
    return {
      lostAt: lost.at,
      endedAt: gateway.clock.now(),
      lostRegion: regions.active,
      servingRegion: regions.waiting,
      tableName: plan.tableName,
      calls: world.calls(),
      events: gateway.events.all().filter(({ at }) => at >= lost.at),
      latencies: gateway.latencies.drawn(),
    };
  }
}
