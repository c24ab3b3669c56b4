import { mkdirSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { DescribeAccessPointsCommand, EFSClient } from "@aws-sdk/client-efs";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { BehaviourContext } from "../../gateway/behaviour";
import { bootFiles } from "../../gateway/controllers/bootSettings";
import type { ScheduledAction } from "../../gateway/scaledClock";
import type { ControllerModel, LaunchedInstance } from "../../gateway/world";
import type { MariadbInstances } from "../mariadb/mariadbInstances";
import type { Homes } from "../storage";
import { PrivateNames } from "./privateNames";
import { WebMachine, type WebSurroundings } from "./webMachine";

/** What the machines use. */
export interface WebStorage {
  readonly databases: MariadbInstances;
  readonly homes: Homes;
  /** Folder for the machines' own files. Its maker removes it. */
  readonly machines: string;
  /** Files of the machine image's document root, by path. */
  readonly image: Readonly<Record<string, string>>;
}

interface Known {
  readonly machine: WebMachine;
  boot?: ScheduledAction;
}

/** How long a health check waits, real milliseconds. */
const checkPatience = 3_000;

/** Machines of the web application: after the modelled boot time their own scripts run. */
export class WebMachines implements ControllerModel {
  private readonly known = new Map<string, Known>();
  private context: BehaviourContext | undefined;
  private names: PrivateNames | undefined;

  constructor(private readonly storage: WebStorage) {}

  attach(context: BehaviourContext): void {
    this.context = context;
    this.names = new PrivateNames(context, (address) => {
      const region = address.split(".")[2] ?? "";
      return this.databaseAt(region, address) !== undefined;
    });
  }

  started(instance: LaunchedInstance): void {
    const files = bootFiles(instance.userData);
    // A builder of the image has no application.
    if (!files.has("/etc/webapp/content")) return;
    const root = join(this.storage.machines, instance.instanceId);
    mkdirSync(root, { recursive: true });
    const machine = new WebMachine(instance, files, root, this.surroundings());
    const known: Known = { machine };
    this.known.set(instance.instanceId, known);
    const { clock, latencies } = this.ready();
    known.boot = clock.after(latencies.sample("instanceBoot", instance.instanceId), async () => {
      await machine.boot();
      if (machine.address) this.tell(instance, "answers: its content is there");
    });
  }

  stopped(instanceId: string): void {
    const known = this.known.get(instanceId);
    known?.boot?.cancel();
    known?.machine.powerOff();
    this.known.delete(instanceId);
  }

  healthCheckStatus(
    instanceId: string,
    _port: number,
    path: string,
  ): Promise<number | undefined> | undefined {
    const address = this.addressOf(instanceId);
    return address && statusOf(address, path);
  }

  addressOf(instanceId: string): { readonly host: string; readonly port: number } | undefined {
    return this.known.get(instanceId)?.machine.address;
  }

  async runOnGroup(autoScalingGroupName: string, command: string): Promise<string> {
    const failures: string[] = [];
    for (const { machine } of this.known.values()) {
      if (machine.instance.autoScalingGroupName !== autoScalingGroupName) continue;
      // One that boots brings the same content by itself.
      if (machine.address === undefined) continue;
      await machine.run(command).catch((error: unknown) => {
        failures.push(`${machine.instance.instanceId}: ${(error as Error).message}`);
      });
    }
    return failures.join("; ");
  }

  stop(): Promise<void> {
    for (const id of [...this.known.keys()]) this.stopped(id);
    return Promise.resolve();
  }

  private surroundings(): WebSurroundings {
    const context = this.ready();
    return {
      authority: readFileSync(this.storage.databases.authorityFile, "utf8"),
      image: this.storage.image,
      directoryOf: (region, id) => this.directoryOf(region, id),
      reach: async (region, name) => {
        const address = await this.names?.resolve(name);
        const place = address === undefined ? undefined : this.databaseAt(region, address);
        if (place === undefined) throw new Error(`No database answers at ${name}.`);
        return place;
      },
      secret: async (region, id) => {
        const secrets = context.gateway(SecretsManagerClient, region);
        const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: id }));
        return JSON.parse(SecretString ?? "{}") as { username: string; password: string };
      },
    };
  }

  private async directoryOf(region: string, AccessPointId: string): Promise<string> {
    const { AccessPoints } = await this.ready()
      .emulator(EFSClient, region)
      .send(new DescribeAccessPointsCommand({ AccessPointId }));
    const [{ FileSystemId = "", RootDirectory } = {}] = AccessPoints ?? [];
    return this.storage.homes.directoryOf(region, FileSystemId, RootDirectory?.Path ?? "/");
  }

  /** @param address RDS's own name of an instance */
  private databaseAt(region: string, address: string) {
    return this.storage.databases.addressOf(region, address.split(".")[0] ?? "");
  }

  private tell(instance: LaunchedInstance, what: string): void {
    const { clock, events } = this.ready();
    const { instanceId, autoScalingGroupName, region } = instance;
    events.record({
      at: clock.now(),
      service: "webapp",
      region,
      resource: instanceId,
      what: `${autoScalingGroupName}: machine ${instanceId} ${what}`,
    });
  }

  private ready(): BehaviourContext {
    if (!this.context) throw new Error("The web machines were not attached to a gateway.");
    return this.context;
  }
}

function statusOf(
  { host, port }: { readonly host: string; readonly port: number },
  path: string,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({ host, port, path, timeout: checkPatience }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(undefined);
    });
  });
}
