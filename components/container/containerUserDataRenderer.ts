import {
  type BootCompression,
  type BootFile,
  monitoringFile,
  preparingCommands,
  renderCloudConfig,
  softwareFile,
  unitFile,
} from "../machine/cloudConfigRenderer";
import type { CloudWatchAgentSettings } from "../machine/cloudWatchAgentRenderer";
import { type ComposeSettings, containerPaths, renderCompose } from "./composeRenderer";
import { renderContainerSoftware } from "./containerSoftwareRenderer";
import { containerUnit, renderContainerUnit } from "./containerUnitRenderer";
import { renderSettingsScript, type SettingsSource } from "./settingsScriptRenderer";

/** Everything that makes a machine of the golden image one of the application's. No secret values. */
export interface ContainerUserData {
  readonly compose: ComposeSettings;
  readonly source: SettingsSource;
  readonly monitoring: CloudWatchAgentSettings;
}

/**
 * The `#cloud-config` of a machine, as base64 of gzip, which cloud-init unpacks. It waits for nobody: a
 * machine that keeps nothing may run wherever it is started.
 * @throws Error if a value cannot stand in a boot file or the whole is larger than EC2 takes.
 */
export function renderContainerUserData(
  given: ContainerUserData,
  compression: BootCompression,
): string {
  const { name } = given.compose.application;
  const commands = [
    ...preparingCommands,
    ["systemctl", "enable", "--now", "--no-block", containerUnit],
  ];
  const remedy = "give the services fewer settings and secrets, or shorter names";
  return renderCloudConfig(
    `application ${name}`,
    containerFiles(given),
    commands,
    compression,
    remedy,
  );
}

/** What the boot writes, in readable form. */
export function containerFiles({
  compose,
  source,
  monitoring,
}: ContainerUserData): readonly BootFile[] {
  const { application, images } = compose;
  return [
    { path: containerPaths.compose, content: renderCompose(compose), permissions: "0644" },
    {
      path: containerPaths.settingsScript,
      content: renderSettingsScript(application, images, source),
      permissions: "0755",
    },
    unitFile(containerUnit, renderContainerUnit()),
    softwareFile(renderContainerSoftware()),
    monitoringFile(monitoring, { logs: {}, disks: ["/"] }),
  ];
}
