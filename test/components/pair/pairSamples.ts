import { gunzipSync } from "node:zlib";
import * as pulumi from "@pulumi/pulumi";
import type { Team } from "../../../components/jenkins/team";
import type { ControllerUserData } from "../../../components/jenkins/userDataRenderer";
import type { PacemakerPairArgs } from "../../../components/pair/pacemakerPair";
import type { Registration } from "../../support/registrations";
import { primaryDeployment } from "../deployments";
import { settings } from "../jenkins/leaseWorld";

export const warmTeam: Team = {
  name: "ma",
  strategy: "active-passive",
  standby: "warm",
  capacity: { min: 1, desired: 1, max: 1 },
  instanceType: "m7g.large",
  heapMb: 4096,
  scaling: { cpuPercent: 60, requestsPerMinute: 3000 },
  agents: {
    kind: "none",
    instanceTypes: ["m7g.large"],
    min: 0,
    max: 1,
    executors: 1,
    idleTimeoutSeconds: 300,
    vcpu: 2,
    memoryGb: 4,
    containerImage: "jenkins/inbound-agent:jdk21",
  },
};

export const controllerData: ControllerUserData = {
  lease: settings,
  fileSystemId: "fs-0123456789abcdef0",
  heapMb: 4096,
  jenkinsVersion: "2.555.3",
  configuration: {
    team: "ma",
    region: "eu-west-1",
    url: "https://ma.jenkins.example.com/",
    credentialPrefixes: ["jenkins/teams/ma/", "jenkins/shared/"],
  },
  secrets: [{ file: "admin-password", secretId: "jenkins/admin-password" }],
  monitoring: {
    team: "ma",
    region: "eu-west-1",
    logGroup: "/jenkins/controllers",
    namespace: "JenkinsPilotLight",
    autoScalingGroup: "jenkins-ma",
  },
};

/** Arguments of a pair, with a note of what each role was let to mount. */
export function pacemakerPairArgs(mounts: (readonly string[])[] = []): PacemakerPairArgs {
  return {
    deployment: primaryDeployment,
    role: "active",
    team: warmTeam,
    imageId: "ami-debian",
    vpcId: "vpc-1",
    subnetIds: ["subnet-1", "subnet-2", "subnet-3"],
    controllersGroupId: "sg-controllers",
    kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/primary",
    profile: "fast",
    userData: pulumi.output(controllerData),
    statements: [],
    leaseTableArn: "arn:aws:dynamodb:eu-west-1:123456789012:table/jenkins-leases",
    home: {
      grantMount: (_role, homes) => {
        mounts.push(homes);
      },
    },
    targetGroupArns: [
      "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/jenkins-ma/1",
      "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/jenkins-region-1/1",
    ],
  };
}

/** The files that a machine's user data has it write, by path. */
export function bootFiles({
  inputs,
}: Pick<Registration, "inputs">): Readonly<Record<string, string>> {
  const text = bootText({ inputs });
  const { write_files: files } = JSON.parse(text.slice(text.indexOf("\n"))) as {
    write_files: { path: string; content: string }[];
  };
  return Object.fromEntries(files.map(({ path, content }) => [path, content]));
}

/** A machine's user data as cloud-init unpacks it. */
export function bootText({ inputs }: Pick<Registration, "inputs">): string {
  return gunzipSync(Buffer.from(String(inputs.userDataBase64), "base64")).toString();
}
