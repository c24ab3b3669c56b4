import { acceleratorRegion, regions } from "../matrixPlan";

/** Something that the failover function talks to. */
export interface Service {
  /** In the table. */
  readonly label: string;
  /** Signing name. */
  readonly service: string;
  readonly region: string;
  /** What the function asks of it on the way from the first touch to serving. */
  readonly actions: readonly string[];
}

/** All services of a failover whose edge is the accelerator. */
export const services = {
  oldGroups: {
    label: "Auto Scaling of the old region",
    service: "autoscaling",
    region: regions.active,
    actions: ["DescribeAutoScalingGroups", "SuspendProcesses", "UpdateAutoScalingGroup"],
  },
  newGroups: {
    label: "Auto Scaling of the new region",
    service: "autoscaling",
    region: regions.waiting,
    actions: ["DescribeAutoScalingGroups", "UpdateAutoScalingGroup"],
  },
  database: {
    label: "RDS",
    service: "rds",
    region: regions.waiting,
    actions: ["DescribeDBInstances", "PromoteReadReplica"],
  },
  home: {
    label: "EFS",
    service: "elasticfilesystem",
    region: regions.waiting,
    actions: [
      "DescribeFileSystems",
      "DescribeReplicationConfigurations",
      "DeleteReplicationConfiguration",
    ],
  },
  edge: {
    label: "Global Accelerator",
    service: "globalaccelerator",
    region: acceleratorRegion,
    actions: ["ListEndpointGroups", "UpdateEndpointGroup"],
  },
  metrics: {
    label: "CloudWatch",
    service: "monitoring",
    region: regions.waiting,
    actions: ["GetMetricData", "PutMetricData"],
  },
  record: {
    label: "DynamoDB",
    service: "dynamodb",
    region: regions.waiting,
    actions: ["GetItem", "PutItem"],
  },
  topics: { label: "SNS", service: "sns", region: regions.waiting, actions: ["Publish"] },
} as const satisfies Readonly<Record<string, Service>>;

/** A key of {@link services}. */
export type ServiceName = keyof typeof services;
