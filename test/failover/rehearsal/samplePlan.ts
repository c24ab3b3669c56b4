import type { RehearsalPlan } from "../../../failover/rehearsal/rehearsalPlan";

/** A deployment of two teams with a database, whose rehearsals look for snapshots of two instances. */
export const samplePlan: RehearsalPlan = {
  prefix: "jenkins",
  stack: "dr",
  activeRegion: "eu-central-1",
  waitingRegion: "eu-west-1",
  generation: 1,
  tableName: "jenkins-failover",
  announcementsTopicArn: "arn:aws:sns:eu-west-1:123456789012:jenkins-announcements",
  teams: ["payments", "search"],
  subnetIds: ["subnet-a", "subnet-b"],
  targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rehearsal/1",
  homeFileSystemId: "fs-replica",
  database: {
    snapshotsOf: ["jenkins-g1-replica", "jenkins-g1"],
    instanceClass: "db.t4g.medium",
    subnetGroup: "isolated",
    securityGroupId: "sg-nobody",
  },
  timeout: 3_600_000,
};
