import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hostOf, type PairTeam } from "../../components/pair/pair";
import { scriptUser } from "../../components/pair/keepalivedRenderer";
import { statsPasswordFile, type EdgePairSettings } from "../../components/pair/pairFiles";
import type { PairProfile } from "../../components/pair/proxyTiming";
import {
  haproxyPaths,
  loopback,
  statsPasswordVariable,
} from "../../components/pair/haproxyRenderer";
import { realCommand } from "../controllers/realController";
import { standInCommand } from "../controllers/standIn";
import { type AddressMove, readAddressChange } from "../measure/addressMoves";
import { Machine } from "../machines/machine";
import { Segment } from "../machines/segment";
import { monotonic } from "../monotonic";
import { SteadyBuilds } from "../real/steadyBuilds";
import type { Rig } from "../rig";
import { sharedFolder } from "../room";
import { Users } from "../users/users";
import { until } from "../waiting";
import { edgeSettings, hosts, type MachineName, machineNames, teams } from "./edgeSettings";
import { type RealTeam, teamsWith } from "./realTeam";
import { readProxyStates, type ServerState } from "./proxyStates";
import { labFiles } from "./publishedGuide";

/** How long daemons may take until everything is up, ms: a busy machine's time, not a target. */
const patience = 120_000;

/** Any password's hash: nobody logs in to the statistics page here. */
const passwordHash = "$5$lab$yHnMpgVkPVFGuWnDnZQ4CEBzTjHNk9E/sfKqRlqcUkD";

/**
 * Two machines with HAProxy and Keepalived in front of four teams' controllers, one on each machine.
 * Every controller has a home of its own, `<team>/<machine>`, and is alive from the beginning: the
 * backup of an active-passive team is a Jenkins that gets no requests.
 */
export class EdgeRig implements Rig {
  readonly addressMoves: AddressMove[] = [];
  readonly users: Users;
  readonly homes: string;
  private readonly machines = new Map<MachineName, Machine>();
  private settings: EdgePairSettings;

  private constructor(
    readonly profile: PairProfile,
    private readonly segment: Segment,
    private readonly real: RealTeam | undefined,
  ) {
    this.settings = edgeSettings(segment, profile, teamsWith(real));
    this.homes = join(sharedFolder, "homes", String(segment.number));
    this.users = new Users(segment.address(hosts.vip));
  }

  /** Everything is up, the address is where it belongs, and users are served. */
  static async start(profile: PairProfile, number: number, real?: RealTeam): Promise<EdgeRig> {
    const rig = new EdgeRig(profile, await Segment.create(number), real);
    await rig.closeUnless(rig.bringUp());
    return rig;
  }

  private async bringUp(): Promise<void> {
    await Promise.all(machineNames.map((name) => this.powerOn(name)));
    await this.startKeepalived("m1");
    await this.proxiesReady();
    // Only now the other one, which would take an address that nobody has announced yet.
    await this.isHeldBy("m1");
    await this.startKeepalived("m2");
    for (const team of this.settings.pair.teams) this.addUsers(team);
    await this.isServing();
  }

  /** Waits for preparations; where they fail, tells what the daemons said and takes all down. */
  async closeUnless(prepared: Promise<void> | undefined): Promise<void> {
    try {
      await prepared;
    } catch (error) {
      const logs = this.logs();
      await this.close();
      throw new Error(`${(error as Error).message}\n${logs}`, { cause: error });
    }
  }

  async isHeldBy(name: MachineName): Promise<void> {
    await until("holding the shared address", patience, () => this.holder() === name);
  }

  /** All users and streams are served, for a moment at least. */
  async isServing(): Promise<void> {
    await until(
      "serving all users",
      patience,
      () => this.users.servedSteadily(500) && this.users.streamsStand(),
    );
  }

  machine(name: MachineName): Machine {
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`${name} has no power.`);
    return machine;
  }

  /** Who holds the shared address; undefined: nobody, or both. */
  holder(): string | undefined {
    const holding = machineNames.filter(
      (name) =>
        this.addressMoves.filter(({ machine }) => machine === name).at(-1)?.change === "gained",
    );
    return holding.length === 1 ? holding[0] : undefined;
  }

  /** What a machine's HAProxy thinks of all servers. */
  async states(name: MachineName): Promise<ServerState[]> {
    const { address, port, states } = loopback;
    const url = `http://${address}:${port}${states};csv;norefresh`;
    return readProxyStates(await this.machine(name).run(`curl --silent --max-time 1 '${url}'`));
  }

  /**
   * A machine with its files, controllers and HAProxy; its Keepalived is started apart.
   *
   * @param load how long its controllers answer 503, ms; 0: they are waited for
   */
  async powerOn(name: MachineName, load = 0): Promise<void> {
    const host = hosts[name];
    const machine = await Machine.powerOn({
      name,
      segment: this.segment,
      addresses: [this.segment.address(host), this.segment.address(hosts.management + host)],
      onAddressChange: (line) => {
        const change = readAddressChange(line, this.segment.address(hosts.vip));
        if (change !== undefined)
          this.addressMoves.push({ at: monotonic(), machine: name, change });
      },
    });
    this.machines.set(name, machine);
    await this.install(name);
    for (const team of this.settings.pair.teams) this.startController(name, team, load);
    if (load === 0) await this.controllersListen(name);
    const socketFolder = haproxyPaths.socket.replace(/\/[^/]*$/, "");
    await machine.run(`mkdir -p ${socketFolder}`);
    machine.startUnit("haproxy", "haproxy -W -db -f /etc/haproxy/haproxy.cfg");
  }

  /** Pulls a machine's plug. */
  async powerOff(name: MachineName): Promise<void> {
    await this.machine(name).powerOff();
    this.machines.delete(name);
    // It has lost the address with everything else, and cannot say so.
    this.addressMoves.push({ at: monotonic(), machine: name, change: "lost" });
  }

  /** Writes the rendered files, and does what systemd would with those that are meant for it. */
  private async install(name: MachineName): Promise<void> {
    const machine = this.machine(name);
    const own = this.settings.pair.machines.find((one) => one.name === name);
    if (own === undefined) throw new Error(`${name} is none of the pair's machines.`);
    for (const file of labFiles(this.settings, own)) machine.write(file);
    machine.write({
      path: statsPasswordFile,
      content: `${statsPasswordVariable}='${passwordHash}'\n`,
      permissions: "0644",
    });
    // systemd-sysusers and systemd-tmpfiles need a systemd.
    const passwd = machine.path("/etc/passwd");
    if (!readFileSync(passwd, "utf8").includes(`${scriptUser}:`)) {
      appendFileSync(passwd, `${scriptUser}:x:59999:59999::/:/usr/sbin/nologin\n`);
      appendFileSync(machine.path("/etc/group"), `${scriptUser}:x:59999:\n`);
    }
    await machine.run(
      `install -d /run/pair && install -d -o ${scriptUser} -g ${scriptUser} /var/log/pair`,
    );
  }

  /** Once HAProxy answers, as systemd would after a boot. */
  async startKeepalived(name: MachineName): Promise<void> {
    await until(`answering: HAProxy of ${name}`, patience, async () => {
      // Not yet listening is what is waited for.
      const states = await this.states(name).catch(() => []);
      return states.length > 0;
    });
    const command = "keepalived --dont-fork --log-console -f /etc/keepalived/keepalived.conf";
    this.machine(name).startUnit("keepalived", command);
  }

  startController(name: MachineName, team: PairTeam, load = 0): void {
    const settings = {
      name: `${team.name}-${name}`,
      home: join(this.homes, team.name, name),
      webPort: team.webPort,
      agentPort: team.agents?.controllerPort,
    };
    const command =
      team.name === this.real?.team
        ? realCommand(this.real.war, settings)
        : standInCommand({ ...settings, load });
    const log = `/var/log/jenkins-${team.name}.log`;
    this.machine(name).start(
      `echo $$ >/run/units/jenkins-${team.name}.pid; exec ${command} &>>${log}`,
    );
  }

  private async controllersListen(name: MachineName): Promise<void> {
    const address = this.segment.address(hosts[name]);
    for (const { webPort } of this.settings.pair.teams) {
      await until(`listening at ${address}:${webPort}`, patience, async () => {
        // Not yet listening is what is waited for.
        const answer = await fetch(`http://${address}:${webPort}/login`).catch(() => undefined);
        return answer?.ok === true;
      });
    }
  }

  /** Both see every controller up, by a check and not by default. */
  private async proxiesReady(): Promise<void> {
    for (const name of machineNames) {
      let seen: ServerState[] = [];
      await until(
        `seeing all controllers from ${name}`,
        patience,
        async () => {
          seen = await this.states(name).catch(() => []);
          const servers = machineNames.length * this.settings.pair.teams.length;
          return seen.length === servers && seen.every(({ up, checked }) => up && checked);
        },
        () => JSON.stringify(seen),
      );
    }
  }

  /** Gives both machines other teams' files; their HAProxys do not know yet. */
  async configure(its: readonly PairTeam[]): Promise<void> {
    this.settings = edgeSettings(this.segment, this.profile, its);
    for (const name of machineNames) await this.install(name);
  }

  /** Makes a machine's HAProxy read its configuration again, as `systemctl reload` does. */
  async reloadProxy(name: MachineName): Promise<void> {
    await this.machine(name).run(
      "haproxy -c -q -f /etc/haproxy/haproxy.cfg && kill -USR2 $(</run/units/haproxy.pid)",
    );
  }

  /** The address that users know. */
  get address(): string {
    return this.segment.address(hosts.vip);
  }

  addUsers(team: PairTeam): void {
    this.users.add({
      name: team.name,
      host: hostOf(team, this.settings.pair),
      ...(team.agents === undefined ? {} : { agentPort: team.agents.pairPort }),
      real: team.name === this.real?.team,
    });
  }

  /** Makes a real team's controllers build, whichever of them serves. */
  letBuild(name: string): Promise<SteadyBuilds> {
    const { pair } = this.settings;
    const team = pair.teams.find((one) => one.name === name);
    if (team === undefined) throw new Error(`There is no team ${name}.`);
    const controllers = pair.machines.map(({ address }) => ({ address, port: team.webPort }));
    return SteadyBuilds.begin({ name, host: hostOf(team, pair) }, this.address, controllers);
  }

  /** Sends a signal to a team's controller. */
  async signalController(name: MachineName, team: string, signal: NodeJS.Signals): Promise<void> {
    const pid = `/run/units/jenkins-${team}.pid`;
    await this.machine(name).run(`kill -${signal.slice(3)} $(<${pid})`);
  }

  /** Sends a signal to all processes of a machine's HAProxy at once. */
  async signalProxy(name: MachineName, signal: NodeJS.Signals): Promise<void> {
    await this.machine(name).run(`kill -${signal.slice(3)} $(pidof haproxy)`);
  }

  logs(): string {
    return [...this.machines]
      .flatMap(([name, machine]) =>
        ["haproxy", "keepalived", ...teams.map((team) => `jenkins-${team.name}`)].flatMap(
          (unit) => {
            const log = readIfThere(machine.path(`/var/log/${unit}.log`));
            // Not what HAProxy writes about each request.
            const lines = log.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
            return lines.length === 0 ? [] : [`--- ${name}, ${unit}`, ...lines.slice(-25)];
          },
        ),
      )
      .join("\n");
  }

  async close(): Promise<void> {
    await this.users.leave();
    for (const name of this.machines.keys()) await this.powerOff(name);
    await this.segment.remove();
  }
}

/** A machine that lost its power has no files any more. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
