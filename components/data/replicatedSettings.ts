import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ArgumentProblem, refuseProblems } from "../argumentProblems";
import type { Deployment } from "../deployment";
import { agentKeySecret, sharedNames } from "./sharedNames";

export interface ReplicatedSettingsArgs {
  readonly deployment: Deployment;
  /** Customer keys by region; both regions of the pair are needed. */
  readonly kmsKeyArns: Readonly<Record<string, pulumi.Input<string>>>;
  /** Plain settings by key, e.g. `maven/mirror`: SSM parameters `/<prefix>/shared/<key>`. Free of charge. */
  readonly parameters: Readonly<Record<string, pulumi.Input<string>>>;
  /** Secrets by key: `<prefix>/shared/<key>` in Secrets Manager, $0.40 a month and region each. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Tags of single secrets by key, e.g. `jenkins:credentials:type`, by which Jenkins's credentials
   * provider finds them.
   */
  readonly secretTags?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** False lets `pulumi destroy` remove the secrets. Default true. */
  readonly protectState?: boolean;
}

/**
 * Settings and secrets in both regions: parameters, which AWS does not replicate, are written
 * twice; secrets are replicated by Secrets Manager. A replica of a secret is read-only and keeps its
 * last value when the other region is lost, which is all that a controller needs. Made by the
 * primary stack for both regions, below the names that controllers and agents of all teams may read.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class ReplicatedSettings extends pulumi.ComponentResource {
  /** Names by key, the same in both regions. */
  readonly parameterNames: Readonly<Record<string, pulumi.Output<string>>>;
  /** Names by key, the same in both regions. */
  readonly secretNames: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: ReplicatedSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:data:ReplicatedSettings", name, {}, opts);
    refuseProblems("ReplicatedSettings", problemsOf(args));
    const parameters = Object.entries(args.parameters).map(([key, value]) =>
      this.createParameter(name, args, key, value),
    );
    const secrets = Object.entries(args.secrets).map(([key, value]) =>
      this.createSecret(name, args, key, value),
    );
    this.parameterNames = Object.fromEntries(parameters.map((each) => [each.key, each.name]));
    this.secretNames = Object.fromEntries(secrets.map((each) => [each.key, each.name]));
    this.registerOutputs({
      parameterNames: this.parameterNames,
      secretNames: this.secretNames,
    });
  }

  private createParameter(
    name: string,
    { deployment }: ReplicatedSettingsArgs,
    key: string,
    value: pulumi.Input<string>,
  ): Made {
    const parameter = `${sharedNames(deployment.prefix).parameters}${key}`;
    for (const region of [deployment.region, deployment.peerRegion]) {
      new aws.ssm.Parameter(
        `${name}-${key}-${region}`,
        { name: parameter, type: "String", value, region },
        { parent: this },
      );
    }
    return { key, name: pulumi.output(parameter) };
  }

  private createSecret(
    name: string,
    args: ReplicatedSettingsArgs,
    key: string,
    value: pulumi.Input<string>,
  ): Made {
    const { prefix, region, peerRegion } = args.deployment;
    const keyIn = (where: string): { kmsKeyId?: pulumi.Input<string> } => {
      const arn = args.kmsKeyArns[where];
      return arn === undefined ? {} : { kmsKeyId: arn };
    };
    const secret = new aws.secretsmanager.Secret(
      `${name}-${key}`,
      {
        name: `${sharedNames(prefix).secrets}${key}`,
        ...keyIn(region),
        recoveryWindowInDays: 30,
        replicas: [{ region: peerRegion, ...keyIn(peerRegion) }],
        ...(args.secretTags?.[key] === undefined ? {} : { tags: { ...args.secretTags[key] } }),
      },
      { parent: this, protect: args.protectState ?? true },
    );
    new aws.secretsmanager.SecretVersion(
      `${name}-${key}-version`,
      // Whatever the caller gave: from here on it is encrypted in the state and hidden in output.
      { secretId: secret.id, secretString: pulumi.secret(value) },
      { parent: this },
    );
    return { key, name: secret.name };
  }
}

interface Made {
  readonly key: string;
  readonly name: pulumi.Output<string>;
}

function problemsOf(args: ReplicatedSettingsArgs): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  for (const kind of ["parameters", "secrets"] as const) {
    for (const key of Object.keys(args[kind])) {
      if (!/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(key) || key.length > 200) {
        problems.push({
          path: `${kind}.${key}`,
          reason: "is not a key: give letters, digits, and . _ / - between them, at most 200",
        });
      }
    }
  }
  if (agentKeySecret in args.secrets) {
    problems.push({
      path: `secrets.${agentKeySecret}`,
      reason: "is the name of the agents' own key; choose another name",
    });
  }
  for (const [key, value] of Object.entries(args.parameters)) {
    // SSM refuses an empty value, after half of the stack was made.
    if (value === "")
      problems.push({ path: `parameters.${key}`, reason: "is empty; leave it out" });
  }
  for (const key of Object.keys(args.secretTags ?? {})) {
    if (!(key in args.secrets)) {
      problems.push({
        path: `secretTags.${key}`,
        reason: "tags a secret that is not among secrets",
      });
    }
  }
  const regions = [args.deployment.region, args.deployment.peerRegion];
  for (const region of regions.filter((each) => args.kmsKeyArns[each] === undefined)) {
    problems.push({
      path: `kmsKeyArns.${region}`,
      reason: "is missing: secrets need a key in each region",
    });
  }
  return problems;
}
