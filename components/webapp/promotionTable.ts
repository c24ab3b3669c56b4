import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";

export interface PromotionTableArgs {
  readonly deployment: Deployment;
  /** False lets the records be deleted, by Pulumi and in AWS. Default true. */
  readonly protectState?: boolean;
}

/**
 * Where promotions from dev to prod are recorded: the lock of a running one, and when, by whom and with
 * what result the last one was. A few items; on demand: cents a month.
 */
export class PromotionTable extends pulumi.ComponentResource {
  readonly tableName: pulumi.Output<string>;

  constructor(name: string, args: PromotionTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:webapp:PromotionTable", name, {}, opts);
    const protect = args.protectState ?? true;
    const table = new aws.dynamodb.Table(
      `${name}-table`,
      {
        name: `${args.deployment.prefix}-promotion`,
        billingMode: "PAY_PER_REQUEST",
        hashKey: "id",
        attributes: [{ name: "id", type: "S" }],
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
        deletionProtectionEnabled: protect,
      },
      { parent: this, protect },
    );
    this.tableName = table.name;
    this.registerOutputs({ tableName: this.tableName });
  }
}
