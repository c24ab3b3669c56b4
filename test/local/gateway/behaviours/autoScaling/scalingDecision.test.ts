import { expect } from "chai";
import * as fc from "fast-check";
import { Group, type Member } from "../../../../../local/gateway/behaviours/autoScaling/group";
import { decideScaling } from "../../../../../local/gateway/behaviours/autoScaling/scalingDecision";

const singleWriter = { MinHealthyPercentage: 0, MaxHealthyPercentage: 100 };
const successorFirst = { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 };

function member(over: Partial<Member> & { zone?: string; id?: string } = {}): Member {
  return {
    launched: {
      instanceId: over.id ?? "i-1",
      region: "eu-west-1",
      availabilityZone: over.zone ?? "a",
      subnetId: "subnet-1",
      privateIpAddress: "10.0.0.4",
      autoScalingGroupName: "jenkins-ma",
      tags: {},
      userData: "",
    },
    instanceType: "t4g.small",
    launchTemplate: {},
    launchedAt: 0,
    state: "InService",
    health: "Healthy",
    protectedFromScaleIn: false,
    replaced: false,
    powered: true,
    ...over,
  };
}

function group(
  desired: number,
  members: readonly Member[],
  policy?: { MinHealthyPercentage: number; MaxHealthyPercentage: number },
): Group {
  const made = new Group(
    "eu-west-1",
    "jenkins-ma",
    {
      AutoScalingGroupName: "jenkins-ma",
      MinSize: 0,
      MaxSize: 10,
      DesiredCapacity: desired,
      InstanceMaintenancePolicy: policy,
    },
    new Date(0),
  );
  made.members.push(...members);
  return made;
}

const ids = (members: readonly Member[]) => members.map(({ launched }) => launched.instanceId);

describe("what Auto Scaling decides", () => {
  it("launches what is missing and nothing while Launch is suspended or backs off", () => {
    expect(decideScaling(group(2, [member()]), 0).launch).to.equal(1);
    const suspended = group(2, [member()]);
    suspended.suspended.set("Launch", "fence");
    expect(decideScaling(suspended, 0).launch).to.equal(0);
    const backingOff = group(2, [member()]);
    backingOff.retryLaunchAt = 100;
    expect(decideScaling(backingOff, 99).launch).to.equal(0);
    expect(decideScaling(backingOff, 100).launch).to.equal(1);
  });

  it("scales in: the sick first, then the fullest zone, then the oldest, never the protected", () => {
    const members = [
      member({ id: "old-a", launchedAt: 1 }),
      member({ id: "young-a", launchedAt: 5 }),
      member({ id: "oldest-b", zone: "b", launchedAt: 0 }),
      member({ id: "protected", launchedAt: 0, protectedFromScaleIn: true }),
    ];
    expect(ids(decideScaling(group(3, members), 0).scaleIn)).to.deep.equal(["old-a"]);
    expect(ids(decideScaling(group(0, members), 0).scaleIn)).to.have.members([
      "old-a",
      "young-a",
      "oldest-b",
    ]);
    const sick = [...members, member({ id: "sick", zone: "c", health: "Unhealthy" })];
    expect(ids(decideScaling(group(4, sick), 0).scaleIn)).to.deep.equal(["sick"]);
    const suspended = group(0, members);
    suspended.suspended.set("Terminate", "test");
    expect(decideScaling(suspended, 0).scaleIn).to.deep.equal([]);
  });

  it("ends a single writer's sick machine before it orders the next", () => {
    const sick = member({ health: "Unhealthy" });
    const first = decideScaling(group(1, [sick], singleWriter), 0);
    expect(ids(first.replace)).to.deep.equal(["i-1"]);
    expect(first.launch).to.equal(0);
    const leaving = member({ health: "Unhealthy", state: "Terminating:Wait", replaced: true });
    expect(decideScaling(group(1, [leaving], singleWriter), 0).launch).to.equal(0);
    expect(decideScaling(group(1, [], singleWriter), 0).launch).to.equal(1);
  });

  it("orders the successor first where the policy says so, and waits until it serves", () => {
    const sick = member({ id: "sick", health: "Unhealthy" });
    const healthy = member({ id: "well" });
    expect(decideScaling(group(2, [sick, healthy], successorFirst), 0)).to.deep.include({
      launch: 1,
      replace: [],
      scaleIn: [],
    });
    const coming = member({ id: "next", state: "Pending" });
    expect(decideScaling(group(2, [sick, healthy, coming], successorFirst), 0)).to.deep.include({
      launch: 0,
      replace: [],
      scaleIn: [],
    });
    const arrived = member({ id: "next" });
    const last = decideScaling(group(2, [sick, healthy, arrived], successorFirst), 0);
    expect(ids(last.replace)).to.deep.equal(["sick"]);
    expect(last.scaleIn).to.deep.equal([]);
  });

  it("replaces nothing while it could not launch the successor", () => {
    const held = group(1, [member({ health: "Unhealthy" })], singleWriter);
    held.suspended.set("Launch", "fence");
    expect(decideScaling(held, 0)).to.deep.equal({ launch: 0, scaleIn: [], replace: [] });
  });

  it("never plans more than one machine for a single writer, whatever its machines' states", () => {
    const states = fc.constantFrom(
      ...(["Pending", "Pending:Wait", "InService", "Terminating:Wait"] as const),
    );
    const anyMember = fc
      .record({ state: states, health: fc.constantFrom("Healthy" as const, "Unhealthy" as const) })
      .map((over) => member({ ...over, replaced: over.state === "Terminating:Wait" }));
    fc.assert(
      fc.property(fc.array(anyMember, { maxLength: 3 }), fc.constantFrom(0, 1), (members, size) => {
        const { launch } = decideScaling(group(size, members, singleWriter), 0);
        expect(launch === 0 || members.length + launch <= 1).to.equal(true);
      }),
    );
  });
});
