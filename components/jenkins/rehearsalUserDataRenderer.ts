import type { CloudWatchAgentSettings } from "../machine/cloudWatchAgentRenderer";
import { renderJenkinsConfiguration } from "./jenkinsConfigurationRenderer";
import {
  rehearsalScript,
  type RehearsedHome,
  renderRehearsalScript,
} from "./rehearsalScriptRenderer";
import { literal } from "../machine/shellQuotingRenderer";
import { controllerPaths, renderJenkinsService } from "./systemdUnitRenderer";
import {
  type BootCompression,
  type BootFile,
  preparingCommands,
  renderCloudConfig,
  unitFile,
} from "../machine/cloudConfigRenderer";
import { commonFiles } from "./userDataRenderer";

/** Everything that makes a machine of the golden image a team's controller in a rehearsal. */
export interface RehearsalUserData {
  readonly home: RehearsedHome;
  readonly region: string;
  /** The only range that Jenkins may talk to: load balancers ask from within it. */
  readonly vpcCidr: string;
  readonly heapMb: number;
  readonly jenkinsVersion: string;
  /** Where nobody finds it, e.g. `http://ma.rehearsal.invalid/`. */
  readonly url: string;
  readonly monitoring: CloudWatchAgentSettings;
}

/**
 * The `#cloud-config` of a rehearsal's machine, packed like a controller's. It differs from a controller's in its home, which is
 * a copy, and in that its Jenkins has no database, no agents, no credentials and no way out.
 * @throws Error like a controller's
 */
export function renderRehearsalUserData(
  given: RehearsalUserData,
  compress: BootCompression,
): string {
  const commands = [...preparingCommands, [rehearsalScript]];
  const { team } = given.home;
  return renderCloudConfig(`team ${team}`, rehearsalFiles(given), commands, compress, remedy);
}

const remedy = "give the team a shorter name";

/** What the boot writes, in readable form. */
export function rehearsalFiles(given: RehearsalUserData): readonly BootFile[] {
  const { home, region, url } = given;
  const configuration = { team: home.team, region, url, credentialPrefixes: [] };
  return [
    { path: rehearsalScript, content: renderRehearsalScript(home), permissions: "0755" },
    {
      path: controllerPaths.configuration,
      content: renderJenkinsConfiguration(configuration),
      permissions: "0644",
    },
    ...commonFiles(given.jenkinsVersion, given.monitoring),
    unitFile("jenkins.service.d/pilot-light.conf", renderRehearsalDropIn(given)),
  ];
}

/**
 * The copy holds what the real home holds: schedules, web hooks' targets, credentials. Should anything
 * of it start after all, it must reach nobody: not the internet, not AWS, not the machine's own role.
 */
function renderRehearsalDropIn({ heapMb, vpcCidr }: RehearsalUserData): string {
  return `[Service]
${renderJenkinsService(heapMb)}IPAddressDeny=any
IPAddressAllow=localhost
IPAddressAllow=${literal("VPC range", vpcCidr)}
`;
}
