import * as pulumi from "@pulumi/pulumi";
import { launchTag, pairTags } from "../../failover/pairTags";
import type { Deployment } from "../deployment";
import type { Statement } from "../policies";

/** What one machine may know of its pair: who is there. */
export function lookStatement(): Statement {
  return {
    Sid: "SeeThePair",
    Effect: "Allow",
    Action: ["ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces"],
    // EC2's Describe calls have no resource types.
    Resource: "*",
  };
}

/**
 * What one machine may do to the other: stop it, and start it again unless a region's fence forbids it.
 * Never to itself, never to a third one.
 *
 * @param peer index of the other machine
 */
export function fenceStatements(deployment: Deployment, pair: string, peer: 0 | 1): Statement[] {
  const { region, accountId } = deployment;
  const instances = pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:instance/*`;
  const thePeer = {
    [`aws:ResourceTag/${pairTags.pair}`]: pair,
    [`aws:ResourceTag/${pairTags.machine}`]: String(peer + 1),
  };
  return [
    {
      Sid: "StopThePeer",
      Effect: "Allow",
      Action: "ec2:StopInstances",
      Resource: instances,
      Condition: { StringEquals: thePeer },
    },
    {
      Sid: "StartThePeer",
      Effect: "Allow",
      Action: "ec2:StartInstances",
      Resource: instances,
      Condition: {
        StringEquals: { ...thePeer, [`aws:ResourceTag/${pairTags.launch}`]: launchTag.allowed },
      },
    },
  ];
}

/** Lets a machine read secrets that its daemons need, by ARN. */
export function secretStatement(secretArns: readonly pulumi.Input<string>[]): Statement {
  return {
    Sid: "ReadPairSecrets",
    Effect: "Allow",
    Action: "secretsmanager:GetSecretValue",
    Resource: [...secretArns],
  };
}
