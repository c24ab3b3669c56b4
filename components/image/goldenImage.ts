import * as pulumi from "@pulumi/pulumi";
import { type ArgumentProblem, refuseProblems, wholeNumberProblem } from "../argumentProblems";
import { type Deployment, regionsOf } from "../deployment";
import { buildByInstance } from "./builderInstance";
import { buildByImageBuilder } from "./imageBuilder";
import type { ImageSoftware } from "./imageComponentRenderer";

export type Architecture = "arm64" | "x86_64";

export interface GoldenImageArgs {
  readonly deployment: Deployment;
  /**
   * `imageBuilder` (default of the configuration): EC2 Image Builder, free of charge but for the
   * machine while it builds, about 30 minutes. `builderInstance`: a machine set up by Systems
   * Manager, imaged and copied; it stays and costs $6.13 a month (t4g.micro, us-east-1) while it
   * runs. `given`: {@link given}.
   */
  readonly source: "imageBuilder" | "builderInstance" | "given";
  readonly architecture: Architecture;
  /** What to install. A given image is taken as it is. */
  readonly software: ImageSoftware;
  /** Image ids by region; only and always with source `given`. */
  readonly given?: Readonly<Record<string, string>>;
  /** Customer keys by region for the images' volumes; needed to build. */
  readonly kmsKeyArns?: Readonly<Record<string, pulumi.Input<string>>>;
  /** A subnet with a way out; needed to build, because packages come from the internet. */
  readonly subnetId?: pulumi.Input<string>;
  /** Needed to build; admits nothing. */
  readonly securityGroupId?: pulumi.Input<string>;
  /** GiB of the root volume. Default 30. $0.08 a month each, for every machine. */
  readonly rootVolumeGb?: number;
  /**
   * When Image Builder makes a patched image by itself, e.g. `cron(0 2 1 * ? *)`. It is used once its
   * id is deployed. Default never.
   */
  readonly rebuildSchedule?: string;
}

/** The arguments of whatever builds an image, complete. */
export interface BuildArgs {
  readonly deployment: Deployment;
  readonly architecture: Architecture;
  readonly software: ImageSoftware;
  readonly kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>;
  readonly subnetId: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  readonly rootVolumeGb: number;
  readonly rebuildSchedule: string | undefined;
}

/**
 * A workload's machine image, the same in both regions where the deployment has two, so that a
 * failover boots in minutes what was tested long before. Made by one stack for both regions: an image
 * that could only be copied out of a lost region would be lost with it.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class GoldenImage extends pulumi.ComponentResource {
  /** Image ids by region. */
  readonly imageIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: GoldenImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:image:GoldenImage", name, {}, opts);
    refuseProblems("GoldenImage", problemsOf(args));
    this.imageIds = imagesOf(name, args, this);
    this.registerOutputs({ imageIds: this.imageIds });
  }
}

function imagesOf(
  name: string,
  args: GoldenImageArgs,
  parent: pulumi.Resource,
): Record<string, pulumi.Output<string>> {
  const { kmsKeyArns, subnetId, securityGroupId } = args;
  if (args.source === "given" || !kmsKeyArns || !subnetId || !securityGroupId) {
    return Object.fromEntries(
      Object.entries(args.given ?? {}).map(([region, id]) => [region, pulumi.output(id)]),
    );
  }
  const build: BuildArgs = {
    deployment: args.deployment,
    architecture: args.architecture,
    software: args.software,
    kmsKeyArns,
    subnetId,
    securityGroupId,
    rootVolumeGb: args.rootVolumeGb ?? 30,
    rebuildSchedule: args.rebuildSchedule,
  };
  return args.source === "imageBuilder"
    ? buildByImageBuilder(name, build, parent)
    : buildByInstance(name, build, parent);
}

function problemsOf(args: GoldenImageArgs): ArgumentProblem[] {
  const regions = regionsOf(args.deployment);
  const problems = wholeNumberProblem("rootVolumeGb", args.rootVolumeGb ?? 30, 16, 1024, "GiB");
  const refuse = (path: string, reason: string): void => {
    problems.push({ path, reason });
  };
  if (args.source === "given") {
    for (const each of regions) {
      const id = args.given?.[each];
      if (id === undefined || !/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
        refuse(
          `given.${each}`,
          `is ${id === undefined ? "missing" : `"${id}"`}; give the id of an image in ${each}: ami- and 17 hexadecimal digits`,
        );
      }
    }
    return problems;
  }
  if (args.given !== undefined) {
    refuse("given", `goes with source given alone; source is ${args.source}`);
  }
  for (const key of ["subnetId", "securityGroupId"] as const) {
    if (args[key] === undefined)
      refuse(key, "is missing: a machine has to build the image somewhere");
  }
  for (const each of regions) {
    if (args.kmsKeyArns?.[each] === undefined) {
      refuse(`kmsKeyArns.${each}`, "is missing: images are encrypted with a key of each region");
    }
  }
  if (args.rebuildSchedule !== undefined && !/^(cron|rate)\(.+\)$/.test(args.rebuildSchedule)) {
    refuse("rebuildSchedule", `is "${args.rebuildSchedule}"; give e.g. cron(0 2 1 * ? *)`);
  }
  return problems;
}
