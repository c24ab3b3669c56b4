import { spawn } from "node:child_process";
import { join } from "node:path";
import { stringify } from "yaml";
import type { PromotionTarget } from "../../../promotion/target";
import { isolatedEnvironment } from "../../emulator/isolatedEnvironment";
import type { LocalAws } from "../../localAws";
import { workDir } from "../deployment";
import type { Tell } from "../stage";
import type { WebPlaces } from "./webPlaces";

/** What `npm run promote` came to. */
export interface PromotionEnd {
  readonly code: number | null;
  readonly said: string;
}

/**
 * The promotion as a person runs it, in a process of its own, against this AWS's record, lock and secret
 * and the real databases and folders. These are here, so that the way to them (Session Manager, Run
 * Command) is left out: the target says where they are on this machine.
 */
export class PromotionCommand {
  private readonly file: string;

  /** @param output of the stack web-prod, as it was deployed */
  constructor(
    private readonly local: LocalAws,
    places: WebPlaces,
    private readonly output: PromotionTarget,
    folders: { readonly source: string; readonly target: string },
  ) {
    const { region, source, replicas, secretArn, recordTable, files } = output;
    const here = (identifier: string): { address: string; port: number } => {
      const place = places.databases.addressOf(region, identifier);
      if (place === undefined) throw new Error(`${identifier} does not run.`);
      return { address: place.host, port: place.port };
    };
    const target: PromotionTarget = {
      region,
      source: here(source.address.split(".")[0] ?? ""),
      replicas: replicas.map(({ identifier }) => ({ identifier, ...here(identifier) })),
      secretArn,
      recordTable,
      files: { ...files, ...folders },
      ca: places.databases.authorityFile,
    };
    this.file = places.write("promotion.yaml", stringify(target));
  }

  run(args: readonly string[], tell: Tell): Promise<PromotionEnd> {
    const { region } = this.output;
    const program = [
      ...["-r", "./local/transpile/register.js", join("commands", "promote.ts")],
      ...[...args, "--target", this.file],
    ];
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, program, {
        cwd: workDir,
        env: isolatedEnvironment(this.local.gateway.endpoint, { region, caller: "promotion" }),
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
          for (const line of text.trimEnd().split("\n")) tell(`promote: ${line}`, "passing");
        });
      }
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ code, said });
      });
    });
  }
}
