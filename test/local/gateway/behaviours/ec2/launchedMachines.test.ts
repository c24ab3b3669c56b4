import { expect } from "chai";
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { compressToBase64 } from "../../../../../components/jenkins/deterministicGzip";
import { LaunchedMachinesBehaviour } from "../../../../../local/gateway/behaviours/ec2/launchedMachines";
import { RehearsedControllers } from "../../../../../local/gateway/controllers/rehearsedControllers";
import type { LaunchedInstance } from "../../../../../local/gateway/world";
import { type LocalAws, startLocalAws, SteppedTime } from "../localAws";

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
  let others: string[];

  beforeEach(async () => {
    time = new SteppedTime();
    [emulated, ended, others] = [[], [], []];
    aws = await startLocalAws({
      behaviours: [new LaunchedMachinesBehaviour()],
      controllers: new RehearsedControllers({
        started: ({ instanceId }: LaunchedInstance) => others.push(instanceId),
        stopped: () => undefined,
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
});
