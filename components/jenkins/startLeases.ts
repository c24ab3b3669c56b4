import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";

/**
 * The table of start leases: one item for each home that a controller holds. Each region has its
 * own, because a lease must not depend on the other region's being alive; what holds between the
 * regions is the generation. On demand: some cents a month, 4 renewals a minute and controller.
 */
export function createLeaseTable(
  name: string,
  deployment: Deployment,
  kmsKeyArn: pulumi.Input<string>,
  deletionProtection: boolean,
  parent: pulumi.Resource,
): aws.dynamodb.Table {
  return new aws.dynamodb.Table(
    `${name}-leases`,
    {
      name: `${deployment.prefix}-leases`,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "home",
      attributes: [{ name: "home", type: "S" }],
      // Not the expiry: an ended lease still tells the generation that a late machine must not undercut.
      ttl: { attributeName: "retainUntil", enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn },
      deletionProtectionEnabled: deletionProtection,
      tags: { Name: `${deployment.prefix}-leases` },
    },
    { parent },
  );
}
