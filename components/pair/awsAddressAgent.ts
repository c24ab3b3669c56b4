import type { MachineFile } from "./pairFiles";
import type { AwsVip } from "./vipMoveScriptRenderer";

/** Where Pacemaker's files of a pair are. */
export const clusterFolder = "/etc/pacemaker/pair";

/** The AWS CLI as the agents get it. */
const commandLine = `${clusterFolder}/aws`;
const commandLineSettings = `${clusterFolder}/aws-settings`;

/** An agent of `ocf:heartbeat` with its options. */
export interface AddressAgent {
  readonly agent: string;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * The resource agent that gives an address of AWS to the machine that it is started on. Only options
 * that Debian 12's agents (resource-agents 4.12) have as well: an option that an agent does not know is
 * passed over without a word.
 *
 * @throws Error for an Elastic IP without its address, see clusterProblems.ts
 */
export function awsAddressAgent(vip: AwsVip): AddressAgent {
  if (vip.kind === "overlayRoute") {
    return {
      agent: "aws-vpc-move-ip",
      options: {
        ip: vip.address.split("/")[0] ?? "",
        routing_table: vip.routeTableIds.join(","),
        interface: vip.networkInterface ?? "ens5",
        awscli: commandLine,
      },
    };
  }
  if (vip.address === undefined) throw new Error(`${vip.allocationId} came without its address.`);
  return {
    agent: "awseip",
    options: {
      elastic_ip: vip.address,
      allocation_id: vip.allocationId,
      awscli: commandLine,
    },
  };
}

/**
 * What the agents find besides: they call the AWS CLI with `--profile default`, which has to be a
 * profile, and not all of them name a region. Credentials are those of the machine's role.
 */
export function awsAgentFiles(vip: AwsVip): MachineFile[] {
  return [
    {
      path: commandLine,
      content: `#!/bin/bash
export AWS_CONFIG_FILE=${commandLineSettings} AWS_PAGER=""
exec aws --cli-connect-timeout 2 --cli-read-timeout 4 "$@"
`,
      permissions: "0755",
    },
    {
      path: commandLineSettings,
      content: `[default]\nregion = ${vip.region}\n`,
      permissions: "0644",
    },
  ];
}
