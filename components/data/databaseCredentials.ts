import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";

export interface DatabaseCredentialsArgs {
  readonly deployment: Deployment;
  /** Customer keys by region; every region of the deployment is needed. */
  readonly kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>;
  /** The database's first user. Default {@link masterUsername}. */
  readonly username?: string;
  /** False lets `pulumi destroy` remove the secret. Default true. */
  readonly protectState?: boolean;
}

/** The database's first user. PostgreSQL, MySQL and MariaDB all take this name. */
export const masterUsername = "jenkins";

/**
 * The database's master password, generated once and kept in every region in the form that RDS uses
 * (`{"username":…,"password":…}`). $0.40 a month and region.
 *
 * RDS could manage it by itself, but refuses to make a read replica of an instance whose password it
 * manages (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html,
 * "Limitations"), and its secret would live in one region alone.
 */
export class DatabaseCredentials extends pulumi.ComponentResource {
  /** The secret's name, the same in every region. */
  readonly secretName: pulumi.Output<string>;
  /** ARNs by region: the owner's and the replica's. */
  readonly secretArns: Readonly<Record<string, pulumi.Output<string>>>;
  /** For the first writer. Always a Pulumi secret. */
  readonly masterPassword: pulumi.Output<string>;

  constructor(name: string, args: DatabaseCredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:data:DatabaseCredentials", name, {}, opts);
    const { region, peerRegion } = args.deployment;
    const secret = createSecret(name, args, this);
    const version = createVersion(name, args.username ?? masterUsername, secret, this);
    this.secretName = secret.name;
    this.secretArns = {
      // A replica's ARN differs from its primary's by the region alone.
      [peerRegion]: secret.arn.apply((arn) => arn.replace(`:${region}:`, `:${peerRegion}:`)),
      [region]: secret.arn,
    };
    // From what is stored and not from what was generated: each run generates anew.
    this.masterPassword = pulumi.secret(version.secretString.apply(passwordIn));
    this.registerOutputs({
      secretName: this.secretName,
      secretArns: this.secretArns,
      masterPassword: this.masterPassword,
    });
  }
}

function createSecret(
  name: string,
  args: DatabaseCredentialsArgs,
  parent: pulumi.Resource,
): aws.secretsmanager.Secret {
  const { prefix, region, peerRegion } = args.deployment;
  return new aws.secretsmanager.Secret(
    `${name}-secret`,
    {
      name: `${prefix}-database`,
      description: "Master user of the database",
      ...keyOf(args.kmsKeyArns, region),
      recoveryWindowInDays: 30,
      ...(region === peerRegion
        ? {}
        : { replicas: [{ region: peerRegion, ...keyOf(args.kmsKeyArns, peerRegion) }] }),
    },
    { parent, protect: args.protectState ?? true },
  );
}

function createVersion(
  name: string,
  username: string,
  secret: aws.secretsmanager.Secret,
  parent: pulumi.Resource,
): aws.secretsmanager.SecretVersion {
  const generated = aws.secretsmanager.getRandomPasswordOutput(
    // RDS refuses / @ " and blanks; letters and digits alone survive every connection string.
    { passwordLength: 32, excludePunctuation: true },
    { parent },
  );
  return new aws.secretsmanager.SecretVersion(
    `${name}-version`,
    {
      secretId: secret.id,
      secretString: pulumi.secret(
        generated.randomPassword.apply((password) => JSON.stringify({ username, password })),
      ),
    },
    // The first run's password is the database's; a later one would lock everybody out.
    { parent, ignoreChanges: ["secretString"] },
  );
}

function keyOf(
  keys: Readonly<Record<string, pulumi.Input<string>>>,
  region: string,
): { kmsKeyId?: pulumi.Input<string> } {
  const key = keys[region];
  return key === undefined ? {} : { kmsKeyId: key };
}

function passwordIn(secretString: string | undefined): string {
  // In a preview of the first run nothing is stored yet.
  if (secretString === undefined) return "";
  const { password } = JSON.parse(secretString) as { password?: unknown };
  if (typeof password !== "string" || password === "") {
    throw new Error('the database\'s secret has no "password"; store {"username":…,"password":…}');
  }
  return password;
}
