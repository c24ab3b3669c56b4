import { expect } from "chai";
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { compressToBase64 } from "../../../../../components/machine/deterministicGzip";
import { LaunchedMachinesBehaviour } from "../../../../../local/gateway/behaviours/ec2/launchedMachines";
import { RehearsedControllers } from "../../../../../local/gateway/controllers/rehearsedControllers";
import type { LaunchedInstance } from "../../../../../local/gateway/world";
import { eventually, type LocalAws, startLocalAws, SteppedTime } from "../localAws";
import { nameOfError } from "../refusals";

const boot = `#cloud-config\n${JSON.stringify({
  write_files: [
    {
      path: "/usr/local/sbin/jenkins-rehearsal",
      encoding: "gz+b64",
      content: compressToBase64("#!/bin/bash"),
    },
  ],
})}\n`;

describe("machines that a program launches", () => {
  let aws: LocalAws;
  let time: SteppedTime;
  let ec2: EC2Client;
  let emulated: string[];
  let ended: string[];
  let others: LaunchedInstance[];
  /** What the emulator was asked besides. */
  let emulatedCalls: string[];
  /** Machines whose power was cut, and those that were told to go down: each call says that it is. */
  let cut: string[];
  let shutDown: (() => void)[];

  beforeEach(async () => {
    time = new SteppedTime();
    [emulated, ended, others] = [[], [], []];
    [emulatedCalls, cut, shutDown] = [[], [], []];
    aws = await startLocalAws({
      behaviours: [new LaunchedMachinesBehaviour()],
      controllers: new RehearsedControllers({
        started: (instance: LaunchedInstance) => others.push(instance),
        stopping: (_, down) => shutDown.push(down),
        stopped: (instanceId) => cut.push(instanceId),
        healthCheckStatus: () => undefined,
      }),
      realTime: time,
      scale: 1,
      latencies: {
        overrides: {
          ec2LaunchToRunning: "30 seconds",
          instanceBoot: "60 seconds",
          homeCopy: "4 minutes",
          jenkinsLoad: "1 minutes",
          asgTerminate: "60 seconds",
          ec2Stop: "20 seconds",
        },
      },
      stub: {
        "ec2 RunInstances": () => {
          const InstanceId = `i-${emulated.length + 1}`;
          emulated.push(InstanceId);
          return { Instances: [{ InstanceId }] };
        },
        "ec2 DescribeLaunchTemplateVersions": () => ({
          LaunchTemplateVersions: [
            { LaunchTemplateData: { UserData: Buffer.from(boot).toString("base64") } },
          ],
        }),
        "ec2 DescribeInstances": () => ({
          Reservations: emulated
            .filter((id) => !ended.includes(id))
            .map((InstanceId) => ({ Instances: [{ InstanceId, State: { Name: "running" } }] })),
        }),
        "ec2 StopInstances": ({ InstanceIds }: { InstanceIds: string[] }) => {
          emulatedCalls.push(`stop ${InstanceIds.join(" ")}`);
          return {};
        },
        "ec2 StartInstances": ({ InstanceIds }: { InstanceIds: string[] }) => {
          emulatedCalls.push(`start ${InstanceIds.join(" ")}`);
          return {};
        },
        "ec2 TerminateInstances": ({ InstanceIds }: { InstanceIds: string[] }) => {
          ended.push(...InstanceIds);
          return {};
        },
      },
    });
    ec2 = aws.client(EC2Client, "eu-west-1");
  });
  afterEach(() => aws.stop());

  const run = (ClientToken: string, key = "jenkins-pilot-light:rehearsal") =>
    ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        LaunchTemplate: { LaunchTemplateName: "jenkins-rehearsal-ma" },
        ClientToken,
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: key, Value: "x" }] }],
      }),
    );
  const states = async () => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand());
    const instances = (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    return instances.map(({ State }) => State?.Name);
  };
  const health = () => aws.gateway.world.controllers.healthCheckStatus("i-1", 8080, "/login");

  it("are made once for each client token, whatever became of the first answer", async () => {
    const [first, second] = [await run("a"), await run("a")];
    expect(second.Instances?.[0]?.InstanceId).to.equal(first.Instances?.[0]?.InstanceId);
    await run("b");
    expect(emulated).to.deep.equal(["i-1", "i-2"]);
  });

  it("take their time to run, to copy and to load, and to end", async () => {
    await run("a");
    expect(await states()).to.deep.equal(["pending"]);
    await time.pass(31_000);
    expect(await states()).to.deep.equal(["running"]);
    await time.pass(60_000 + 230_000);
    expect(health()).to.equal(undefined);
    await time.pass(15_000);
    expect(health()).to.equal(503);
    await time.pass(60_000);
    expect(health()).to.equal(200);
    expect(others).to.be.empty;
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] }));
    expect(health()).to.equal(undefined);
    expect(await states()).to.deep.equal(["shutting-down"]);
    expect(ended).to.be.empty;
  });

  it("leave Auto Scaling's machines to the emulator", async () => {
    await run("a", "team");
    expect(await states()).to.deep.equal(["running"]);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: ["i-1"] }));
    expect(ended).to.deep.equal(["i-1"]);
  });

  describe("as a pair", () => {
    const pair = (ClientToken: string) =>
      ec2.send(
        new RunInstancesCommand({
          MinCount: 1,
          MaxCount: 1,
          UserData: Buffer.from("#cloud-config\n{}\n").toString("base64"),
          ClientToken,
          TagSpecifications: [
            {
              ResourceType: "instance",
              Tags: [{ Key: "pilot-light-pair", Value: "jenkins-ma-pair" }],
            },
          ],
        }),
      );
    const ids = { InstanceIds: ["i-1"] };
    const stop = (Force = false) => ec2.send(new StopInstancesCommand({ ...ids, Force }));
    const start = () => ec2.send(new StartInstancesCommand(ids));

    beforeEach(async () => {
      await pair("a");
      await time.pass(31_000);
    });

    it("are told to what runs on them by the failover's name for the pair", () => {
      expect(others.map(({ instanceId }) => instanceId)).to.deep.equal(["i-1"]);
      expect(others[0]).to.include({
        autoScalingGroupName: "jenkins-ma",
        userData: "#cloud-config\n{}\n",
      });
    });

    it("stop when their system is down, keep their disks, and start again", async () => {
      const { StoppingInstances } = await stop();
      expect(StoppingInstances?.[0]).to.deep.include({
        PreviousState: { Code: 16, Name: "running" },
        CurrentState: { Code: 64, Name: "stopping" },
      });
      await time.pass(60_000);
      expect(await states()).to.deep.equal(["stopping"]);
      expect(cut).to.be.empty;
      shutDown[0]?.();
      await time.pass(19_000);
      expect(await states()).to.deep.equal(["stopping"]);
      await time.pass(1_001);
      await eventually("its end", () => cut.length === 1);
      await eventually("stopped", async () => (await states())[0] === "stopped");
      expect(emulatedCalls).to.deep.equal(["stop i-1"]);
      await start();
      expect(emulatedCalls).to.deep.equal(["stop i-1", "start i-1"]);
      expect(await states()).to.deep.equal(["pending"]);
      await time.pass(31_000);
      expect(await states()).to.deep.equal(["running"]);
      expect(others).to.have.length(2);
    });

    it("stop by force without waiting for their system", async () => {
      await stop(true);
      await time.pass(20_001);
      await eventually("stopped", async () => (await states())[0] === "stopped");
      expect(shutDown).to.be.empty;
      expect(cut).to.deep.equal(["i-1"]);
    });

    it("are switched off when their system does not go down", async () => {
      await stop();
      await time.pass(4 * 60_000 + 20_001);
      await eventually("stopped", async () => (await states())[0] === "stopped");
      expect(cut).to.deep.equal(["i-1"]);
    });

    it("cannot be started while they stop", async () => {
      await stop();
      expect(await nameOfError(start())).to.equal("IncorrectInstanceState");
      expect(emulatedCalls).to.be.empty;
    });

    it("lose their power with their region, and get it back", () => {
      aws.gateway.faults.loseRegion("eu-west-1");
      expect(cut).to.deep.equal(["i-1"]);
      aws.gateway.faults.reviveRegion("eu-west-1");
      expect(others).to.have.length(2);
    });

    it("come up in a dead region only when it is back", async () => {
      await stop(true);
      await time.pass(20_001);
      await eventually("stopped", async () => (await states())[0] === "stopped");
      await start();
      aws.gateway.faults.loseRegion("eu-west-1");
      await time.pass(90_000);
      expect(others).to.have.length(1);
      aws.gateway.faults.reviveRegion("eu-west-1");
      await time.pass(31_000);
      expect(others).to.have.length(2);
    });
  });
});
