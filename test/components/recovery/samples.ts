import type { Deployment } from "../../../components/deployment";
import type { Topics } from "../../../components/recovery/alarmTopics";
import type { FailoverArgs } from "../../../components/recovery/failover";
import type { HealthProbeArgs } from "../../../components/recovery/healthProbe";

/** A deployment's waiting half, as most tests of this folder need it. */
export const deployment: Deployment = {
  prefix: "jenkins",
  stack: "dr",
  generation: 1,
  region: "eu-west-1",
  peerRegion: "eu-central-1",
  activeRegion: "eu-central-1",
  accountId: "123456789012",
};

export const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/waiting";

const elb = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
const accelerator = "arn:aws:globalaccelerator::123456789012:accelerator/a/listener/l";

export const topics: Topics = {
  alarmsTopicArn: "arn:aws:sns:eu-west-1:123456789012:jenkins-alarms",
  announcementsTopicArn: "arn:aws:sns:eu-west-1:123456789012:jenkins-announcements",
};

export const probeArgs: HealthProbeArgs = {
  deployment,
  targets: ["ma", "ba"].map((team) => ({
    team,
    host: `${team}.jenkins.example.com`,
    address: "active-1.elb.amazonaws.com",
    targetGroupArn: `${elb}:targetgroup/jenkins-${team}/1`,
  })),
  healthPaths: ["/login"],
  policy: { threshold: 0.5, quorum: 2, periods: 2, outOf: 3 },
  topics,
};

export const failoverArgs: FailoverArgs = {
  deployment,
  teams: ["ma", "ba"].map((team) => ({
    team,
    host: `${team}.jenkins.example.com`,
    shard: 0,
    serving: { min: 1, max: 1, desired: 1 },
  })),
  activeLoadBalancers: ["active-1.elb.amazonaws.com"],
  waitingLoadBalancers: ["waiting-1.elb.amazonaws.com"],
  replica: "jenkins-g1-replica",
  healthPaths: ["/login"],
  home: { fileSystemId: "fs-replica", sourceFileSystemId: "fs-source" },
  edge: {
    kind: "globalAccelerator",
    shards: [
      {
        activeGroupArn: `${accelerator}/endpoint-group/active`,
        waitingGroupArn: `${accelerator}/endpoint-group/waiting`,
      },
    ],
  },
  limits: {
    mode: "automatic",
    threshold: 0.5,
    quorum: 2,
    confirmFor: 120_000,
    confirmLimit: 900_000,
    fenceTimeout: 300_000,
    maxReplicaLag: 300,
    maxHomeLag: 900,
    requiredHealthyShare: 0.5,
    stepLimit: 1_800_000,
  },
  alarmName: "jenkins-region-down",
  ...topics,
  topicKmsKeyArn: keyArn,
  recordTable: {
    name: "jenkins-failover",
    arn: "arn:aws:dynamodb:eu-west-1:123456789012:table/jenkins-failover",
  },
};
