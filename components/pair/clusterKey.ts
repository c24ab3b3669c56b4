import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import type { Team } from "../jenkins/team";

/** Corosync wants 1,024 bits or more; a letter or digit holds almost six. */
const keyLength = 256;

/**
 * The key by which both machines know each other's messages, made once. Each region's pair has its own:
 * pairs of two regions never speak to each other. $0.40 a month.
 */
export function createClusterKey(
  name: string,
  args: {
    readonly deployment: Deployment;
    readonly team: Team;
    readonly kmsKeyArn: pulumi.Input<string>;
  },
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { prefix } = args.deployment;
  const secret = new aws.secretsmanager.Secret(
    `${name}-key`,
    {
      name: `${prefix}/pairs/${args.team.name}`,
      description: `Corosync's key of both machines of team ${args.team.name}`,
      kmsKeyId: args.kmsKeyArn,
      // Nothing is lost with it: a pair that is made again makes another one.
      recoveryWindowInDays: 0,
    },
    { parent },
  );
  const generated = aws.secretsmanager.getRandomPasswordOutput(
    { passwordLength: keyLength, excludePunctuation: true },
    { parent },
  );
  const version = new aws.secretsmanager.SecretVersion(
    `${name}-key`,
    { secretId: secret.id, secretString: pulumi.secret(generated.randomPassword) },
    // Each run generates anew; machines with different keys would not hear each other.
    { parent, ignoreChanges: ["secretString"] },
  );
  // Known only once there is a value to be read.
  return pulumi.all([secret.arn, version.id]).apply(([arn]) => arn);
}
