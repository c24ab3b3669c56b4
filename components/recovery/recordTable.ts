import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { recordTableName } from "../../failover/recordAddress";
import type { Deployment } from "../deployment";

export interface RecordTableArgs {
  readonly deployment: Deployment;
  /** False lets the record be deleted, by Pulumi and in AWS. Default true. */
  readonly protectState?: boolean;
}

/**
 * The table of the failover record. Each region has one, in either role: the failover of the region
 * that waits writes to its own, so that the record survives the region that is lost, and what a
 * region wrote before a role change stays readable. Of two records the one with the higher
 * generation counts.
 *
 * One item. Encrypted by the service's key in this account: it holds no secret, and controllers of
 * both regions read it before they start, as `pulumi up` does before it registers anything; a
 * customer key would make them depend on one more thing. On demand: cents a month.
 */
export class RecordTable extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: RecordTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:recovery:RecordTable", name, {}, opts);
    const protect = args.protectState ?? true;
    const table = new aws.dynamodb.Table(
      `${name}-table`,
      {
        name: recordTableName(args.deployment.prefix),
        billingMode: "PAY_PER_REQUEST",
        hashKey: "id",
        attributes: [{ name: "id", type: "S" }],
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
        deletionProtectionEnabled: protect,
      },
      // The record says which region may write. Without it controllers fall back to their config.
      { parent: this, protect },
    );
    this.name = table.name;
    this.arn = table.arn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}
