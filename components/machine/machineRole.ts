import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { policyOf, type Statement } from "../policies";

/** A role and the profile that machines carry it by. */
export interface MachineRole {
  readonly role: aws.iam.Role;
  readonly profileArn: pulumi.Output<string>;
  readonly profileName: pulumi.Output<string>;
}

/** A role for EC2 machines. */
export function createMachineRole(
  name: string,
  args: {
    readonly roleName: string;
    /** Of whom the machines serve: a team, or an environment. */
    readonly tags: Readonly<Record<string, string>>;
    readonly policyName: string;
    readonly statements: readonly Statement[];
  },
  parent: pulumi.Resource,
): MachineRole {
  const tags = { ...args.tags, Name: args.roleName };
  const role = new aws.iam.Role(
    name,
    {
      name: args.roleName,
      // EC2 itself asks for a machine's credentials and names no source account in doing so.
      assumeRolePolicy: policyOf([
        {
          Sid: "Machines",
          Effect: "Allow",
          Principal: { Service: "ec2.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      ]),
      tags,
    },
    { parent },
  );
  new aws.iam.RolePolicy(
    `${name}-${args.policyName}`,
    { name: args.policyName, role: role.id, policy: policyOf(args.statements) },
    { parent: role },
  );
  const profile = new aws.iam.InstanceProfile(
    name,
    { name: args.roleName, role: role.name, tags },
    { parent: role },
  );
  return { role, profileArn: profile.arn, profileName: profile.name };
}

/**
 * What the SSM agent needs for Session Manager and Run Command. The managed policy for it would also
 * let the machine read every parameter of the account.
 */
export const sessionManagerStatement: Statement = {
  Sid: "SessionManager",
  Effect: "Allow",
  Action: [
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  // None of these actions has resource-level permissions that an agent could satisfy.
  Resource: "*",
};

/** ARN of an Auto Scaling group by its name; the middle part is an id that AWS makes up. */
export function groupArn(deployment: Deployment, group: string): pulumi.Output<string> {
  const { region, accountId } = deployment;
  return pulumi.interpolate`arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${group}`;
}
