import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { hasPair } from "../../../components/jenkins/controllerPlan";
import { pairName, pairTags } from "../../../failover/pairTags";
import type { Settings } from "../../../stacks/config";
import { fakeCredentials } from "../../emulator/isolatedEnvironment";
import type { LocalAws } from "../../localAws";

/** A machine of a team's pair, as a person with the AWS CLI sees it. */
export interface PairMachineSeen {
  readonly id: string;
  readonly region: string;
  /** EC2's: `running`, `stopped`, … */
  readonly state: string;
  /** Its tag that says whether it may be started. */
  readonly launch: string;
}

/** The machines of all teams' pairs in both regions. */
export async function pairMachines(
  local: LocalAws,
  { regions, prefix, teams }: Settings,
): Promise<PairMachineSeen[]> {
  const pairs = teams.filter(hasPair).map(({ name }) => pairName(prefix, name));
  if (pairs.length === 0) return [];
  const seen = await Promise.all(
    [regions.primary, regions.dr].map((region) => machinesIn(local, region, pairs)),
  );
  return seen.flat();
}

async function machinesIn(
  local: LocalAws,
  region: string,
  pairs: readonly string[],
): Promise<PairMachineSeen[]> {
  const ec2 = new EC2Client({
    endpoint: local.gateway.endpoint,
    region,
    credentials: fakeCredentials,
    userAgentAppId: "drill",
  });
  try {
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [{ Name: `tag:${pairTags.pair}`, Values: [...pairs] }],
      }),
    );
    return (Reservations ?? [])
      .flatMap(({ Instances }) => Instances ?? [])
      .map(({ InstanceId = "", State, Tags }) => ({
        id: InstanceId,
        region,
        state: State?.Name ?? "unknown",
        launch: Tags?.find(({ Key }) => Key === pairTags.launch)?.Value ?? "none",
      }))
      .filter(({ state }) => state !== "terminated");
  } finally {
    ec2.destroy();
  }
}
