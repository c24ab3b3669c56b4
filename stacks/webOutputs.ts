import type { StackPromotion } from "../promotion/target";
import type { WebSecurityGroup } from "../components/webapp/securityGroupPlan";

/** What the stack `web-dev` publishes of what both environments share, and of itself. */
export interface WebDevOutputs {
  /** `<web.prefix>-dev`: whose deployment it is. */
  readonly prefix: string;
  readonly region: string;
  readonly availabilityZones: number;
  readonly architecture: string;
  readonly vpcId: string;
  readonly privateSubnetIds: string[];
  readonly isolatedSubnetIds: string[];
  readonly securityGroupIds: Record<WebSecurityGroup, string>;
  readonly keyArn: string;
  readonly imageId: string;
  readonly listenerArn: string;
  readonly loadBalancerFullName: string;
  readonly loadBalancerDnsName: string;
  readonly loadBalancerZoneId: string;
  readonly privateZoneId: string;
  readonly privateZoneName: string;
  readonly databaseIdentifier: string;
  readonly databaseAddress: string;
  readonly databasePort: number;
  readonly databaseSecretArn: string;
  readonly fileSystemId: string;
  readonly accessPointId: string;
  /** For people: where it answers, and what has machines serve new code at once. */
  readonly url: string;
  readonly codeAssociationId: string;
}

/** What the stack `web-prod` publishes. */
export interface WebProdOutputs {
  readonly prefix: string;
  readonly region: string;
  readonly url: string;
  readonly codeAssociationId: string;
  /** Of the public zone, where the stack made it: what the zone above has to name. */
  readonly nameServers: string[];
  /**
   * What `npm run promote` reads. No replicas where prod has a database of its own: the tool refuses it
   * then, because dev's data cannot come to it by replication.
   */
  readonly promotion: StackPromotion;
}
