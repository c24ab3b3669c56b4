/** Building blocks for the engines' sample programs. */
import * as pulumi from "@pulumi/pulumi";

export class TestProvider extends pulumi.ProviderResource {
  constructor(name: string, args: { region: string }, opts?: pulumi.ResourceOptions) {
    super("test", name, args, opts);
  }
}

export interface ThingArgs {
  readonly name?: pulumi.Input<string> | undefined;
  readonly zone?: pulumi.Input<string> | undefined;
  readonly size?: pulumi.Input<number> | undefined;
  readonly password?: pulumi.Input<string> | undefined;
  readonly uses?: pulumi.Input<string> | undefined;
  readonly tags?: pulumi.Input<Record<string, string>> | undefined;
  readonly code?: pulumi.Input<pulumi.asset.Archive> | undefined;
  readonly fail?: string | undefined;
  readonly delay?: number | undefined;
}

export class Thing extends pulumi.CustomResource {
  declare readonly arn: pulumi.Output<string>;
  declare readonly token: pulumi.Output<string>;
  declare readonly size: pulumi.Output<number | undefined>;

  constructor(
    name: string,
    args: ThingArgs,
    opts?: pulumi.CustomResourceOptions,
    type = "test:index:Thing",
  ) {
    super(type, name, { ...args, arn: undefined, token: undefined }, opts);
  }
}

export class Box extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("sample:index:Box", name, {}, opts);
  }

  finish(outputs: pulumi.Inputs): void {
    this.registerOutputs(outputs);
  }
}

/** The remote component of the `group` package. */
export class Pair extends pulumi.ComponentResource {
  declare readonly arns: pulumi.Output<string[]>;

  constructor(
    name: string,
    args: { zone: pulumi.Input<string> },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("group:index:Pair", name, { ...args, arns: undefined }, opts, true);
  }
}
