import { expect } from "chai";
import { policyViolations } from "./policyRules";
import { type Registration, Registrations } from "./registrations";

/** A registration with harmless defaults; rules read only type, name, inputs and options. */
function registration(
  type: string,
  inputs: Record<string, unknown>,
  rest: Partial<Registration> = {},
): Registration {
  const name = rest.name ?? "x";
  return {
    urn: `urn:pulumi:s::p::${type}::${name}`,
    type,
    name,
    parent: "urn:pulumi:s::p::jenkins-pilot-light:test:Parent::parent",
    custom: true,
    remote: false,
    protect: true,
    retainOnDelete: false,
    deleteBeforeReplace: undefined,
    ignoreChanges: [],
    replaceOnChanges: [],
    additionalSecretOutputs: [],
    dependsOn: [],
    propertyDependencies: {},
    provider: undefined,
    region: "eu-west-1",
    importId: undefined,
    customTimeouts: {},
    inputs,
    secretInputs: [],
    id: `${name}-id`,
    outputs: {},
    ...rest,
  };
}

const parent = registration(
  "jenkins-pilot-light:test:Parent",
  {},
  { name: "parent", custom: false },
);

function violations(...registrations: Registration[]): string {
  return policyViolations(new Registrations([parent, ...registrations], [])).join("\n");
}

function rolePolicy(statement: Record<string, unknown>): Registration {
  return registration("aws:iam/rolePolicy:RolePolicy", {
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", ...statement }],
    }),
  });
}

describe("policy rules", () => {
  it("accept what hangs from a component's resource, not what hangs from an orphan", () => {
    const owner = registration("aws:iam/role:Role", {}, { name: "owner" });
    const child = registration(
      "aws:iam/instanceProfile:InstanceProfile",
      {},
      { parent: owner.urn },
    );
    expect(violations(owner, child)).to.equal("");
    expect(violations({ ...owner, parent: undefined }, child)).to.match(
      /InstanceProfile x has no component/,
    );
  });

  const bad: readonly [title: string, found: RegExp, registration: Registration][] = [
    [
      "an action *",
      /allows the action "\*"/,
      rolePolicy({ Action: "*", Resource: "arn:aws:s3:::b" }),
    ],
    [
      "all actions of a service",
      /allows the action "s3:\*"/,
      rolePolicy({ Action: ["s3:*"], Resource: "arn:aws:s3:::b" }),
    ],
    [
      "a prefix of actions",
      /allows the action "ec2:Describe\*"/,
      rolePolicy({ Action: "ec2:Describe*", Resource: "*" }),
    ],
    [
      "NotAction",
      /NotAction iam:PassRole/,
      rolePolicy({ NotAction: "iam:PassRole", Resource: "arn:aws:s3:::b" }),
    ],
    [
      "resource *",
      /allows rds:PromoteReadReplica on "\*"/,
      rolePolicy({ Action: "rds:PromoteReadReplica", Resource: "*" }),
    ],
    [
      "all of a service by ARN",
      /allows rds:PromoteReadReplica on "\*"/,
      rolePolicy({ Action: "rds:PromoteReadReplica", Resource: "arn:aws:rds:*:*:*" }),
    ],
    ["no resource", /without a resource/, rolePolicy({ Action: "s3:GetObject" })],
    [
      "FullAccess",
      /attaches AWS's policy AmazonEC2FullAccess/,
      registration("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
        policyArn: "arn:aws:iam::aws:policy/AmazonEC2FullAccess",
      }),
    ],
    [
      "a topic for everybody",
      /to everybody without a condition/,
      registration("aws:sns/topicPolicy:TopicPolicy", {
        policy: {
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Principal: "*",
            Action: "sns:Publish",
            Resource: "arn:aws:sns:eu-west-1:1:t",
          },
        },
      }),
    ],
    [
      "SSH from anywhere",
      /admits the world to port 22/,
      registration("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
        cidrIpv4: "0.0.0.0/0",
        fromPort: 22,
        toPort: 22,
        securityGroupId: "g",
      }),
    ],
    [
      "HTTPS from anywhere on another group than the load balancer's",
      /admits the world to port 443/,
      registration("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
        cidrIpv6: "::/0",
        fromPort: 443,
        toPort: 443,
        securityGroupId: "g",
      }),
    ],
    [
      "a bucket alone",
      /does not block all public access[^]*no encryption[^]*plain HTTP/,
      registration("aws:s3/bucket:Bucket", {}),
    ],
    [
      "a bucket that destroys its objects",
      /may be destroyed/,
      registration("aws:s3/bucket:Bucket", { forceDestroy: true }),
    ],
    [
      "a file system in clear",
      /FileSystem x is not encrypted[^]*without TLS/,
      registration("aws:efs/fileSystem:FileSystem", { encrypted: false }),
    ],
    [
      "a database that is public and may vanish",
      /publiclyAccessible[^]*skips the final snapshot/,
      registration("aws:rds/instance:Instance", {
        publiclyAccessible: true,
        storageEncrypted: true,
        kmsKeyId: "k",
        deletionProtection: true,
        skipFinalSnapshot: true,
      }),
    ],
    [
      "state without protect",
      /is not under protect/,
      registration(
        "aws:kms/key:Key",
        { enableKeyRotation: true, deletionWindowInDays: 30 },
        { protect: false },
      ),
    ],
    [
      "a machine with IMDSv1",
      /does not require IMDSv2/,
      registration("aws:ec2/launchTemplate:LaunchTemplate", {
        metadataOptions: { httpTokens: "optional" },
      }),
    ],
    [
      "a machine with a plain volume",
      /volume that is not encrypted/,
      registration("aws:ec2/instance:Instance", { metadataOptions: { httpTokens: "required" } }),
    ],
    [
      "a listener that serves HTTP",
      /serves plain HTTP/,
      registration("aws:lb/listener:Listener", {
        protocol: "HTTP",
        defaultActions: [{ type: "forward" }],
      }),
    ],
    [
      "an old TLS policy",
      /needs a TLS 1.2\+ policy/,
      registration("aws:lb/listener:Listener", {
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-2016-08",
      }),
    ],
    [
      "a database without TLS",
      /without TLS/,
      registration("aws:rds/parameterGroup:ParameterGroup", { parameters: [] }),
    ],
    [
      "a plain secret",
      /secretString is not a Pulumi secret/,
      registration("aws:secretsmanager/secretVersion:SecretVersion", { secretString: "s" }),
    ],
    [
      "what hangs from nothing that was registered",
      /has no component as its parent/,
      registration("aws:sqs/queue:Queue", { sqsManagedSseEnabled: true }, { parent: "urn:lost" }),
    ],
    [
      "an orphan",
      /has no component as its parent/,
      registration("aws:sqs/queue:Queue", { sqsManagedSseEnabled: true }, { parent: undefined }),
    ],
  ];
  for (const [title, found, each] of bad) {
    it(`find ${title}`, () => {
      expect(violations(each)).to.match(found);
    });
  }

  const good: readonly [title: string, registration: Registration][] = [
    [
      "named actions on named resources",
      rolePolicy({ Action: ["s3:GetObject"], Resource: "arn:aws:s3:::b/*" }),
    ],
    [
      "a listed action without resource types",
      rolePolicy({ Action: "ec2:DescribeInstances", Resource: "*" }),
    ],
    [
      "a key's policy for its account",
      registration("aws:kms/key:Key", {
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { AWS: "arn:aws:iam::123456789012:root" },
              Action: "kms:*",
              Resource: "*",
            },
          ],
        },
      }),
    ],
  ];
  for (const [title, each] of good) {
    it(`accept ${title}`, () => {
      expect(violations(each)).to.equal("");
    });
  }
});
