/* eslint-disable @typescript-eslint/no-unsafe-return -- registered inputs are plain JSON, which chai looks into loosely */
import { expect } from "chai";
import { PacemakerPair, type PacemakerPairArgs } from "../../../components/pair/pacemakerPair";
import { joinPaths } from "../../../components/pair/joinScriptRenderer";
import { expectSafe } from "../../support/policyRules";
import { policyDocuments } from "../../support/policyRules/policyDocuments";
import type { Registrations } from "../../support/registrations";
import { runComponent, valueOf } from "../../support/strictMocks";
import { bootFiles, bootText, pacemakerPairArgs, warmTeam } from "./pairSamples";

const instanceType = "aws:ec2/instance:Instance";
const run = (args: PacemakerPairArgs) => runComponent(() => new PacemakerPair("ma", args));
const stateType = "aws:ec2transitgateway/instanceState:InstanceState";

/** What each role may do to which machine of the pair, as `StopInstances:2 if launch=allowed`. */
function powers(registrations: Registrations): Record<string, string[]> {
  return Object.fromEntries(
    policyDocuments(registrations)
      .filter(({ owner }) => owner.type === "aws:iam/rolePolicy:RolePolicy")
      .map(({ owner, statements }) => [
        owner.name,
        statements.flatMap(({ actions, conditions }) => {
          const tags = (conditions.StringEquals ?? {}) as Record<string, string>;
          const machine = tags["aws:ResourceTag/pilot-light-machine"];
          if (machine === undefined) return [];
          const of = String(tags["aws:ResourceTag/pilot-light-pair"]);
          const launch = tags["aws:ResourceTag/pilot-light-launch"];
          return actions.map(
            (each) => `${each} ${of} ${machine}${launch === undefined ? "" : ` if ${launch}`}`,
          );
        }),
      ]),
  );
}

describe("PacemakerPair", () => {
  it("makes two machines in two zones, outside of any group, with a recovery each", async () => {
    const { registrations } = await run(pacemakerPairArgs());
    expectSafe(registrations);
    expect(registrations.ofType("aws:autoscaling/group:Group")).to.deep.equal([]);
    const places = registrations.ofType("aws:ec2/networkInterface:NetworkInterface");
    expect(places.map(({ inputs }) => inputs.subnetId as string)).to.deep.equal([
      "subnet-1",
      "subnet-2",
    ]);
    const machines = registrations.ofType(instanceType);
    expect(machines).to.have.length(2);
    for (const { inputs, deleteBeforeReplace } of machines) {
      expect(inputs).to.not.have.any.keys("associatePublicIpAddress", "keyName");
      expect(inputs.rootBlockDevice).to.include({ encrypted: true });
      // Two instances cannot have one network interface, even for a moment.
      expect(deleteBeforeReplace).to.equal(true);
    }
    const alarms = registrations.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
    expect(alarms.map(({ inputs }) => [inputs.metricName, inputs.alarmActions])).to.deep.equal([
      ["StatusCheckFailed_System", ["arn:aws:automate:eu-west-1:ec2:recover"]],
      ["StatusCheckFailed_System", ["arn:aws:automate:eu-west-1:ec2:recover"]],
    ]);
  });

  it("never replaces or restarts both machines that serve for image, boot files or tags", async () => {
    const { registrations } = await run(pacemakerPairArgs());
    for (const { ignoreChanges } of registrations.ofType(instanceType)) {
      expect(ignoreChanges).to.include.members(["ami", "userDataBase64", "tags"]);
    }
    // Stopping and starting is the failover's.
    for (const { ignoreChanges } of registrations.ofType(stateType)) {
      expect(ignoreChanges).to.deep.equal(["state"]);
    }
  });

  it("makes machines that wait anew for other boot files, and leaves their tags to the failover", async () => {
    const { registrations } = await run({ ...pacemakerPairArgs(), role: "waiting" });
    for (const { ignoreChanges, replaceOnChanges } of registrations.ofType(instanceType)) {
      expect(ignoreChanges).to.deep.equal(["tags", "tagsAll"]);
      expect(replaceOnChanges).to.deep.equal(["userDataBase64"]);
    }
    for (const { ignoreChanges } of registrations.ofType(stateType)) {
      expect(ignoreChanges).to.deep.equal(["state"]);
    }
  });

  it("stops machines that are to wait only when the load balancer has taken them", async () => {
    const { registrations } = await run({ ...pacemakerPairArgs(), role: "waiting" });
    const attached = registrations
      .ofType("aws:lb/targetGroupAttachment:TargetGroupAttachment")
      .map(({ urn }) => urn);
    expect(attached).to.have.length(4);
    const states = registrations.ofType(stateType);
    expect(states.map(({ inputs }) => inputs.state)).to.deep.equal(["stopped", "stopped"]);
    for (const { dependsOn } of states) expect(dependsOn).to.include.members(attached);
  });

  it("admits Corosync from the other machine, and nothing else", async () => {
    const { registrations } = await run(pacemakerPairArgs());
    const group = registrations.one("aws:ec2/securityGroup:SecurityGroup");
    const rules = registrations.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    expect(
      rules.map(({ inputs }) => [
        inputs.securityGroupId,
        inputs.ipProtocol,
        inputs.fromPort,
        inputs.toPort,
        inputs.referencedSecurityGroupId,
      ]),
    ).to.deep.equal([[group.id, "udp", 5405, 5405, group.id]]);
    for (const { inputs } of registrations.ofType("aws:ec2/networkInterface:NetworkInterface")) {
      expect(inputs.securityGroups).to.deep.equal(["sg-controllers", group.id]);
      expect(inputs.sourceDestCheck).to.equal(true);
    }
  });

  it("lets each machine stop the other one alone, and start it while no region's fence is up", async () => {
    const { registrations } = await run(pacemakerPairArgs());
    const of = (peer: number): string[] => [
      `ec2:StopInstances jenkins-ma-pair ${peer}`,
      `ec2:StartInstances jenkins-ma-pair ${peer} if allowed`,
    ];
    expect(powers(registrations)).to.deep.equal({
      "ma-1-controller": of(2),
      "ma-2-controller": of(1),
    });
    const carried = registrations.ofType(instanceType).map(({ inputs }) => {
      const tags = inputs.tags as Record<string, string>;
      return [inputs.iamInstanceProfile, tags["pilot-light-pair"], tags["pilot-light-machine"]];
    });
    expect(carried).to.deep.equal([
      ["jenkins-ma-pair-1-eu-west-1", "jenkins-ma-pair", "1"],
      ["jenkins-ma-pair-2-eu-west-1", "jenkins-ma-pair", "2"],
    ]);
  });

  it("mounts the team's one home from either machine", async () => {
    const mounts: (readonly string[])[] = [];
    await run(pacemakerPairArgs(mounts));
    expect(mounts).to.deep.equal([["ma"], ["ma"]]);
  });

  it("stands in every target group, so that health decides who serves", async () => {
    const { registrations, result } = await run(pacemakerPairArgs());
    const ids = await Promise.all(result.instanceIds.map((id) => valueOf(id)));
    const attached = registrations
      .ofType("aws:lb/targetGroupAttachment:TargetGroupAttachment")
      .map(
        ({ inputs }) => `${String(inputs.targetGroupArn).split("/")[1]} ${String(inputs.targetId)}`,
      );
    expect(attached).to.have.members(
      ["jenkins-ma", "jenkins-region-1"].flatMap((group) => ids.map((id) => `${group} ${id}`)),
    );
  });

  it("is stopped where its region waits, and no peer may start it", async () => {
    const { registrations } = await run({ ...pacemakerPairArgs(), role: "waiting" });
    expect(
      registrations.ofType(stateType).map(({ inputs }) => inputs.state as string),
    ).to.deep.equal(["stopped", "stopped"]);
    for (const { inputs } of registrations.ofType(instanceType)) {
      expect(inputs.tags).to.include({ "pilot-light-launch": "suspended" });
    }
  });

  it("tells both machines of each other, keeps the key out of the boot files, and enables no daemon", async () => {
    const { registrations } = await run(pacemakerPairArgs());
    const [first, second] = registrations.ofType(instanceType).map(bootFiles);
    const staged = (path: string) => first![`${joinPaths.files}${path}`];
    expect(staged("/etc/corosync/corosync.conf"))
      .to.include("10.10.32.10")
      .and.include("10.10.40.10");
    expect(staged("/etc/pacemaker/pair/resources.xml")).to.include('value="i-00000002"');
    expect(first).to.not.have.any.keys("/etc/corosync/corosync.conf", "/etc/corosync/authkey");
    expect(first![joinPaths.script]).to.include(`echo "$second" >${joinPaths.peer}`);
    expect(second![joinPaths.script]).to.include(`echo "$first" >${joinPaths.peer}`);
    expect(bootText(registrations.ofType(instanceType)[0]!)).to.include(
      '"runcmd":[["/usr/local/sbin/machine-software"]',
    );
  });

  it("refuses what is no pair's team and what nobody would reach, together and before its first child", async () => {
    const types: string[] = [];
    const bad = {
      ...pacemakerPairArgs(),
      team: { ...warmTeam, standby: "cold" as const },
      targetGroupArns: [],
    };
    const message = await runComponent(() => new PacemakerPair("ma", bad), {
      onRegister: (type) => types.push(type),
    }).then(() => "", String);
    expect(message).to.include("active-passive with a cold standby").and.include("targetGroupArns");
    expect(types.filter((type) => type.startsWith("aws:"))).to.deep.equal([]);
  });

  it("refuses subnets that are not in two zones", async () => {
    const message = await run({ ...pacemakerPairArgs(), subnetIds: ["subnet-1"] }).then(
      () => "",
      String,
    );
    expect(message).to.include("a pair needs subnets of two zones, but was given subnet-1");
  });
});
