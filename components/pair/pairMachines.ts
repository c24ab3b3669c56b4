import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { launchTag, pairTags } from "../../failover/pairTags";
import type { Deployment } from "../deployment";

/** Where one machine of a pair is, whatever instance is there now. */
export interface PairPlace {
  /** The network interface, which outlives the instance: so does its address. */
  readonly interfaceId: pulumi.Output<string>;
  /** Private IPv4. */
  readonly address: pulumi.Output<string>;
}

/** One for each machine. */
export type Both<T> = readonly [T, T];

export interface PairPlacesArgs {
  /** Physical name of the pair. */
  readonly pair: string;
  /** Of two zones or more; the first two are taken. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** True where the machines answer for an address that is not theirs: source/destination check off. */
  readonly sharesAddress: boolean;
}

/** A place in each of two zones. */
export function createPlaces(
  name: string,
  { pair, subnetIds, securityGroupIds, sharesAddress }: PairPlacesArgs,
  parent: pulumi.Resource,
): Both<PairPlace> {
  const subnets = pulumi.output(subnetIds);
  const place = (index: 0 | 1): PairPlace => {
    const placed = new aws.ec2.NetworkInterface(
      `${name}-${index + 1}`,
      {
        subnetId: subnets.apply((ids) => subnetOf(ids, index)),
        description: `Machine ${index + 1} of ${pair}`,
        securityGroups: [...securityGroupIds],
        sourceDestCheck: !sharesAddress,
        tags: { Name: `${pair}-${index + 1}` },
      },
      { parent },
    );
    return { interfaceId: placed.id, address: placed.privateIp };
  };
  return [place(0), place(1)];
}

function subnetOf(ids: readonly string[], index: number): string {
  const id = ids[index];
  if (id === undefined || ids.indexOf(id) !== index) {
    throw new Error(
      `a pair needs subnets of two zones, but was given ${ids.join(", ") || "none"}; pass the private subnets of the network`,
    );
  }
  return id;
}

export interface PairMachinesArgs {
  readonly deployment: Deployment;
  /** Physical name of the pair. */
  readonly pair: string;
  /** Tags of both machines besides those of the pair. */
  readonly tags: Readonly<Record<string, string>>;
  readonly places: Both<PairPlace>;
  readonly imageId: pulumi.Input<string>;
  readonly instanceType: string;
  /** Size of the root volume, GiB; $0.08 each a month, also while the machine is stopped. */
  readonly volumeGb: number;
  readonly profileNames: Both<pulumi.Input<string>>;
  /** Base64 of gzip. */
  readonly userData: Both<pulumi.Input<string>>;
  /** False where the machines are made to wait: they are stopped until a failover starts them. */
  readonly running: boolean;
}

/**
 * Two machines outside of any Auto Scaling group: a fenced one is stopped, and a group would terminate
 * it, which fencing reads as "unknown" and never confirms. What a group would do for them is done by
 * EC2's own recovery (a broken host) and by the peer (everything else).
 *
 * A machine that serves stays as it was made: another image or boot file would replace both at once.
 * `pulumi up --replace` renews them one after the other. One that waits is made anew: nothing runs on
 * it, and its boot files name the region's homes, which are others after each role change.
 */
export function createMachines(
  name: string,
  args: PairMachinesArgs,
  parent: pulumi.Resource,
): Both<aws.ec2.Instance> {
  const machine = (index: 0 | 1): aws.ec2.Instance => {
    const instance = createMachine(`${name}-${index + 1}`, index, args, parent);
    createRecovery(`${name}-${index + 1}`, `${args.pair}-${index + 1}`, instance, args, parent);
    return instance;
  };
  return [machine(0), machine(1)];
}

function createMachine(
  name: string,
  index: 0 | 1,
  args: PairMachinesArgs,
  parent: pulumi.Resource,
): aws.ec2.Instance {
  const own = { ...args.tags, Name: `${args.pair}-${index + 1}` };
  const instance = new aws.ec2.Instance(
    name,
    {
      ami: args.imageId,
      instanceType: args.instanceType,
      primaryNetworkInterface: { networkInterfaceId: args.places[index].interfaceId },
      iamInstanceProfile: args.profileNames[index],
      // Version 2 only, and one hop: a container or a proxy on the machine must not reach its role.
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: args.volumeGb },
      // Metrics each minute. $2.10 a month and machine.
      monitoring: true,
      maintenanceOptions: { autoRecovery: "default" },
      userDataBase64: args.userData[index],
      tags: {
        ...own,
        [pairTags.pair]: args.pair,
        [pairTags.machine]: String(index + 1),
        [pairTags.launch]: args.running ? launchTag.allowed : launchTag.suspended,
      },
      volumeTags: own,
    },
    {
      parent,
      // The interface can hang on one instance alone.
      deleteBeforeReplace: true,
      // cloud-init writes files at the first boot alone: in place they would never change.
      replaceOnChanges: ["userDataBase64"],
      // The tags say, and the failover writes, whether a machine may be started.
      ignoreChanges: [...(args.running ? ["ami", "userDataBase64"] : []), "tags", "tagsAll"],
    },
  );
  return instance;
}

/**
 * Stops machines that are made to wait.
 *
 * @param after what needs running machines: a load balancer takes no stopped one
 */
export function settleMachines(
  name: string,
  machines: Both<aws.ec2.Instance>,
  running: boolean,
  after: readonly pulumi.Resource[],
): void {
  machines.forEach((machine, index) => {
    new aws.ec2transitgateway.InstanceState(
      `${name}-${index + 1}`,
      { instanceId: machine.id, state: running ? "running" : "stopped" },
      // The failover's from the first day on.
      { parent: machine, dependsOn: [...after], ignoreChanges: ["state"] },
    );
  });
}

/** Moves a machine to another host when its own one is broken, for all types that can. $0.10 a month. */
function createRecovery(
  name: string,
  machine: string,
  instance: aws.ec2.Instance,
  { deployment }: PairMachinesArgs,
  parent: pulumi.Resource,
): void {
  new aws.cloudwatch.MetricAlarm(
    `${name}-recovery`,
    {
      name: `${machine}-recovery`,
      alarmDescription: `The host of ${machine} is broken: EC2 moves the machine to another one.`,
      namespace: "AWS/EC2",
      metricName: "StatusCheckFailed_System",
      dimensions: { InstanceId: instance.id },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      period: 60,
      evaluationPeriods: 2,
      // A stopped machine has no status; its peer serves.
      treatMissingData: "notBreaching",
      alarmActions: [`arn:aws:automate:${deployment.region}:ec2:recover`],
    },
    { parent },
  );
}
