import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { parse } from "yaml";
import type { Registration, Registrations } from "../support/registrations";

export const teams = ["devops", "ma", "ba", "tw"] as const;

/** The Auto Scaling group of a team's controllers. */
export function groupOf(stack: Registrations, team: string): Registration {
  return stack.one("aws:autoscaling/group:Group", `jenkins-${team}`);
}

/** The launch template that a group's machines are made from. */
export function launchTemplateOf(stack: Registrations, group: Registration): Registration {
  const { id } = group.inputs.launchTemplate as { id: string };
  const found = stack
    .ofType("aws:ec2/launchTemplate:LaunchTemplate")
    .filter((each) => each.id === id);
  expect(found, `launch template ${id}`).to.have.length(1);
  return found[0]!;
}

interface WrittenFile {
  readonly path: string;
  readonly content: string;
  readonly encoding?: string;
}

/** Everything that user data tells a machine: its files unpacked, and the commands at boot. */
export function userDataOf(template: Registration): string {
  const { files, rest } = documentOf(template);
  const texts = [...files].map((file) => file.join("\n"));
  return [...texts, JSON.stringify(rest)].join("\n");
}

/** The files that user data writes, unpacked, by their paths. */
export function filesOf(template: Registration): ReadonlyMap<string, string> {
  return documentOf(template).files;
}

function documentOf(template: Registration): {
  readonly files: ReadonlyMap<string, string>;
  readonly rest: unknown;
} {
  const document = unpacked(Buffer.from(template.inputs.userData as string, "base64"));
  const { write_files: files, ...rest } = parse(document) as { write_files: WrittenFile[] };
  const texts = files.map(
    ({ path, content, encoding }) =>
      [path, encoding === "gz+b64" ? unpacked(Buffer.from(content, "base64")) : content] as const,
  );
  return { files: new Map(texts), rest };
}

function unpacked(bytes: Buffer): string {
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** Ids of one tier's subnets, as the VPC answered. */
export function subnetsOf(
  stack: Registrations,
  tier: "public" | "private" | "isolated",
): readonly string[] {
  return stack.one("awsx:ec2:Vpc").outputs[`${tier}SubnetIds`] as string[];
}

export function alarmsOf(stack: Registrations): readonly Registration[] {
  return stack.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
}

/** The inline function by its physical name. */
export function functionNamed(stack: Registrations, name: string): Registration {
  const found = stack
    .ofType("aws:lambda/function:Function")
    .filter(({ inputs }) => inputs.name === name);
  expect(found, `function ${name}`).to.have.length(1);
  return found[0]!;
}

/** The only rule that invokes a function, and how often. */
export function scheduleOf(stack: Registrations, lambda: Registration): string {
  const [target, more] = stack
    .ofType("aws:cloudwatch/eventTarget:EventTarget")
    .filter(({ inputs }) => inputs.arn === lambda.outputs.arn);
  expect(more, "a second schedule").to.equal(undefined);
  const rule = stack
    .ofType("aws:cloudwatch/eventRule:EventRule")
    .find(({ inputs }) => inputs.name === target!.inputs.rule);
  expect(rule, `a schedule of ${lambda.name}`).not.to.equal(undefined);
  return rule!.inputs.scheduleExpression as string;
}
