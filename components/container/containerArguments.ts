import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentProblem } from "../argumentProblems";
import type { Deployment, RegionRole } from "../deployment";
import { targetGroupNameLimit } from "../limits";
import type { Application } from "./application";
import { imageProblems } from "./imageReference";

/** What a region's application is built from. */
export interface ContainerAppArgs {
  readonly deployment: Deployment;
  /** `waiting`: everything exists, no machine runs. */
  readonly role: RegionRole;
  readonly network: {
    readonly vpcId: pulumi.Input<string>;
    readonly publicSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
    readonly privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
    readonly securityGroups: {
      readonly loadBalancer: pulumi.Input<string>;
      readonly machines: pulumi.Input<string>;
    };
  };
  readonly application: Application;
  /** Needed where a service has `database`. */
  readonly database?: {
    readonly engine: string;
    readonly address: pulumi.Input<string>;
    readonly port: pulumi.Input<number>;
    readonly name: string;
    /** Secret with `username` and `password` as JSON, the same name in both regions. */
    readonly secretName: pulumi.Input<string>;
  };
  /** The region's bucket of assets. */
  readonly assetBucketArn: pulumi.Input<string>;
  /** The region's customer key. */
  readonly kmsKeyArn: pulumi.Input<string>;
  /** The golden image, in this region. */
  readonly imageId: pulumi.Input<string>;
  /** It answers at `<application>.<domain>`. */
  readonly domain: string;
  readonly hostedZoneId: pulumi.Input<string>;
  /** A certificate of this region for `*.<domain>`. Default: one is made and validated by DNS. */
  readonly certificateArn?: pulumi.Input<string>;
  readonly metricsNamespace: string;
  /** Adds what Global Accelerator needs as its endpoint. False where Route 53 leads users. */
  readonly accelerated: boolean;
  /** Days that containers' logs are kept. Default 30; $0.03 per GB and month. */
  readonly logRetentionDays?: number;
  /** Days that the load balancer's access logs are kept. Default 90; $0.023 per GB and month. */
  readonly accessLogRetentionDays?: number;
  /** A firewall of this region, see {@link file://../loadBalancer/webAcl.ts}. Default none. */
  readonly webAclArn?: pulumi.Input<string>;
  /** False lets load balancers and access logs be deleted. Default true. */
  readonly protectState?: boolean;
}

/** Everything in the arguments that cannot be built; empty if nothing. */
export function containerProblems(args: ContainerAppArgs): ArgumentProblem[] {
  const { application, database, deployment } = args;
  const problems: ArgumentProblem[] = [];
  const { services } = application;
  if (services.filter(({ paths }) => paths === undefined).length !== 1) {
    problems.push({
      path: "application.services",
      reason: "must have exactly one without paths: it gets all requests that no other one gets",
    });
  }
  services.forEach((service, index) => {
    const path = `application.services[${index}]`;
    for (const { wrong, allowed, fix } of imageProblems(service.image, application.registries)) {
      problems.push({ path: `${path}.image`, reason: `${wrong}; give ${allowed}; ${fix}` });
    }
    if (services.findIndex(({ name }) => name === service.name) < index) {
      problems.push({ path, reason: `"${service.name}" is the name of an earlier service` });
    }
    if (service.database && database === undefined) {
      problems.push({ path, reason: "asks for the database, but none is given" });
    }
    const targetGroup = `${deployment.prefix}-${targetName(application, service.name)}`;
    if (targetGroup.length > targetGroupNameLimit) {
      problems.push({
        path,
        reason: `makes the target group name "${targetGroup}" (${targetGroup.length} characters); AWS takes ${targetGroupNameLimit}: shorten a name or the prefix`,
      });
    }
  });
  return problems;
}

/** Of a service's target group, after the prefix. */
export function targetName(application: Application, service: string): string {
  return `${application.name}-${service}`;
}
