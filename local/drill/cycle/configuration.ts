import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseSettings, type Settings } from "../../../stacks/config";
import { readProject } from "../../engine/project";
import type { StackName } from "../account";

const stacks: readonly StackName[] = ["primary", "dr"];

/** By stack. */
export type Overrides = Readonly<Record<StackName, Readonly<Record<string, string>>>>;

/**
 * The project's configuration files in a folder of the drill's own, so that adopting writes to files
 * as it does for a person, and the user's stay as they are.
 */
export class CycleConfiguration {
  /** @param folder is made, and filled from the project in `workDir` */
  constructor(
    readonly folder: string,
    workDir: string,
    /** Configuration that differs from the files', such as the zone that the drill made. */
    private readonly overrides: Overrides,
  ) {
    mkdirSync(folder, { recursive: true });
    for (const name of ["Pulumi.yaml", ...stacks.map((stack) => `Pulumi.${stack}.yaml`)]) {
      copyFileSync(join(workDir, name), join(folder, name));
    }
    // The program is looked for beside the files, and found by those who run it.
    copyFileSync(join(workDir, "index.ts"), join(folder, "index.ts"));
  }

  /** All of a stack's own configuration, as the engines take it. */
  values(stack: StackName): Record<string, string> {
    const spec = {
      stateDir: "",
      passphrase: "local",
      providers: {},
      config: this.overrides[stack],
    };
    const { name, config } = readProject({ ...spec, workDir: this.folder, name: stack });
    const own = Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(`${name}:`) ? [[key.slice(name.length + 1), value] as const] : [],
    );
    return Object.fromEntries(own);
  }

  settings(stack: StackName): Settings {
    return parseSettings(this.values(stack), stack);
  }
}
