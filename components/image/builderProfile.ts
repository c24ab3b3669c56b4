import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";
import { policyOf } from "../policies";

/** Lets a machine be set up by Systems Manager and Image Builder, and do nothing else. */
export function builderProfile(
  name: string,
  { prefix }: Deployment,
  parent: pulumi.Resource,
): aws.iam.InstanceProfile {
  const role = new aws.iam.Role(
    `${name}-builder-role`,
    {
      name: `${prefix}-image-builder`,
      assumeRolePolicy: policyOf([
        {
          Sid: "Machines",
          Effect: "Allow",
          Principal: { Service: "ec2.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      ]),
    },
    { parent },
  );
  for (const policy of ["AmazonSSMManagedInstanceCore", "EC2InstanceProfileForImageBuilder"]) {
    new aws.iam.RolePolicyAttachment(
      `${name}-builder-${policy}`,
      { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
      { parent },
    );
  }
  return new aws.iam.InstanceProfile(
    `${name}-builder-profile`,
    { name: `${prefix}-image-builder`, role: role.name },
    { parent },
  );
}
