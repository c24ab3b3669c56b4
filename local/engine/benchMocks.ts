import type { runtime } from "@pulumi/pulumi";

/** A stack's outputs as plain values, by name. */
export type StackOutputs = Readonly<Record<string, unknown>>;

type Properties = Record<string, unknown>;

/**
 * A monitor that costs next to nothing: every resource has what it was given and a few outputs that
 * this program reads, without a look at its type. Tests use `test/support/strictMocks.ts` instead.
 */
export function benchMocks(primaryOutputs: StackOutputs): {
  readonly mocks: runtime.Mocks;
  readonly count: () => number;
} {
  let count = 0;
  return {
    count: () => count,
    mocks: {
      newResource: ({ type, name, inputs }) => {
        count += 1;
        return { id: `${name}-id`, state: stateOf(type, name, inputs as Properties) };
      },
      call: ({ token, inputs }) => {
        if (token === "aws:dynamodb/getTableItem:getTableItem") throw noItem;
        return answers[token] ?? (inputs as Properties);
      },
    },
  };

  function stateOf(type: string, name: string, inputs: Properties): Properties {
    if (type === "pulumi:pulumi:StackReference") return { ...inputs, outputs: primaryOutputs };
    const arn = `arn:aws:service:eu-central-1:123456789012:${name}`;
    return { ...common(name, arn), ...inputs, ...outputsByType[type]?.(name) };
  }
}

/** What several types have. Inputs of the same name win. */
function common(name: string, arn: string): Properties {
  return {
    arn,
    arnSuffix: `app/${name}/0123456789abcdef`,
    dnsName: `${name}.example.com`,
    name,
    zoneId: "Z0123456789",
    hostedZoneId: "Z0123456789",
    fingerprint: name,
    ipSets: [{ ipAddresses: ["192.0.2.1", "192.0.2.2"] }],
    address: `${name}.example.com`,
    port: 5432,
    resourceId: `db-${name}`,
    latestVersion: 1,
  };
}

const subnetsOf = (tier: string): string[] => [1, 2, 3].map((zone) => `subnet-${tier}-${zone}`);

/** Outputs of structure, which the program takes apart. */
const outputsByType: Readonly<Record<string, (name: string) => Properties>> = {
  "awsx:ec2:Vpc": (name) => ({
    vpcId: `${name}-vpc`,
    publicSubnetIds: subnetsOf("public"),
    privateSubnetIds: subnetsOf("private"),
    isolatedSubnetIds: subnetsOf("isolated"),
    routeTables: [],
  }),
  "aws:efs/replicationConfiguration:ReplicationConfiguration": () => ({
    destination: { fileSystemId: "fs-replica", status: "ENABLED", region: "eu-west-1" },
  }),
  "aws:imagebuilder/image:Image": () => ({
    outputResources: [
      {
        amis: ["eu-central-1", "eu-west-1"].map((region) => ({ region, image: `ami-${region}` })),
      },
    ],
  }),
  "aws:acm/certificate:Certificate": () => ({
    domainValidationOptions: [
      {
        domainName: "jenkins.example.com",
        resourceRecordName: "_validation.jenkins.example.com.",
        resourceRecordType: "CNAME",
        resourceRecordValue: "_value.acm-validations.aws.",
      },
    ],
  }),
};

/** There is no failover record, in the words of the AWS provider. Pulumi shows an error's details. */
const noItem = Object.assign(new Error("no item"), {
  details: "reading DynamoDB Table Item (jenkins-failover|failover): empty result",
});

/** Answers to the program's calls; any other is answered with its own arguments. */
const answers: Readonly<Record<string, Properties>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
  "aws:ec2/getAvailabilityZones:getAvailabilityZones": { names: ["a", "b", "c"] },
  "aws:secretsmanager/getRandomPassword:getRandomPassword": { randomPassword: "x".repeat(32) },
  "aws:ssm/getParameter:getParameter": { value: "ami-parameter" },
};
