import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentProblem } from "../argumentProblems";
import type { Deployment, RegionRole } from "../deployment";
import { directoryProblems, type HomeDirectory, lifecycleAge } from "./homePlan";

/** What a region's shared home is made from. */
export interface SharedHomeArgs {
  readonly deployment: Deployment;
  /** Follows from the configuration: an active home is written and replicates, a waiting one is read-only. */
  readonly role: RegionRole;
  /** Isolated subnets, one a zone. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** How many subnets there are: mount targets are counted before the subnets are known. */
  readonly availabilityZones: number;
  readonly securityGroupId: pulumi.Input<string>;
  /** Customer key of this region; fixed once the file system exists. */
  readonly kmsKeyArn: pulumi.Input<string>;
  readonly directories: readonly HomeDirectory[];
  /**
   * `elastic` (default of the configurations): $0.03/GB read and $0.06/GB written, no credits; right
   * for loads that come and go. `bursting`: included, 50 KiB/s for each stored GiB (1 MiB/s for
   * 20 GiB) and credits above it, which drain for weeks before anyone notices; right where the
   * average stays below that. `provisioned`: $6.00 per MiB/s a month, used or not; right once each of
   * them carries more than 200 GB read ($6.00 / $0.03) or 100 GB written a month, which is 7 % or 4 %
   * of the time.
   */
  readonly throughput: "elastic" | "bursting" | "provisioned";
  /** Owner of every file: access points enforce it, whatever a machine claims to be. Default 1000. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** MiB/s; only and always with `provisioned`. */
  readonly provisionedMibps?: number;
  readonly lifecycle: {
    /** `30 days`, `never`, …: files not read for so long cost $0.016 instead of $0.30 per GB-month. */
    readonly toInfrequentAccess: string;
    /** $0.008 per GB-month; elastic throughput only. */
    readonly toArchive: string;
  };
  /** Where an active home replicates to; EFS makes the file system there. */
  readonly replicateTo?: { readonly region: string; readonly kmsKeyArn: pulumi.Input<string> };
  /**
   * The file system that replication made: always in the waiting region, and in the active one after
   * a role change, where it is adopted as it is. Absent only where the first home is made.
   */
  readonly fileSystemId?: pulumi.Input<string>;
  /** False lets `pulumi destroy` remove the homes. Default true. */
  readonly protectState?: boolean;
}

/** Everything in the arguments that cannot be built; empty if nothing. */
export function homeProblems(args: SharedHomeArgs): ArgumentProblem[] {
  const problems = directoryProblems(args.directories);
  const refuse = (path: string, reason: string): void => {
    problems.push({ path, reason });
  };
  if (![2, 3].includes(args.availabilityZones)) {
    refuse("availabilityZones", `is ${args.availabilityZones}; give 2 or 3`);
  }
  if ((args.throughput === "provisioned") !== (args.provisionedMibps !== undefined)) {
    refuse(
      "provisionedMibps",
      `goes with throughput provisioned alone; throughput is ${args.throughput}`,
    );
  }
  for (const key of ["toInfrequentAccess", "toArchive"] as const) {
    try {
      lifecycleAge(args.lifecycle[key]);
    } catch (error) {
      refuse(`lifecycle.${key}`, (error as Error).message);
    }
  }
  if (args.lifecycle.toArchive !== "never" && args.throughput !== "elastic") {
    refuse("lifecycle.toArchive", `needs throughput elastic; throughput is ${args.throughput}`);
  }
  if (args.role === "waiting" && args.replicateTo !== undefined) {
    refuse(
      "replicateTo",
      "is for the active region: a waiting home would overwrite the active one",
    );
  }
  if (args.fileSystemId === undefined && args.role === "waiting") {
    refuse(
      "fileSystemId",
      "is missing: a waiting home is the replica that the active one's EFS made",
    );
  }
  if (args.fileSystemId === undefined && args.deployment.generation > 1) {
    refuse(
      "fileSystemId",
      `is missing at generation ${args.deployment.generation}: after a role change the homes are in the file system that replication made; a new one would start every Jenkins empty`,
    );
  }
  return problems;
}
