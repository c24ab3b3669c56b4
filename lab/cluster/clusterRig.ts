import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ControllerCluster } from "../../components/pair/cluster";
import { clusterResources } from "../../components/pair/pacemakerRenderer";
import type { PairProfile } from "../../components/pair/proxyTiming";
import { type LabWar, realCommand } from "../controllers/realController";
import { standInCommand } from "../controllers/standIn";
import { type AddressMove, readAddressChange } from "../measure/addressMoves";
import { Machine } from "../machines/machine";
import { Segment } from "../machines/segment";
import { monotonic } from "../monotonic";
import type { Rig } from "../rig";
import { sharedFolder } from "../room";
import { Users } from "../users/users";
import { until } from "../waiting";
import {
  clusterSettings,
  homeDirectory,
  hosts,
  type MachineName,
  machineNames,
  sharedHome,
  team,
} from "./clusterSettings";
import { type ClusterState, readClusterState } from "./clusterState";
import { FenceDevice } from "./fenceDevice";
import { emptyCluster, installedFiles } from "./installedFiles";

/** How long daemons may take until everything is up, ms: a busy machine's time, not a target. */
const patience = 90_000;

/** What Corosync signs and encrypts with, the same on both machines. */
const authenticationKey = randomBytes(256);

/**
 * Two machines with Corosync and Pacemaker as they were rendered, of which one has the home mounted,
 * runs the team's controller there and holds the shared address, and a device that fences them.
 */
export class ClusterRig implements Rig {
  readonly addressMoves: AddressMove[] = [];
  readonly users: Users;
  readonly homes: string;
  private readonly machines = new Map<MachineName, Machine>();

  private constructor(
    readonly profile: PairProfile,
    private readonly segment: Segment,
    readonly fence: FenceDevice,
    private readonly cluster: ControllerCluster,
    private readonly war: LabWar | undefined,
  ) {
    this.homes = join(sharedFolder, "homes", String(segment.number));
    this.users = new Users(this.address);
  }

  /**
   * Both machines are members, the preferred one serves, and its users are served.
   *
   * @param war of the controller; undefined: the stand-in
   */
  static async start(profile: PairProfile, number: number, war?: LabWar): Promise<ClusterRig> {
    const segment = await Segment.create(number);
    mkdirSync(sharedHome(segment), { recursive: true });
    const fence: FenceDevice = await FenceDevice.start(number, {
      machines: machineNames,
      powerOff: (machine) => rig.powerOff(machine as MachineName),
    });
    const rig = new ClusterRig(
      profile,
      segment,
      fence,
      clusterSettings(segment, fence.socket),
      war,
    );
    try {
      await Promise.all(machineNames.map((name) => rig.powerOn(name)));
      await rig.isMember("m1");
      await rig.isMember("m2");
      await rig.machine("m1").run("/etc/pacemaker/pair/apply");
      await rig.serves("m1");
      const { name, host, agentPort } = team;
      rig.users.add(war === undefined ? { name, host, agentPort } : { name, host, real: true });
      await rig.isSteady();
      return rig;
    } catch (error) {
      const logs = rig.logs();
      await rig.close();
      throw new Error(`${(error as Error).message}\n${logs}`, { cause: error });
    }
  }

  /** The address that users know. */
  get address(): string {
    return this.segment.address(hosts.vip);
  }

  machine(name: MachineName): Machine {
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`${name} has no power.`);
    return machine;
  }

  hasPower(name: MachineName): boolean {
    return this.machines.has(name);
  }

  /** The machine that took the shared address last. */
  holder(): string | undefined {
    return this.addressMoves.filter(({ change }) => change === "gained").at(-1)?.machine;
  }

  /** What Pacemaker says on a machine; nothing while it does not answer. */
  async state(name: MachineName): Promise<ClusterState> {
    // Not yet, or no longer, part of a cluster is what its callers wait for.
    const xml = await this.machine(name)
      .run("timeout 5 crm_mon --one-shot --output-as=xml")
      .catch(() => "");
    return readClusterState(xml);
  }

  /** A machine whose cluster daemons start at boot, as their packages have it. */
  async powerOn(name: MachineName): Promise<void> {
    const machine = await Machine.powerOn({
      name,
      segment: this.segment,
      addresses: [this.segment.address(hosts[name])],
      onAddressChange: (line) => {
        const change = readAddressChange(line, this.segment.address(hosts.vip));
        if (change !== undefined)
          this.addressMoves.push({ at: monotonic(), machine: name, change });
      },
    });
    this.machines.set(name, machine);
    for (const file of installedFiles(this.cluster, this.profile, this.controller(name)))
      machine.write(file);
    writeFileSync(machine.path("/etc/corosync/authkey"), authenticationKey, { mode: 0o400 });
    await machine.run(
      `bash ${join(__dirname, "prepareMachine.bash")} ${__dirname} ${emptyCluster}`,
    );
    machine.startUnit("corosync", "corosync -f");
    machine.startUnit("pacemaker", "pacemakerd");
  }

  private controller(machine: MachineName): string {
    const { webPort, agentPort } = team;
    const settings = { name: `${team.name}-${machine}`, home: homeDirectory, webPort };
    return this.war === undefined
      ? standInCommand({ ...settings, agentPort, load: 0 })
      : realCommand(this.war, settings);
  }

  async powerOff(name: MachineName): Promise<void> {
    const machine = this.machines.get(name);
    if (machine === undefined) return;
    await machine.powerOff();
    this.machines.delete(name);
  }

  /**
   * Stops every process of a machine at once, as a kernel that has no more memory or whose disk does
   * not answer; its cable stays in.
   */
  async freeze(name: MachineName): Promise<void> {
    await this.machine(name).run("kill -STOP -1");
  }

  /** Takes the way between the machines, but not the one to the gateway. */
  async partPeers(): Promise<void> {
    const cut = (name: MachineName, peer: MachineName) =>
      this.machine(name).run(`ip route add blackhole ${this.segment.address(hosts[peer])}/32`);
    await Promise.all([cut("m1", "m2"), cut("m2", "m1")]);
  }

  /** What Pacemaker logged on a machine. */
  log(name: MachineName): string {
    return readFileSync(this.machine(name).path("/var/log/pacemaker/pacemaker.log"), "utf8");
  }

  /** Waits until users are served. */
  async isSteady(): Promise<void> {
    await until(
      "serving all users",
      patience,
      () => this.users.servedSteadily(500) && this.users.streamsStand(),
    );
  }

  /** Waits until a machine is a member of the cluster. */
  async isMember(name: MachineName): Promise<void> {
    await this.waitFor(`${name} is a member`, name, ({ online }) => online.includes(name));
  }

  /** Waits until a machine has all of the group's resources. */
  async serves(name: MachineName): Promise<void> {
    const { home, controller, address } = clusterResources;
    await this.waitFor(`${name} serves`, name, ({ started }) =>
      [home, controller, address].every((resource) => started[resource] === name),
    );
  }

  private async waitFor(
    what: string,
    name: MachineName,
    isSo: (state: ClusterState) => boolean,
  ): Promise<void> {
    let seen: ClusterState | undefined;
    await until(
      `so: ${what}`,
      patience,
      async () => isSo((seen = await this.state(name))),
      () => JSON.stringify(seen),
    );
  }

  logs(): string {
    return [...this.machines]
      .flatMap(([name, machine]) =>
        ["corosync.log", "pacemaker.log", "pacemaker/pacemaker.log", "jenkins.log"].flatMap(
          (log) => {
            const file = machine.path(`/var/log/${log}`);
            const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
            // Of thousands of lines, those that Pacemaker means for a person.
            const lines = text.split("\n").filter((line) => !/^$|\t(info|debug):/.test(line));
            return lines.length === 0 ? [] : [`--- ${name}, ${log}`, ...lines.slice(-25)];
          },
        ),
      )
      .join("\n");
  }

  async close(): Promise<void> {
    await this.users.leave();
    await this.fence.close();
    for (const name of machineNames) await this.powerOff(name);
    await this.segment.remove();
  }
}
