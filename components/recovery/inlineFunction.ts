import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { anyResource, type PolicyStatement, policyOf, statementsOf } from "../policies";
import { inlineFunctionAlarms } from "./inlineFunctionAlarms";

export interface InlineFunctionArgs {
  readonly deployment: Deployment;
  /** Physical name, at most 64 characters; role, log group, queue and alarms take it too. */
  readonly functionName: string;
  readonly description: string;
  /**
   * The code. Pulumi serializes it with all that it captures, so it holds to functions and plain
   * data and requires the AWS SDK inside of its functions, from the Lambda runtime.
   */
  readonly callback: aws.lambda.Callback<unknown, unknown>;
  /** Seconds until Lambda ends a run; at most 900. */
  readonly timeoutSeconds: number;
  /** MB; CPU comes with it. 512 MB on arm64 costs $0.0000067 a second (us-east-1). */
  readonly memoryMb: number;
  /** Runs at the same time. Unset shares the account's pool; 1 makes overlapping runs impossible. */
  readonly reservedConcurrency?: number;
  /** What the code may do beyond writing its log and its dead letters. */
  readonly statements: readonly PolicyStatement[];
  /** EventBridge schedule, e.g. `rate(1 minute)`. */
  readonly schedule: string;
  /** After this many seconds without an invocation people are told. A multiple of 60. */
  readonly silentAfterSeconds: number;
  /** Days that the log is kept; one of CloudWatch's steps. Default 90. $0.03 per GB-month. */
  readonly logRetentionDays?: number;
  /** Customer key for the log group. Default: CloudWatch's own encryption. */
  readonly logKmsKeyArn?: pulumi.Input<string>;
  /** Topics for the alarms about the function itself; never the topic that triggers a failover. */
  readonly alarmActions: pulumi.Input<string>[];
}

/** Seconds that Lambda keeps an event it could not deliver: older ones are stale by rule S5. */
const maximumEventAgeSeconds = 600;

/**
 * A Lambda function written inline in this program, with what makes one fit to be relied upon: its
 * own role (none of the nine FullAccess policies that Pulumi attaches by default), a log group that
 * expires, a dead-letter queue, a schedule, and alarms on itself.
 *
 * @throws pulumi.InputPropertiesError naming every bad argument together.
 */
export class InlineFunction extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;

  constructor(name: string, args: InlineFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:recovery:InlineFunction", name, {}, opts);
    validate(args);

    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        name: `/aws/lambda/${args.functionName}`,
        retentionInDays: args.logRetentionDays ?? 90,
        ...(args.logKmsKeyArn === undefined ? {} : { kmsKeyId: args.logKmsKeyArn }),
      },
      { parent: this },
    );
    const deadLetters = new aws.sqs.Queue(
      `${name}-dead-letters`,
      {
        name: `${args.functionName}-dead-letters`,
        // Two weeks, the most that SQS allows: long enough to outlast any holiday.
        messageRetentionSeconds: 1_209_600,
        sqsManagedSseEnabled: true,
      },
      { parent: this },
    );
    const { role, policy } = this.createRole(name, args, logGroup.arn, deadLetters.arn);
    const lambda = new aws.lambda.CallbackFunction(
      `${name}-function`,
      {
        name: args.functionName,
        description: args.description,
        callback: args.callback,
        role,
        runtime: aws.lambda.Runtime.NodeJS22dX,
        architectures: ["arm64"],
        timeout: args.timeoutSeconds,
        memorySize: args.memoryMb,
        ...(args.reservedConcurrency === undefined
          ? {}
          : { reservedConcurrentExecutions: args.reservedConcurrency }),
        deadLetterConfig: { targetArn: deadLetters.arn },
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        codePathOptions: { extraExcludePackages: packagesLeftOut() },
      },
      // Without its permissions the first scheduled run would fail and alarm.
      { parent: this, dependsOn: [policy, logGroup] },
    );
    new aws.lambda.FunctionEventInvokeConfig(
      `${name}-delivery`,
      {
        functionName: lambda.name,
        maximumEventAgeInSeconds: maximumEventAgeSeconds,
        maximumRetryAttempts: 2,
      },
      { parent: this },
    );
    this.createSchedule(name, args, lambda);
    inlineFunctionAlarms(this, name, args, deadLetters.name);

    this.functionName = lambda.name;
    this.functionArn = lambda.arn;
    this.roleArn = role.arn;
    this.logGroupName = logGroup.name;
    this.deadLetterQueueArn = deadLetters.arn;
    this.registerOutputs({
      functionName: this.functionName,
      functionArn: this.functionArn,
      roleArn: this.roleArn,
      logGroupName: this.logGroupName,
      deadLetterQueueArn: this.deadLetterQueueArn,
    });
  }

  private createRole(
    name: string,
    args: InlineFunctionArgs,
    logGroupArn: pulumi.Input<string>,
    deadLettersArn: pulumi.Input<string>,
  ): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        // Roles are global: the region keeps both halves of the pair apart while roles swap.
        name: `${args.functionName}-${args.deployment.region}`,
        description: `What ${args.functionName} in ${args.deployment.region} may do`,
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "lambda.amazonaws.com" },
              Action: "sts:AssumeRole",
            },
          ],
        }),
      },
      { parent: this },
    );
    const own: PolicyStatement[] = [
      {
        sid: "WriteOwnLog",
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [pulumi.interpolate`${logGroupArn}:*`],
      },
      { sid: "KeepDeadLetters", actions: ["sqs:SendMessage"], resources: [deadLettersArn] },
    ];
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { name: "own", role: role.id, policy: policyOf(statementsOf([...own, ...args.statements])) },
      { parent: this },
    );
    return { role, policy };
  }

  private createSchedule(
    name: string,
    args: InlineFunctionArgs,
    lambda: aws.lambda.Function,
  ): void {
    const rule = new aws.cloudwatch.EventRule(
      `${name}-schedule`,
      {
        name: args.functionName,
        description: `Runs ${args.functionName}: ${args.schedule}`,
        scheduleExpression: args.schedule,
      },
      { parent: this },
    );
    const permission = new aws.lambda.Permission(
      `${name}-schedule-permission`,
      {
        action: "lambda:InvokeFunction",
        function: lambda.name,
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      },
      { parent: this },
    );
    new aws.cloudwatch.EventTarget(
      `${name}-schedule-target`,
      { rule: rule.name, targetId: args.functionName, arn: lambda.arn },
      { parent: this, dependsOn: [permission] },
    );
  }
}

/**
 * The packages that Pulumi would otherwise put beside the code: all of this project's dependencies,
 * 48 MB. The runtime brings the AWS SDK, the code uses nothing else. Exact names, no patterns.
 */
function packagesLeftOut(): string[] {
  const manifest = require("../../package.json") as { dependencies: Record<string, string> };
  return Object.keys(manifest.dependencies);
}

function validate(args: InlineFunctionArgs): void {
  const errors: pulumi.InputPropertyErrorDetails[] = [];
  const refuse = (propertyPath: string, reason: string): void => {
    errors.push({ propertyPath, reason });
  };
  // The role's name carries the region behind the function's and ends at 64 characters.
  const longest = 63 - args.deployment.region.length;
  if (args.functionName.length > longest) {
    refuse(
      "functionName",
      `"${args.functionName}" has ${args.functionName.length} characters; at most ${longest} leave room for the role's name: shorten the prefix`,
    );
  }
  if (args.timeoutSeconds < 1 || args.timeoutSeconds > 900) {
    refuse("timeoutSeconds", `${args.timeoutSeconds} is not within Lambda's 1 to 900 seconds`);
  }
  if (args.silentAfterSeconds % 60 !== 0 || args.silentAfterSeconds <= 0) {
    refuse("silentAfterSeconds", `${args.silentAfterSeconds} is not a positive multiple of 60`);
  }
  for (const statement of args.statements) {
    const { resources, reason } = statement;
    if (Array.isArray(resources) && resources.includes("*") && reason === undefined) {
      refuse(`statements.${statement.sid}`, anyResource);
    }
    if (statement.actions.some((action) => action.includes("*"))) {
      refuse(`statements.${statement.sid}`, 'an action with "*": name each action');
    }
  }
  if (errors.length > 0) {
    throw new pulumi.InputPropertiesError({
      message: `InlineFunction ${args.functionName}: ${errors.map((e) => `${e.propertyPath}: ${e.reason}`).join("; ")}`,
      errors,
    });
  }
}
