import { mkdirSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { monotonic } from "../monotonic";
import { sharedFolder } from "../room";

/** How the device answers what is asked of it. */
export type FenceMode =
  /** At once, and the power is off before it answers. */
  | { readonly kind: "works" }
  /** It answers status alone: a password that was changed, a board without permission. */
  | { readonly kind: "refuses"; readonly reason: string }
  /** It switches after so many ms, as a board or a cloud's call may take. */
  | { readonly kind: "slow"; readonly delay: number };

/** Something that was asked of the device besides its status. */
export interface FenceShot {
  /** When it was answered, ms since boot. */
  readonly at: number;
  readonly target: string;
  readonly action: string;
  /** Hostname of the machine that asked. */
  readonly by: string;
  readonly outcome: "done" | "refused";
}

/** The machines' power, as the device switches it. */
export interface PowerSwitch {
  readonly machines: readonly string[];
  powerOff(machine: string): Promise<void>;
}

/**
 * What switches the machines' power from outside of them, as a management board does: a server on a
 * Unix socket that every machine sees, whatever happens to its network. `POST /<machine>/<action>`; a
 * machine that is switched on boots when the scenario says so, since a real one takes minutes.
 */
export class FenceDevice {
  mode: FenceMode = { kind: "works" };
  readonly shots: FenceShot[] = [];
  readonly socket: string;
  private readonly server: Server;

  private constructor(
    number: number,
    private readonly power: PowerSwitch,
  ) {
    const folder = join(sharedFolder, "fence");
    mkdirSync(folder, { recursive: true });
    this.socket = join(folder, `${number}.sock`);
    this.server = createServer((request, response) => {
      let body = "";
      request.on("data", (data: Buffer) => (body += data.toString()));
      request.on("end", () => {
        const [, target = "", action = ""] = (request.url ?? "").split("/");
        const by = new URLSearchParams(body).get("by") ?? "";
        this.answer(target, action, by).then(
          ([status, text]) => response.writeHead(status).end(`${text}\n`),
          (error: unknown) => response.writeHead(500).end(`${(error as Error).message}\n`),
        );
      });
    });
  }

  /** @param number of the segment whose machines it switches */
  static async start(number: number, power: PowerSwitch): Promise<FenceDevice> {
    const device = new FenceDevice(number, power);
    await new Promise<void>((resolve, reject) => {
      device.server.once("error", reject).listen(device.socket, resolve);
    });
    return device;
  }

  /** What was switched off, or was not, in order. */
  shotsAt(outcome: FenceShot["outcome"]): FenceShot[] {
    return this.shots.filter((shot) => shot.action === "off" && shot.outcome === outcome);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) =>
      this.server.close(() => {
        resolve();
      }),
    );
  }

  private async answer(target: string, action: string, by: string): Promise<[number, string]> {
    if (!this.power.machines.includes(target)) {
      return [404, `no machine "${target}"; there are ${this.power.machines.join(", ")}`];
    }
    if (action === "status" || action === "monitor") return [200, "reached"];
    const record = (outcome: FenceShot["outcome"]) => {
      this.shots.push({ at: monotonic(), target, action, by, outcome });
    };
    if (this.mode.kind === "refuses") {
      record("refused");
      return [403, this.mode.reason];
    }
    if (this.mode.kind === "slow") await sleep(this.mode.delay);
    if (action === "off") await this.power.powerOff(target);
    record("done");
    return [200, "switched"];
  }
}
