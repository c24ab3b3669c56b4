import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requestOf } from "../../../commands/failoverRequest";
import { chooseEngine } from "../../engine/chooseEngine";
import type { OperationResult } from "../../engine/engine";
import { LocalAws } from "../../localAws";
import { prepareAccount, type StackName } from "../account";
import { planDeployment, type PlannedDeployment, textOutput } from "../deployment";
import type { RegionDrillOptions } from "../options";
import { paceFor, processStart } from "../pace";
import type { DrillView, Tell } from "../stage";
import { fastScale, steady } from "../steadyState";
import { DrillWorld } from "../world";
import type { CycleReport } from "./cycleReport";
import {
  type CycleCheck,
  endsWhereItBegan,
  formerDataKept,
  letsGoOf,
  nothingReplaced,
  pairsFollow,
  plannedLosesNothing,
  refused,
} from "./cycleChecks";
import { CycleStacks } from "./cycleStacks";
import { CycleUsers, type RegionData } from "./cycleUsers";
import { nothingLost, oneWriter } from "./dataChecks";
import { formerState } from "./formerState";
import { pairMachines } from "./pairMachines";
import { untilRecord } from "./untilRecord";

const stackNames: readonly StackName[] = ["primary", "dr"];

/**
 * The whole circle: the primary lost and failed over, adopted, protected again, failed back as
 * planned, adopted, protected again. By the real stacks, each from the state of its former run.
 *
 * @throws when it cannot be run; a promise that is missed is in the report instead.
 */
export async function cycle(
  options: RegionDrillOptions,
  view: DrillView,
  signal: AbortSignal,
): Promise<CycleReport> {
  const engine = chooseEngine(options.engine);
  const stateDir = mkdtempSync(join(tmpdir(), "cycle-"));
  const began = performance.now();
  let local: LocalAws | undefined;
  let run: Cycle | undefined;
  try {
    local = await view.stage("Start the local AWS", (tell) =>
      LocalAws.start({
        emulator: options.emulator,
        dataPlane: options.dataPlane,
        seed: options.seed,
        progress: tell,
      }),
    );
    const planned = planDeployment({ ...options, pair: true });
    const account = await prepareAccount(local, planned);
    const overrides = {
      primary: { ...planned.overrides, ...account.primary },
      dr: { ...planned.overrides, ...account.dr },
    };
    const stacks = new CycleStacks(local, engine, stateDir, overrides, signal);
    const turning = new Cycle(local, stacks, planned, view, options);
    run = turning;
    const { checks, outages } = await local.whileAlive(signal, (alive) => turning.turn(alive));
    const verdict = checks.every(({ held }) => held) ? "proven" : "missed";
    const realSeconds = (performance.now() - began) / 1000;
    return { verdict, engine: engine.kind, checks, outages, realSeconds };
  } finally {
    await run?.end();
    await local?.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

class Cycle {
  private readonly checks: CycleCheck[] = [];
  private readonly outages: CycleReport["outages"][number][] = [];
  private users: CycleUsers | undefined;

  constructor(
    private readonly local: LocalAws,
    private readonly stacks: CycleStacks,
    private readonly planned: PlannedDeployment,
    private readonly view: DrillView,
    private readonly options: RegionDrillOptions,
  ) {}

  async turn(alive: AbortSignal): Promise<Pick<CycleReport, "checks" | "outages">> {
    const { settings } = this.planned;
    const { activeRegion: home, generation } = settings;
    const first = await this.stage("Deploy both regions", async (tell) => ({
      primary: await this.stacks.up("primary", tell),
      dr: await this.stacks.up("dr", tell),
    }));
    let world = this.world(first, "dr");
    await this.settle(world, alive);
    this.users = await CycleUsers.letIn(this.local, settings);
    await this.serve(world, alive);
    await this.loseActive(world, alive);
    await this.expectRefusals("after the failover");
    const second = await this.adopt("first adoption", first);
    world = this.world(second, "primary");
    await this.settle(world, alive);
    await this.serve(world, alive);
    await this.failBack(world, alive);
    await this.expectRefusals("after the failback");
    const third = await this.adopt("second adoption", second);
    world = this.world(third, "dr");
    await this.settle(world, alive);
    await this.serve(world, alive);
    await this.compareData(second, third);
    const record = world.record()?.record;
    const ended = {
      activeRegion: record?.activeRegion ?? "nobody",
      generation: record?.generation ?? 0,
      phase: record?.phase ?? "no record",
    };
    this.checks.push(endsWhereItBegan("end", { activeRegion: home, generation }, ended));
    return { checks: this.checks, outages: this.outages };
  }

  /** Ends what it started. */
  async end(): Promise<void> {
    await this.users?.stop();
  }

  /** Users of every team must have written before a role change can lose anything of theirs. */
  private async serve({ names }: DrillWorld, alive: AbortSignal): Promise<void> {
    const { users } = this;
    if (users === undefined) return;
    await this.stage(`Users write in ${names.activeRegion}`, async (tell) => {
      await this.setPace();
      await users.servedBy(names.activeRegion, tell, alive);
    });
  }

  /** What dr's region had when it was left, and what the first region has of it now. */
  private async compareData(
    former: Readonly<Record<StackName, OperationResult>>,
    present: Readonly<Record<StackName, OperationResult>>,
  ): Promise<void> {
    const { users } = this;
    if (users === undefined) return;
    await this.stage("Compare databases and homes", async () => {
      const kept = await users.compare(dataOf(former.dr), dataOf(present.primary));
      this.checks.push(nothingLost("end", kept), oneWriter("end", kept));
    });
  }

  /** The first half: as the plain drill does it, and until the lost region is back and fenced. */
  private async loseActive(world: DrillWorld, alive: AbortSignal): Promise<void> {
    const { activeRegion, waitingRegion } = world.names;
    const { faults, clock } = this.local.gateway;
    await this.stage(`Lose ${activeRegion}, wait until ${waitingRegion} serves`, async (tell) => {
      await this.setPace();
      faults.loseRegion(activeRegion);
      await untilRecord("serving", { local: this.local, world, tell, alive }, served);
      this.noteOutage("failover", world);
    });
    await this.stage(`${activeRegion} comes back and is fenced`, async (tell) => {
      clock.setScale(fastScale);
      faults.reviveRegion(activeRegion);
      await untilRecord("the fence", { local: this.local, world, tell, alive }, (seen) =>
        seen.isFenced(),
      );
    });
  }

  private async failBack(world: DrillWorld, alive: AbortSignal): Promise<void> {
    const { waitingRegion } = world.names;
    await this.stage(`Fail back to ${waitingRegion}, as planned`, async (tell) => {
      await this.setPace();
      const began = Date.now();
      const options = { stack: "primary", command: "failover", force: false } as const;
      const { clock } = this.local.gateway;
      const generation = world.record()?.record.generation ?? 0;
      const request = requestOf({ ...options, planned: true }, generation, clock.date(), "back-1");
      await world.deliver(request);
      await untilRecord("serving", { local: this.local, world, tell, alive }, served);
      const entry = world.record()?.record.history.at(-1);
      this.checks.push(plannedLosesNothing("failback", entry));
      this.noteOutage("failback", world);
      if (this.users === undefined) return;
      await this.users.servedBy(waitingRegion, tell, alive);
      const { milliseconds, failed } = this.users.longestOutage(began);
      const { scale } = this.local.gateway.clock;
      const turnSeen = `failback, as a team's users saw it (${failed} requests failed)`;
      this.outages.push({ turn: turnSeen, milliseconds: milliseconds * scale });
    });
  }

  /** `npm run adopt`, then `pulumi up` of the active side and of the former one. */
  private async adopt(
    turn: string,
    before: Readonly<Record<StackName, OperationResult>>,
  ): Promise<Record<StackName, OperationResult>> {
    this.local.gateway.clock.setScale(fastScale);
    const adoption = await this.stage(`Adopt: ${turn}`, () => this.stacks.adopt());
    const [active, former] = adoption.order;
    const urns = adoption.letGo?.urns ?? [];
    const results = { ...before };
    await this.stage(`Update ${active}: it takes over`, async (tell) => {
      results[active] = await this.stacks.up(active, tell);
      this.checks.push(nothingReplaced(turn, results[active].operations));
    });
    await this.stage(`Update ${former}: it follows`, async (tell) => {
      results[former] = await this.stacks.up(former, tell);
      this.checks.push(letsGoOf(turn, results[former].operations, urns));
      this.checks.push(formerDataKept(turn, await formerState(this.local, before[former])));
      const settings = this.stacks.settings(active);
      const machines = await pairMachines(this.local, settings);
      if (this.planned.hasPair) this.checks.push(pairsFollow(turn, settings.region, machines));
    });
    return results;
  }

  private async expectRefusals(turn: string): Promise<void> {
    await this.stage(`Pulumi refuses ${turn}`, async () => {
      for (const stack of stackNames) {
        this.checks.push(refused(turn, stack, await this.stacks.refusal(stack)));
      }
    });
  }

  /** What the drill looks at while this stack's region waits. */
  private world(
    results: Readonly<Record<StackName, OperationResult>>,
    waiting: StackName,
  ): DrillWorld {
    const active = waiting === "dr" ? results.primary : results.dr;
    const sides = { active, waiting: results[waiting] };
    return DrillWorld.between(this.local, sides, this.stacks.settings(waiting));
  }

  private settle(world: DrillWorld, alive: AbortSignal): Promise<void> {
    return this.stage("Wait for the steady state", async (tell) => {
      this.local.gateway.clock.setScale(fastScale);
      await steady(this.local, world, tell, alive);
    });
  }

  private async setPace(): Promise<void> {
    this.local.gateway.clock.setScale(this.options.scale ?? paceFor(await processStart()));
  }

  private noteOutage(turn: string, world: DrillWorld): void {
    const milliseconds = world.record()?.record.history.at(-1)?.rtoMs;
    if (milliseconds !== undefined) this.outages.push({ turn, milliseconds });
  }

  private stage<Result>(title: string, work: (tell: Tell) => Promise<Result>): Promise<Result> {
    return this.view.stage(title, work);
  }
}

function dataOf(stack: OperationResult): RegionData {
  return {
    region: textOutput(stack, "region"),
    database: textOutput(stack, "databaseIdentifier"),
    fileSystemId: textOutput(stack, "homeFileSystemId"),
  };
}

function served(world: DrillWorld): boolean {
  return world.record()?.record.phase === "serving";
}
