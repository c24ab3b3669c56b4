import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import { DescribeImagesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RunCommandFront } from "./runCommandFront";
import { type Ended, Stage, sums, wanted } from "./stage";

const group = "web-prod";

describe("a promotion of private servers, as RDS has them", function () {
  this.timeout(60_000);
  let stage: Stage;
  let front: RunCommandFront;
  let environment: Record<string, string>;
  let sessions: string;
  let machine: string;

  before(async function () {
    if (!wanted) this.skip();
    stage = await Stage.open({ counting: "file", rds: true });
    machine = await makeGroup(stage);
    front = new RunCommandFront(stage.endpoint);
    const bin = join(stage.folder, "bin");
    sessions = join(stage.folder, "sessions");
    mkdirSync(bin);
    symlinkSync(join(__dirname, "fakeSessionManager.mjs"), join(bin, "aws"));
    environment = {
      AWS_ENDPOINT_URL: await front.listen(),
      PATH: [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
      SESSION_LOG: sessions,
    };
    await stage.writeRows(500);
    stage.writeFiles(50, 1);
  });
  after(async () => {
    (front as RunCommandFront | undefined)?.close();
    await (stage as Stage | undefined)?.close();
  });

  const run = (argv: readonly string[], more: Record<string, string> = {}): Promise<Ended> => {
    const target = stage.variant("private", { reach: { autoScalingGroup: group } });
    return stage.begin([...argv, "--target", target], { ...environment, ...more }).ended;
  };

  it("goes through a machine's sessions and Run Command, by RDS's procedures alone", async () => {
    const { code, output } = await run(["start", "--stop-after"]);
    expect(code, output).to.equal(0);
    expect(new Set(await stage.tableSums()).size).to.equal(1);
    expect(await stage.running()).to.deep.equal(["No/No", "No/No"]);
    const [dev, prod] = [sums(stage.dev), sums(stage.prod)];
    expect({ ...prod, "wp-config.php": "" }).to.deep.equal({ ...dev, "wp-config.php": "" });
    const lines = readFileSync(sessions, "utf8").trim().split("\n");
    expect(lines).to.have.length(3);
    for (const line of lines) {
      expect(line).to.include(
        `--target ${machine} --document-name AWS-StartPortForwardingSessionToRemoteHost`,
      );
      expect(line).not.to.include(stage.set.promoter.password);
    }
    expect(front.scripts.join()).not.to.include(stage.set.promoter.password);
    await endedSessions(sessions);
    const status = await run(["status"]);
    expect(status.code, status.output).to.equal(0);
    expect(status.output).to.include("by RDS's procedures");
  });

  it("freezes both at one place of a dev that writes on", async () => {
    const enough = new AbortController();
    const writes = (async () => {
      while (!enough.signal.aborted) {
        await stage.writeRows(20);
        await sleep(20);
      }
    })();
    try {
      const started = await run(["start"]);
      expect(started.code, started.output).to.equal(0);
      const stopped = await run(["stop"]);
      expect(stopped.code, stopped.output).to.equal(0);
      expect(new Set(await stage.places()).size).to.equal(1);
      const frozen = await run(["start", "--stop-after"]);
      expect(frozen.code, frozen.output).to.equal(0);
      expect(new Set(await stage.places()).size).to.equal(1);
    } finally {
      enough.abort();
      await writes;
    }
    const [, one, two] = await stage.tableSums();
    expect(one).to.equal(two);
  });

  it("leaves no session behind when it is killed", async () => {
    const target = stage.variant("private", { reach: { autoScalingGroup: group } });
    const killed = stage.begin(["start", "--target", target], environment);
    await killed.says(/bring the replicas up/);
    killed.child.kill("SIGKILL");
    await killed.ended;
    await endedSessions(sessions);
    const { code, output } = await run(["stop"]);
    expect(code, output).to.equal(0);
  });

  it("says what to install where there is no Session Manager", async () => {
    const PATH = [dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
    const { code, output } = await run(["start"], { PATH });
    expect(code).to.equal(1);
    expect(output).to.include("install the AWS CLI 2").and.include("--direct");
  });

  it("says that no machine serves, and touches nothing", async () => {
    const target = stage.variant("nobody", { reach: { autoScalingGroup: "web-none" } });
    const { code, output } = await stage.begin(["start", "--target", target], environment).ended;
    expect(code).to.equal(1);
    expect(output).to.include("There is no Auto Scaling group web-none");
  });
});

async function makeGroup(stage: Stage): Promise<string> {
  const { Images } = await new EC2Client(stage.client).send(new DescribeImagesCommand({}));
  const scaling = new AutoScalingClient(stage.client);
  await scaling.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: group,
      ImageId: Images?.[0]?.ImageId,
      InstanceType: "t3.micro",
    }),
  );
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: group,
      LaunchConfigurationName: group,
      AvailabilityZones: [`${stage.target.region}a`],
      ...{ MinSize: 1, MaxSize: 1, DesiredCapacity: 1 },
    }),
  );
  const { AutoScalingGroups } = await scaling.send(new DescribeAutoScalingGroupsCommand({}));
  return AutoScalingGroups?.[0]?.Instances?.[0]?.InstanceId ?? "";
}

/** Every session that was ever begun has ended. */
async function endedSessions(log: string): Promise<void> {
  const alive = (): number[] =>
    readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => Number(line.split(" ")[0]))
      .filter((pid) => {
        try {
          process.kill(pid, 0);
          return true;
        } catch {
          return false;
        }
      });
  for (const end = Date.now() + 5_000; alive().length > 0 && Date.now() < end;) await sleep(50);
  expect(alive()).to.deep.equal([]);
}
