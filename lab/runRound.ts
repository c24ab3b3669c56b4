import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PairProfile } from "../components/pair/proxyTiming";
import { movesAfter } from "./measure/addressMoves";
import { outageOf, serversOf } from "./measure/outage";
import { buildProblems, readBuilds } from "./measure/builds";
import { longestSilence } from "./measure/streams";
import { stripOf } from "./measure/strip";
import { writerProblems } from "./measure/writers";
import { monotonic } from "./monotonic";
import type { Random } from "./random";
import type { RoundResult, TeamResult, TimedEvent } from "./result";
import type { Rig } from "./rig";
import type { Prepared, Scenario } from "./scenario";

/** One round: which scenario, under which profile, for which time. */
export interface RoundPlan {
  readonly scenario: Scenario;
  readonly profile: PairProfile;
  readonly round: number;
}

/** Longest interval of the daemons by profile, ms: a fault may hit at any moment between two looks. */
const phases: Readonly<Record<PairProfile, number>> = { reference: 5_000, fast: 1_000 };

/** How long all users have to be served without a failure until it counts as over, ms. */
const steady = 1_500;

/** What is shown of the time before the fault, ms. */
const before = 1_000;

/**
 * Makes the machines, hits them at a random moment, and watches what their users meet.
 *
 * @param number of the network segment, which no other round at the time has
 */
export async function runRound(
  plan: RoundPlan,
  number: number,
  random: Random,
): Promise<RoundResult> {
  const prepared = await plan.scenario.prepare(plan.profile, number);
  const { rig } = prepared;
  let result: RoundResult;
  try {
    await sleep(before + random() * phases[plan.profile]);
    result = await hit(plan, prepared, random);
  } finally {
    await rig.close();
  }
  // Without power nobody writes any more.
  return { ...result, problems: [...result.problems, ...homesProblems(rig.homes)] };
}

async function hit(plan: RoundPlan, prepared: Prepared, random: Random): Promise<RoundResult> {
  const { scenario, profile, round } = plan;
  const { rig } = prepared;
  const fault = monotonic();
  const notes: TimedEvent[] = [];
  const note = (text: string) => notes.push({ at: monotonic() - fault, text });
  const problems: string[] = [];
  try {
    await prepared.inject({ random, note });
    await watch(prepared, scenario.watch[profile], fault);
  } catch (error) {
    problems.push((error as Error).message);
  }
  const end = monotonic();
  const moves = movesAfter(rig.addressMoves, fault).map(({ at, machine }) => ({
    at: at - fault,
    text: `${machine} has the address`,
  }));
  const result: RoundResult = {
    scenario: scenario.name,
    profile,
    round,
    teams: rig.users.names.map((team) => teamResult(rig, team, fault, end)),
    addressMoves: moves,
    events: [...notes, ...moves].sort((one, other) => one.at - other.at),
    problems: [],
    watched: end - fault,
  };
  problems.push(...((await prepared.check?.(result)) ?? []));
  return { ...result, problems };
}

/**
 * Until the scenario has been over and users have been served for a while, within its times. A request
 * that is under way when the address moves may fail though it is served again at once: who stops
 * watching at that moment would not see it.
 */
async function watch(
  prepared: Prepared,
  { atLeast, atMost }: Scenario["watch"][PairProfile],
  fault: number,
): Promise<void> {
  const elapsed = () => (monotonic() - fault) / 1000;
  let overSince: number | undefined;
  while (elapsed() < atMost) {
    if (prepared.isOver?.() ?? true) overSince ??= monotonic();
    else overSince = undefined;
    const overForLong = overSince !== undefined && monotonic() - overSince >= steady;
    if (elapsed() >= atLeast && overForLong && prepared.rig.users.servedSteadily(steady)) return;
    await sleep(100);
  }
}

function teamResult(rig: Rig, team: string, fault: number, end: number): TeamResult {
  const own = rig.users.samples.filter((sample) => sample.team === team);
  const earlier = own.filter(({ begun }) => begun < fault);
  const since = own.filter(({ begun }) => begun >= fault);
  const shown = own.filter(({ begun }) => begun >= fault - before);
  const silence = (kind: "websocket" | "agent") =>
    longestSilence(
      rig.users.streams.filter((stream) => stream.team === team && stream.kind === kind),
      fault,
      end,
    );
  return {
    team,
    // A request may be under way when the fault hits: it counts.
    ...outageOf(own.filter(({ begun, took }) => begun + took >= fault)),
    servedBefore: serversOf(earlier),
    servedAfter: serversOf(since),
    streams: { websocket: silence("websocket"), agent: silence("agent") },
    strip: stripOf(shown, fault),
  };
}

/** Rule of every scenario: one writer for each home. */
function homesProblems(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const logs = paths.filter((path) => path.endsWith("writers.log"));
  // Of real controllers, whose evidence is what they are there for.
  const jobs = paths.filter((path) => /\bjobs\/[^/]+\/builds$/.test(path));
  if (logs.length + jobs.length === 0) {
    return [`no controller has written into any home below ${folder}`];
  }
  return [
    ...logs.map((path) => writerProblems(path, readFileSync(join(folder, path), "utf8"))),
    ...jobs.map((path) => buildProblems(path, readBuilds(join(folder, path)))),
  ].flatMap((problems) => problems.slice(0, 3));
}
