import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface EndpointArgs {
  readonly region: string;
  readonly prefix: string;
  readonly vpcId: pulumi.Input<string>;
  readonly routeTableIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly securityGroupId: pulumi.Input<string>;
  /** Short names, as in `com.amazonaws.<region>.<name>`. */
  readonly interfaceEndpoints: readonly string[];
}

/**
 * S3 and DynamoDB by gateway endpoints, which cost nothing and keep artifacts, package repositories
 * and start leases off the NAT gateways; the others by interface endpoints, $0.01 an hour and zone
 * each.
 */
export function createEndpoints(name: string, args: EndpointArgs, parent: pulumi.Resource): void {
  for (const service of ["s3", "dynamodb"]) {
    new aws.ec2.VpcEndpoint(
      `${name}-${service}-endpoint`,
      {
        vpcId: args.vpcId,
        serviceName: `com.amazonaws.${args.region}.${service}`,
        vpcEndpointType: "Gateway",
        routeTableIds: args.routeTableIds,
        tags: { Name: `${args.prefix}-${service}` },
      },
      { parent },
    );
  }
  for (const service of args.interfaceEndpoints) {
    new aws.ec2.VpcEndpoint(
      `${name}-${service}-endpoint`,
      {
        vpcId: args.vpcId,
        serviceName: `com.amazonaws.${args.region}.${service}`,
        vpcEndpointType: "Interface",
        // The services' usual names resolve to the endpoint: no client has to know of it.
        privateDnsEnabled: true,
        subnetIds: args.subnetIds,
        securityGroupIds: [args.securityGroupId],
        tags: { Name: `${args.prefix}-${service}` },
      },
      { parent },
    );
  }
}
