import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstConfiguration, warCommand } from "../../local/war/warCommand";
import { type CheckedWar, launcherSource } from "../../local/war/checkedWar";
import type { WarFile } from "../../local/war/warFile";
import { sharedFolder } from "../room";
import { quoted } from "./standIn";

/** A war where all machines of the lab find it, and what starts it. */
export interface LabWar {
  readonly war: WarFile;
  readonly java: string;
  readonly files: {
    readonly war: string;
    readonly launcher: string;
    /** What a home without a configuration begins with. */
    readonly configuration: string;
  };
}

/** Of a real controller on one machine. */
export interface RealSettings {
  /** `<team>-<machine>`, by which it answers. */
  readonly name: string;
  readonly home: string;
  readonly webPort: number;
  /** Folder of its machine's own, for what it unpacks. Default: one of its name in /tmp. */
  readonly scratch?: string;
}

/** Puts a war into the folder that all machines see; their own /tmp and /run hide the outside's. */
export function installWar({ war, java }: CheckedWar): LabWar {
  const folder = join(sharedFolder, "war");
  mkdirSync(folder);
  const files = {
    war: join(folder, "jenkins.war"),
    launcher: join(folder, "OldWarLauncher.java"),
    configuration: join(folder, "config.xml"),
  };
  copyFileSync(war.path, files.war);
  copyFileSync(launcherSource, files.launcher);
  writeFileSync(files.configuration, labConfiguration(war));
  return { war, java, files };
}

/**
 * A home's first configuration, with a place for the name of the controller: its system message, which
 * realController.bash fills in and users read.
 */
export function labConfiguration(war: WarFile): string {
  const usual =
    firstConfiguration(war) ??
    `<?xml version='1.1' encoding='UTF-8'?>
<hudson>
  <numExecutors>2</numExecutors>
  <useSecurity>false</useSecurity>
</hudson>
`;
  return usual.replace("</hudson>", "  <systemMessage>nobody</systemMessage>\n</hudson>");
}

/** The bash words that start a real controller, on all addresses of its machine. */
export function realCommand(
  { war, java, files }: LabWar,
  { name, home, webPort, scratch = `/tmp/jenkins-${name}` }: RealSettings,
): string {
  const {
    program,
    arguments: words,
    environment,
  } = warCommand(war, {
    ...{ java, war: files.war, launcher: files.launcher, home, scratch },
    port: webPort,
    address: "0.0.0.0",
  });
  return [
    ...["bash", join(__dirname, "realController.bash"), name, home, scratch, files.configuration],
    ...["env", ...Object.entries(environment).map(([key, value]) => `${key}=${value}`)],
    ...[program, ...words],
  ]
    .map(quoted)
    .join(" ");
}
