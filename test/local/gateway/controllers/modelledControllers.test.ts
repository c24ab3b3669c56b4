import { expect } from "chai";
import { ModelledControllers } from "../../../../local/gateway/controllers/modelledControllers";
import type { LaunchedInstance } from "../../../../local/gateway/world";
import { compressToBase64 } from "../../../../components/machine/deterministicGzip";
import { renderLeaseSettings } from "../../../../components/jenkins/leaseSettingsRenderer";
import { renderHomeMountUnit } from "../../../../components/jenkins/systemdUnitRenderer";
import { AwsError } from "../../../../local/gateway/wire/awsError";
import { eventually, startLocalAws, type LocalAws } from "../behaviours/localAws";

const home = "eu-west-1";
const away = "eu-central-1";
const fileSystemId = "fs-0123456789abcdef0";

/** The two boot files that matter, rendered by the program's own renderers. */
function userData(region: string, role: "active" | "waiting"): string {
  const settings = renderLeaseSettings({
    region,
    peerRegion: region === home ? away : home,
    role,
    generation: 1,
    leaseTable: "jenkins-leases",
    recordTable: "jenkins-failover",
    homes: [{ home: "ma", accessPointId: "fsap-0123456789abcdef0" }],
    autoScalingGroup: "jenkins-ma",
    terminateHook: "jenkins-ma-terminate",
  });
  const file = (path: string, content: string) => ({
    path,
    encoding: "gz+b64",
    content: compressToBase64(content),
  });
  const write_files = [
    file("/etc/jenkins-pilot-light/controller.env", settings),
    file(
      "/etc/systemd/system/var-lib-jenkins.mount",
      renderHomeMountUnit(fileSystemId, "fsap-0123456789abcdef0"),
    ),
  ];
  return `#cloud-config\n${JSON.stringify({ write_files })}\n`;
}

function instance(region: string, role: "active" | "waiting"): LaunchedInstance {
  return {
    instanceId: `i-${region}`,
    region,
    availabilityZone: `${region}a`,
    subnetId: "subnet-1",
    privateIpAddress: "10.0.0.4",
    autoScalingGroupName: "jenkins-ma",
    tags: {},
    userData: userData(region, role),
  };
}

describe("the modelled controllers", () => {
  let aws: LocalAws;
  let controllers: ModelledControllers;
  let records: Map<string, { generation: number; activeRegion: string }>;
  let writable: boolean;

  beforeEach(async () => {
    controllers = new ModelledControllers();
    records = new Map();
    writable = true;
    aws = await startLocalAws({
      behaviours: [],
      controllers,
      scale: 6000,
      stub: {
        "dynamodb GetItem": (input: { TableName: string }, region) => {
          if (input.TableName !== "jenkins-failover" || region === home) {
            throw new AwsError("ResourceNotFoundException", "no such table");
          }
          const record = records.get(region);
          if (!record) return {};
          return {
            Item: {
              id: { S: "failover" },
              generation: { N: String(record.generation) },
              activeRegion: { S: record.activeRegion },
            },
          };
        },
      },
    });
    aws.gateway.world.fileSystems = {
      isWritable: (region, id) => writable && region !== "" && id === fileSystemId,
    };
  });
  afterEach(() => aws.stop());

  const answers = (region: string): number | undefined =>
    controllers.healthCheckStatus(`i-${region}`);
  const minutes = (count: number): Promise<void> => aws.gateway.clock.sleep(count * 60_000);

  it("boot, load with 503, then answer, in the region that was active when rendered", async () => {
    controllers.started(instance(home, "active"));
    expect(answers(home)).to.equal(undefined);
    await eventually("loading", () => answers(home) === 503);
    await eventually("answering", () => answers(home) === 200);
    expect(
      aws.gateway.events.all().map(({ what }) => what.replace(/.*i-eu-west-1 /, "")),
    ).to.deep.equal([
      "has booted and waits for its home and the failover record",
      "loads Jenkins",
      "answers: Jenkins is up",
    ]);
  });

  it("wait in the waiting region until the record names it and its home is writable", async () => {
    writable = false;
    controllers.started(instance(away, "waiting"));
    await minutes(10);
    expect(answers(away)).to.equal(undefined);
    records.set(away, { generation: 2, activeRegion: away });
    await minutes(10);
    expect(answers(away)).to.equal(undefined);
    writable = true;
    await eventually("answering", () => answers(away) === 200);
  });

  it("ignore a record of an older generation than their own", async () => {
    records.set(away, { generation: 0, activeRegion: away });
    controllers.started(instance(away, "waiting"));
    await minutes(20);
    expect(answers(away)).to.equal(undefined);
  });

  it("stop Jenkins when the peer's record names the peer at a higher generation", async () => {
    controllers.started(instance(home, "active"));
    await eventually("answering", () => answers(home) === 200);
    records.set(away, { generation: 2, activeRegion: away });
    await eventually("stopped", () => answers(home) === undefined);
    await minutes(10);
    expect(answers(home)).to.equal(undefined);
  });

  it("go on by what they know while the peer's region is dead", async () => {
    aws.gateway.faults.loseRegion(away);
    controllers.started(instance(home, "active"));
    await eventually("answering", () => answers(home) === 200);
  });

  it("lose everything with their power, and start again by the rule", async () => {
    controllers.started(instance(home, "active"));
    await eventually("answering", () => answers(home) === 200);
    controllers.stopped(`i-${home}`);
    expect(answers(home)).to.equal(undefined);
    records.set(away, { generation: 2, activeRegion: away });
    controllers.started(instance(home, "active"));
    await minutes(20);
    expect(answers(home)).to.equal(undefined);
  });

  it("stop gracefully when Auto Scaling holds them for that", async () => {
    controllers.started(instance(home, "active"));
    await eventually("answering", () => answers(home) === 200);
    let stopped = false;
    controllers.stopping(`i-${home}`, () => (stopped = true));
    expect(answers(home)).to.equal(undefined);
    await eventually("told", () => stopped);
  });

  it("leave machines without a controller's boot files alone", async () => {
    controllers.started({ ...instance(home, "active"), userData: "#!/bin/bash\ntrue\n" });
    await minutes(20);
    expect(answers(home)).to.equal(undefined);
    expect(aws.gateway.events.all()).to.deep.equal([]);
  });
});
