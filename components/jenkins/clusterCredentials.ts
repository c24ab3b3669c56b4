import { createPublicKey, generateKeyPairSync } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { agentKeySecret, sharedNames } from "../data/sharedNames";
import type { Deployment } from "../deployment";
import { opensshPublicKey } from "./sshKeyPlan";

export interface ClusterCredentialsArgs {
  readonly deployment: Deployment;
  /** Customer keys by region; both regions of the pair are needed. */
  readonly kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>;
  /** False lets `pulumi destroy` remove the secrets. Default true. */
  readonly protectState?: boolean;
}

/** Names of {@link ClusterCredentials}, the same in both regions. */
export interface CredentialNames {
  /** Secret with the password of Jenkins's local administrator. */
  readonly administratorSecret: string;
  /** Secret with the private key for agents; its name is the credential's id in Jenkins. */
  readonly agentKeySecret: string;
  /** SSM parameter with the public half. */
  readonly agentKeyParameter: string;
}

/** Known without asking the stack that makes them: a waiting region reads its own copies. */
export function credentialNames(prefix: string): CredentialNames {
  return {
    administratorSecret: `${prefix}/administrator`,
    // Below `shared/`: every team's controller may read it.
    agentKeySecret: `${sharedNames(prefix).secrets}${agentKeySecret}`,
    agentKeyParameter: `/${prefix}/agent-ssh-key`,
  };
}

/** The user that controllers log on to agents as; agents make it when they boot. */
export const agentUser = "jenkins-agent";

/**
 * What the controllers of all teams need to begin with, generated once and kept in both regions: the
 * administrator's password and the key to the agents. $0.40 a month, secret and region.
 */
export class ClusterCredentials extends pulumi.ComponentResource {
  constructor(name: string, args: ClusterCredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:jenkins:ClusterCredentials", name, {}, opts);
    const { prefix } = args.deployment;
    const names = credentialNames(prefix);
    const password = aws.secretsmanager.getRandomPasswordOutput(
      { passwordLength: 32, excludePunctuation: true },
      { parent: this },
    ).randomPassword;
    this.keep(args, {
      name: `${name}-administrator`,
      secretName: names.administratorSecret,
      description: "Password of Jenkins's local administrator `admin`",
      value: password,
      tags: {},
    });
    const privateKey = this.keep(args, {
      name: `${name}-agent-key`,
      secretName: names.agentKeySecret,
      description: "SSH key with which controllers reach their agents",
      value: pulumi.output(generatePrivateKey()),
      // The credentials provider makes a Jenkins credential of a secret with these.
      tags: {
        "jenkins:credentials:type": "sshUserPrivateKey",
        "jenkins:credentials:username": agentUser,
      },
    });
    this.publishPublicHalf(name, args.deployment, names.agentKeyParameter, privateKey);
    this.registerOutputs({});
  }

  private keep(
    args: ClusterCredentialsArgs,
    given: {
      readonly name: string;
      readonly secretName: string;
      readonly description: string;
      readonly value: pulumi.Output<string>;
      readonly tags: Readonly<Record<string, string>>;
    },
  ): pulumi.Output<string | undefined> {
    const { region, peerRegion } = args.deployment;
    const keyOf = (where: string): { kmsKeyId?: pulumi.Input<string> } => {
      const key = args.kmsKeyArns[where];
      return key === undefined ? {} : { kmsKeyId: key };
    };
    const secret = new aws.secretsmanager.Secret(
      given.name,
      {
        name: given.secretName,
        description: given.description,
        ...keyOf(region),
        recoveryWindowInDays: 30,
        replicas: [{ region: peerRegion, ...keyOf(peerRegion) }],
        tags: given.tags,
      },
      { parent: this, protect: args.protectState ?? true },
    );
    const version = new aws.secretsmanager.SecretVersion(
      `${given.name}-version`,
      { secretId: secret.id, secretString: pulumi.secret(given.value) },
      // Generated anew in each run; what counts is what was stored first.
      { parent: this, ignoreChanges: ["secretString"] },
    );
    return version.secretString;
  }

  /** The public half in both regions: agents admit it when they boot. */
  private publishPublicHalf(
    name: string,
    { region, peerRegion }: Deployment,
    parameter: string,
    privateKey: pulumi.Output<string | undefined>,
  ): void {
    const publicKey = pulumi.unsecret(privateKey).apply(publicHalf);
    for (const where of [region, peerRegion]) {
      new aws.ssm.Parameter(
        `${name}-agent-key-${where}`,
        { name: parameter, type: "String", value: publicKey, region: where },
        { parent: this },
      );
    }
  }
}

/** SEC 1 PEM: the form of an elliptic-curve key that Jenkins's SSH client reads. */
function generatePrivateKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "sec1", format: "pem" }).toString();
}

function publicHalf(pem: string | undefined): string {
  // In a preview of the first run nothing is stored yet.
  if (pem === undefined) return "";
  const { x, y } = createPublicKey(pem).export({ format: "jwk" });
  if (x === undefined || y === undefined) {
    throw new Error(
      "The agents' key in Secrets Manager is not an elliptic-curve key (P-256, PEM).",
    );
  }
  return opensshPublicKey({ x, y }, "jenkins-controllers");
}
