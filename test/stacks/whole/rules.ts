/**
 * Rules for everything that a stack registers, whichever component it came from. What a resource
 * asks for is seen through the strict mocks; parents, providers, protection and secrets as the engine
 * receives them, in a preview by the stand-in engine.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { isReservedTeamName } from "../../../components/jenkins/teamNames";
import type { ResourceRequest } from "../../../local/engine/engine";
import { previewSpec } from "../../../local/engine/preview";
import { StandinEngine } from "../../../local/engine/standin/standinEngine";
import { inlineHost } from "../../support/inlineHost";
import { expectSafe } from "../../support/policyRules";
import { wholeStacks, type WholeStacks } from "../../support/wholeStacks";

const regions = { primary: "eu-central-1", dr: "eu-west-1" } as const;
type StackName = keyof typeof regions;
const stackNames = Object.keys(regions) as StackName[];
const teams = ["devops", "ma", "ba", "tw"];

/** One stack as `npm run preview` shows it; the other costs eight seconds less in this process. */
const engines = { primary: new StandinEngine(), dr: new StandinEngine(inlineHost) } as const;

/** What only one of a type may have, in a region or, where the service is global, anywhere. */
const physicalNames = ["name", "bucket", "identifier", "alarmName", "functionName"];
const globalTypes = /^aws:(iam|globalaccelerator|route53)\//;
/** Their names are unique within their role, zone or target alone. */
const ownedByAnother = /:(RolePolicy|BucketPolicy|Record)$|^aws:s3\/bucket[A-Z]/;

/** What must outlive a wrong `pulumi up`. */
const stateHolders = new Set([
  "aws:rds/instance:Instance",
  "aws:efs/fileSystem:FileSystem",
  "aws:s3/bucket:Bucket",
  "aws:kms/key:Key",
  "aws:backup/vault:Vault",
  "aws:secretsmanager/secret:Secret",
]);

/** The only types that the primary stack makes in the waiting region: the pair's receiving half. */
const pairTypes = /^aws:(kms\/(key|alias)|s3\/bucket\w*|ssm\/parameter|backup\/vault\w*):/;

/** What a team's costs are told from; the other types take no tags, or cost nothing. */
const teamTagged =
  /:(Group|LaunchTemplate|TargetGroup|ListenerRule|AccessPoint|Role|InstanceProfile)$/;

describe("a whole stack", function () {
  this.timeout(240_000);
  let stacks: WholeStacks;
  const requests = {} as Record<StackName, readonly ResourceRequest[]>;

  before(async () => {
    stacks = await wholeStacks();
    const previews = stackNames.map(async (stack) => {
      const stateDir = mkdtempSync(join(tmpdir(), "whole-stack-"));
      try {
        const plan = await engines[stack].preview(previewSpec(stack, stateDir));
        requests[stack] = plan.requests;
      } finally {
        rmSync(stateDir, { recursive: true, force: true });
      }
    });
    await Promise.all(previews);
  });

  for (const stack of stackNames) {
    const region = regions[stack];
    const peer = regions[stack === "primary" ? "dr" : "primary"];
    const awsResources = (): ResourceRequest[] =>
      requests[stack].filter(({ type, custom }) => custom && type.startsWith("aws:"));

    describe(stack, () => {
      it("keeps the security policy", () => {
        expectSafe(stacks[stack].registrations);
      });

      it("asks the engine for as much as the mocks saw, in four teams' size", () => {
        const seen = stacks[stack].registrations.all.filter(({ type }) => type.startsWith("aws:"));
        const asked = new Set(requests[stack].map(({ type, name }) => `${type} ${name}`));
        const missing = seen.map(({ type, name }) => `${type} ${name}`);
        expect(missing.filter((each) => !asked.has(each))).to.deep.equal([]);
        expect(seen.length).to.be.above(150);
      });

      it("leaves no resource without a parent", () => {
        const byUrn = new Map(requests[stack].map((request) => [request.urn, request]));
        const lost = requests[stack].filter(({ type, parent }) => {
          if (type.startsWith("pulumi:")) return false;
          const owner = byUrn.get(parent ?? "");
          const ofStack = owner?.type === "pulumi:pulumi:Stack";
          return owner === undefined || (ofStack && !type.startsWith("jenkins-pilot-light:"));
        });
        expect(lost.map(({ urn }) => urn)).to.deep.equal([]);
      });

      it("protects everything that holds state", () => {
        const holders = awsResources().filter(({ type }) => stateHolders.has(type));
        const records = awsResources().filter(({ name }) => name === "failover-record-table");
        const bare = [...holders, ...records].filter(({ protect }) => !protect);
        expect(bare.map(({ urn }) => urn)).to.deep.equal([]);
        const least = stack === "primary" ? stateHolders.size : 3;
        expect(holders.length + records.length).to.be.at.least(least);
      });

      it("puts everything under its one provider, in its region", () => {
        const providers = requests[stack].filter(({ type }) =>
          type.startsWith("pulumi:providers:"),
        );
        expect(providers.map(({ type, inputs }) => [type, inputs.region])).to.deep.equal([
          ["pulumi:providers:aws", region],
        ]);
        const strays = awsResources().filter(
          ({ provider }) => !provider.startsWith(`${providers[0]!.urn}::`),
        );
        expect(strays.map(({ urn }) => urn)).to.deep.equal([]);
        const vpc = requests[stack].find(({ type }) => type === "awsx:ec2:Vpc");
        expect(vpc?.providers.aws, "awsx gets the same").to.equal(awsResources()[0]?.provider);
      });

      it("reaches into the other region only for the pair's receiving half", () => {
        const elsewhere = awsResources().filter(
          ({ inputs }) => inputs.region !== undefined && inputs.region !== region,
        );
        expect(elsewhere.filter(({ inputs }) => inputs.region !== peer)).to.deep.equal([]);
        expect(elsewhere.filter(({ type }) => !pairTypes.test(type))).to.deep.equal([]);
        if (stack === "dr") expect(elsewhere, "the dr stack owns its region alone").to.be.empty;
        else expect(elsewhere).not.to.be.empty;
      });

      it("tags everything with project, stack and generation, and what is a team's with the team", () => {
        const provider = requests[stack].find(({ type }) => type === "pulumi:providers:aws");
        expect(JSON.parse(provider?.inputs.defaultTags as string)).to.deep.equal({
          tags: { project: "jenkins-pilot-light", stack, generation: "1" },
        });
        for (const team of teams) {
          const isTeams = new RegExp(`(^|-)${team}($|-)`);
          const owned = awsResources().filter(
            ({ type, name }) => isTeams.test(name) && teamTagged.test(type),
          );
          expect(owned.length, `resources of ${team}`).to.be.above(6);
          for (const { type, name, inputs } of owned) {
            expect(teamTags(inputs), `${type} ${name}`).to.deep.equal([team]);
          }
        }
      });

      it("hands no plain secret to the engine", () => {
        const text = JSON.stringify(requests[stack]);
        expect(text).not.to.match(/BEGIN [A-Z ]*PRIVATE KEY/);
        const sensitive = awsResources().flatMap(({ type, name, inputs }) =>
          Object.entries(inputs)
            .filter(([key]) => /^(password|secretString|secretBinary|masterPassword)$/.test(key))
            .map(([key, value]) => `${type} ${name} ${key}: ${String(value)}`),
        );
        for (const each of sensitive) expect(each).to.match(/: \[secret\]$/);
        if (stack === "primary") expect(sensitive).to.have.length.at.least(4);
      });
    });
  }

  it("gives no two resources one name, neither in a stack nor between the two", () => {
    const taken = new Map<string, string>();
    const collisions: string[] = [];
    for (const stack of stackNames) {
      // A remote component registers twice: the program asks for it, and its provider makes it.
      const urns = requests[stack].filter(({ remote }) => !remote).map(({ urn }) => urn);
      expect(new Set(urns).size, `URNs of ${stack}`).to.equal(urns.length);
      for (const { type, inputs, urn, custom } of requests[stack]) {
        if (!custom || !type.startsWith("aws:") || ownedByAnother.test(type)) continue;
        const name = physicalNames.map((key) => inputs[key]).find((each) => each !== undefined);
        if (typeof name !== "string" || name.includes("[unknown]")) continue;
        const everywhere = globalTypes.test(type) || type === "aws:s3/bucket:Bucket";
        const own = typeof inputs.region === "string" ? inputs.region : regions[stack];
        // Alarms and composite alarms share their names.
        const kind = type.replace(/(composite|metric)Alarm:\w+$/, "alarm");
        const key = `${kind} ${name} in ${everywhere ? "all regions" : own}`;
        const other = taken.get(key);
        if (other !== undefined) collisions.push(`${key}: ${other} and ${urn}`);
        taken.set(key, urn);
      }
    }
    expect(collisions).to.deep.equal([]);
    expect(taken.size, "names that were compared").to.be.above(150);
  });

  it("has no name that a team could take from it without being refused", () => {
    const token = (team: string): RegExp => new RegExp(`(?<=^|-)${team}(?=$|-)`);
    const takeable = new Set<string>();
    for (const stack of stackNames) {
      const named = requests[stack].flatMap(({ type, inputs }) => {
        const name = physicalNames.map((key) => inputs[key]).find((each) => each !== undefined);
        const kind = type.replace(/(composite|metric)Alarm:\w+$/, "alarm");
        return typeof name !== "string" || ownedByAnother.test(type) ? [] : [{ kind, name }];
      });
      for (const team of teams) {
        for (const ours of named.filter(({ name }) => token(team).test(name))) {
          const form = new RegExp(`^${ours.name.replace(token(team), "([a-z][a-z0-9-]*)")}$`);
          for (const { kind, name } of named) {
            const taken = kind === ours.kind ? form.exec(name)?.[1] : undefined;
            if (taken !== undefined && !teams.includes(taken)) takeable.add(taken);
          }
        }
      }
    }
    expect([...takeable]).to.include.members(["backup", "flow-log", "failover", "ma-agents"]);
    expect([...takeable].filter((each) => !isReservedTeamName(each))).to.deep.equal([]);
  });
});

/** Teams that a resource is tagged with: by a map, by Auto Scaling's list, or for its machines. */
function teamTags(inputs: ResourceRequest["inputs"]): string[] {
  const tags = inputs.tags as Record<string, string> | { key: string; value: string }[] | undefined;
  const own = Array.isArray(tags)
    ? tags.filter(({ key }) => key === "team").map(({ value }) => value)
    : [tags?.team ?? "none"];
  const machines = (inputs.tagSpecifications ?? []) as { tags: Record<string, string> }[];
  return [...new Set([...own, ...machines.map((each) => each.tags.team ?? "none")])];
}
