import { inLanes } from "../lanes";
import {
  controlPlaneMetrics,
  type Metric,
  type ProbePlan,
  type ProbeTarget,
  readingsSuffice,
  type TargetReading,
  type TeamAnswer,
  teamMetrics,
} from "./probePlan";

/** What the probe does to the world; a fake in tests. */
export interface ProbePorts {
  /** Asks one team. Never throws: what goes wrong is the answer. */
  ask(target: ProbeTarget): Promise<TeamAnswer>;
  /** Reads one target group in the active region. Never throws. */
  readTargets(target: ProbeTarget): Promise<TargetReading>;
  /** Publishes data points in the waiting region. Throws when CloudWatch refuses them. */
  publish(metrics: readonly Metric[]): Promise<void>;
  log(line: string): void;
}

/** Target groups that are read at the same time; keeps far below the API's rate limit. */
const readingBatch = 10;

/** One run: asks both signals at the same time and publishes what they say. */
export async function probe(plan: ProbePlan, ports: ProbePorts): Promise<readonly Metric[]> {
  const [answers, readings] = await Promise.all([askTeams(plan, ports), readTargets(plan, ports)]);
  const metrics = [...teamMetrics(answers, plan), ...controlPlaneMetrics(readings)];
  ports.log(summary(answers, readings, metrics));
  await ports.publish(metrics);
  const untold = readings.find((reading) => reading.kind === "unknown");
  if (untold !== undefined && !metrics.some(isSecondSignal)) {
    // Fails the run, so that the function's own alarm tells people that half of the detection is blind.
    throw new Error(
      `The second signal is blind: the control plane in ${plan.activeRegion} answered, but not with health: ${untold.error}`,
    );
  }
  return metrics;
}

function isSecondSignal(metric: Metric): boolean {
  return metric.name === "ControlPlaneDown";
}

async function askTeams(plan: ProbePlan, ports: ProbePorts): Promise<TeamAnswer[]> {
  const answers: TeamAnswer[] = [];
  await inLanes(plan.targets, plan.concurrency, async (target) => {
    answers.push(await ports.ask(target));
  });
  return answers;
}

async function readTargets(plan: ProbePlan, ports: ProbePorts): Promise<TargetReading[]> {
  const readings: TargetReading[] = [];
  for (let start = 0; start < plan.targets.length; start += readingBatch) {
    const batch = await Promise.all(
      plan.targets.slice(start, start + readingBatch).map((target) => ports.readTargets(target)),
    );
    readings.push(...batch);
    if (readingsSuffice(batch)) break;
  }
  return readings;
}

/** One line a run; names at most 20 teams, because a dead region would name 500 each minute. */
function summary(
  answers: readonly TeamAnswer[],
  readings: readonly TargetReading[],
  metrics: readonly Metric[],
): string {
  const unhealthy = answers.filter((answer) => !answer.healthy);
  return JSON.stringify({
    metrics: Object.fromEntries(metrics.map((metric) => [metric.name, metric.value])),
    unhealthy: unhealthy.slice(0, 20).map((answer) => `${answer.team}: ${answer.says}`),
    ...(unhealthy.length > 20 ? { unhealthyNotNamed: unhealthy.length - 20 } : {}),
    controlPlane: readings.map((reading) => reading.kind).slice(0, 20),
  });
}
