import type * as pulumi from "@pulumi/pulumi";
import { type ArgumentProblem, wholeNumberProblem } from "../argumentProblems";
import type { Deployment } from "../deployment";
import type { SharedHomeArgs } from "../home/homeArguments";
import { targetGroupNameLimit } from "../limits";
import type { WebContent } from "./content";

/** Where an environment's application finds its database. */
export interface EnvironmentDatabase {
  readonly database: string;
  readonly port: pulumi.Input<number>;
  /** For everything that only reads. */
  readonly reader: pulumi.Input<string>;
  /** For sessions, comments, updates; absent where prod lives on replicas alone. */
  readonly writer?: pulumi.Input<string>;
  /** Secret with the application's `username` and `password`, and the key that it is encrypted with. */
  readonly secretArn: pulumi.Input<string>;
  readonly secretKeyArn: pulumi.Input<string>;
}

/** The file system of another environment. */
export interface OtherFiles {
  readonly fileSystemId: pulumi.Input<string>;
  readonly accessPointId: pulumi.Input<string>;
}

/** What an environment is made from. */
export interface WebAppEnvironmentArgs {
  readonly deployment: Deployment;
  readonly environment: "dev" | "prod";
  /** Full DNS names that it answers to. */
  readonly hosts: readonly string[];
  readonly network: {
    readonly vpcId: pulumi.Input<string>;
    readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
    readonly isolatedSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
    readonly availabilityZones: number;
    /** Of its machines and of its mount targets. */
    readonly machinesGroupId: pulumi.Input<string>;
    readonly filesGroupId: pulumi.Input<string>;
  };
  /** The shared load balancer. */
  readonly loadBalancer: {
    readonly listenerArn: pulumi.Input<string>;
    /** Dimension of its metrics. */
    readonly fullName: pulumi.Input<string>;
    /** Of this environment's rule, 2 to 50,000; unique among the environments. */
    readonly priority: number;
  };
  readonly imageId: pulumi.Input<string>;
  readonly machines: {
    /** EC2 type; its processor fits the image. t4g.small: $12.26 a month each. */
    readonly instanceType: string;
    readonly capacity: { readonly min: number; readonly desired: number; readonly max: number };
    /** Average CPU that Auto Scaling holds, in percent. */
    readonly cpuPercent: number;
    /** Requests for each machine and minute that it holds. */
    readonly requestsPerMinute: number;
  };
  /** Path that answers 200 to 399 on a machine that can serve. */
  readonly healthPath: string;
  readonly content: WebContent;
  readonly files: Pick<SharedHomeArgs, "throughput" | "provisionedMibps" | "lifecycle">;
  /** Dev's, from which prod is first copied and later promoted. */
  readonly devFiles?: OtherFiles;
  readonly database: EnvironmentDatabase;
  /** Customer key of the region. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** Who hears of alarms. */
  readonly topicArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** False lets `pulumi destroy` remove the files. Default true. */
  readonly protectState?: boolean;
}

/** Everything in the arguments that cannot be built; empty if nothing. */
export function environmentProblems(args: WebAppEnvironmentArgs): ArgumentProblem[] {
  const { min, desired, max } = args.machines.capacity;
  const problems = [
    ...wholeNumberProblem("loadBalancer.priority", args.loadBalancer.priority, 2, 50_000, "steps"),
    ...wholeNumberProblem("machines.capacity.max", max, 1, 500, "machines"),
  ];
  const refuse = (path: string, reason: string): void => {
    problems.push({ path, reason });
  };
  if (!(0 <= min && min <= desired && desired <= max)) {
    refuse(
      "machines.capacity",
      `is ${min}/${desired}/${max}; give min, desired and max in this order`,
    );
  }
  if (args.hosts.length < 1 || args.hosts.length > 5) {
    refuse("hosts", `has ${args.hosts.length} names; a rule of a load balancer takes 1 to 5`);
  }
  if ((args.environment === "prod") !== (args.devFiles !== undefined)) {
    refuse("devFiles", `goes with prod alone, and always; the environment is ${args.environment}`);
  }
  const { prefix } = args.deployment;
  if (prefix.length > targetGroupNameLimit) {
    refuse(
      "deployment.prefix",
      `is "${prefix}"; target groups take ${targetGroupNameLimit} characters`,
    );
  }
  return [...problems, ...contentProblems(args.content)];
}

/** Folders and files that the machines' scripts could take for something else. */
export function contentProblems(content: WebContent): ArgumentProblem[] {
  const { documentRoot, uploads, staticFiles, owner } = content;
  const relative = /^(?!.*(^|\/)\.{1,2}(\/|$))[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/;
  const problems: ArgumentProblem[] = [];
  if (!/^(\/[A-Za-z0-9_.-]+){2,}$/.test(documentRoot) || /\/\.{1,2}(\/|$)/.test(documentRoot)) {
    problems.push({
      path: "content.documentRoot",
      reason: `is "${documentRoot}"; give an absolute folder below another, such as /var/www/html`,
    });
  }
  for (const [path, value] of [
    ["content.uploads", uploads] as const,
    ...staticFiles.map((file, index) => [`content.staticFiles[${index}]`, file] as const),
  ]) {
    if (relative.test(value)) continue;
    problems.push({
      path,
      reason: `is "${value}"; give a path below the document root, such as wp-config.php`,
    });
  }
  if (!/^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/.test(owner)) {
    problems.push({
      path: "content.owner",
      reason: `is "${owner}"; give user and group, such as apache:apache`,
    });
  }
  return problems;
}
