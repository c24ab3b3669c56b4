import type { Settings } from "../../stacks/config";
import { pause } from "../drill/steadyState";
import type { DrillWorld } from "../drill/world";
import { onlyReads, type LoggedCall } from "../gateway/callLog";
import type { LocalAws } from "../localAws";
import { callLine } from "./callLine";
import { type CallsShown, type Command, type Known, syntax } from "./commands";
import { faultLine, statusLines } from "./statusLines";

/** The console's own name in the call log. */
export const consoleCaller = "console";

/** Does what a person asks of the running local AWS. */
export class LocalConsole {
  private shown: CallsShown = "writing";

  /** @param print one line for the person */
  constructor(
    private readonly local: LocalAws,
    private readonly world: DrillWorld,
    private readonly settings: Settings,
    private readonly print: (line: string) => void,
  ) {
    local.gateway.calls.listen((call) => {
      if (this.shows(call)) print(callLine(call));
    });
  }

  /** What words may mean now. */
  known(): Known {
    const { activeRegion, region } = this.settings;
    const calls = this.local.gateway.calls.since(0);
    const services = [...new Set(calls.map(({ service }) => service))].sort();
    return { primary: activeRegion, dr: region, services };
  }

  /** @param signal ends a `wait` */
  async run(command: Exclude<Command, { kind: "quit" }>, signal: AbortSignal): Promise<void> {
    const { faults, clock } = this.local.gateway;
    switch (command.kind) {
      case "help":
        this.help();
        return;
      case "status":
        return this.status();
      case "lose":
        faults.loseRegion(command.region);
        this.print(`${command.region} is dead; revive ${command.region} brings it back`);
        return;
      case "revive":
        faults.reviveRegion(command.region);
        this.print(`${command.region} is alive`);
        return;
      case "fault":
        this.print(`${faultLine(faults.inject(command.fault))}; clear ends it`);
        return;
      case "clear":
        this.print(`${faults.list().length} faults ended`);
        faults.clearAll();
        return;
      case "alarm":
        return this.alarm();
      case "failover":
        this.ask("failover", command.force);
        return;
      case "abort":
        this.ask("abort");
        return;
      case "wait":
        return this.wait(command.for, signal);
      case "time":
        clock.setScale(command.scale);
        this.print(`${command.scale} modelled seconds a second`);
        return;
      case "calls":
        this.shown = command.show;
        this.print(`calls shown: ${command.show}`);
        return;
    }
  }

  private shows({ action, caller }: LoggedCall): boolean {
    if (this.shown !== "writing") return this.shown === "all";
    // Probe and function publish metrics each minute, for ever: what somebody waits for would drown.
    return caller !== consoleCaller && !onlyReads(action) && action !== "PutMetricData";
  }

  private help(): void {
    const entries = Object.values(syntax);
    const width = Math.max(...entries.map(({ usage }) => usage.length));
    for (const { usage, does } of entries) this.print(`  ${usage.padEnd(width)}  ${does}`);
  }

  private async status(): Promise<void> {
    const { clock, faults } = this.local.gateway;
    const { activeRegion, region, teams, prefix } = this.settings;
    const alarm = await this.world.alarmState().catch((error: unknown) => {
      // A dead waiting region is something to show and no reason to end.
      return `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    });
    const answering = (where: string): string[] =>
      [...this.world.answering(where)].map((group) => group.slice(prefix.length + 1)).sort();
    const lines = statusLines({
      now: clock.now(),
      scale: clock.scale,
      record: this.world.record()?.record,
      alarm,
      answering: { [activeRegion]: answering(activeRegion), [region]: answering(region) },
      teams: teams.length,
      deadRegions: faults.deadRegions(),
      faults: faults.list(),
    });
    for (const line of lines) this.print(line);
  }

  private async alarm(): Promise<void> {
    const { prefix } = this.settings;
    const members = [`${prefix}-teams-down`, `${prefix}-control-plane-down`];
    await this.world.raise(members);
    this.print(`${members.join(" and ")} are in ALARM until their next period is judged`);
  }

  /** Sends a person's request; the function works on, so its answer comes later. */
  private ask(command: "failover" | "abort", force?: string): void {
    const { clock } = this.local.gateway;
    const at = clock.date().toISOString();
    const request = {
      source: "direct",
      command,
      id: `console-${at}`,
      at,
      generation: this.world.record()?.record.generation ?? this.settings.generation,
      ...(force === undefined ? {} : { force: true, reason: force }),
    };
    this.print(`${command} asked for; status shows how it goes`);
    this.world.invoke(request).then(
      (answer) => {
        this.print(`${command}: the function ended with ${answer}`);
      },
      (error: unknown) => {
        this.print(`${command}: the function cannot be asked: ${String(error)}`);
      },
    );
  }

  private async wait(what: Extract<Command, { kind: "wait" }>["for"], signal: AbortSignal) {
    const { clock } = this.local.gateway;
    const began = clock.now();
    const over = (): boolean =>
      typeof what === "number"
        ? clock.now() - began >= what
        : this.world.record()?.record.phase === what;
    while (!over()) await pause(signal);
  }
}
