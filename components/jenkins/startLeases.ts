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
      // By the service's key in this account, which whoever may use the table may use too. A customer
      // key would have to be allowed to each controller's role, and taking it away, or KMS being
      // throttled, would stop every Jenkins of the region; a lease holds nothing that is secret.
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: deletionProtection,
      tags: { Name: `${deployment.prefix}-leases` },
    },
    { parent },
  );
}
