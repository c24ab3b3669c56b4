import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { compressToBase64 } from "../../../../components/machine/deterministicGzip";
import { renderLeaseScript } from "../../../../components/jenkins/leaseScriptRenderer";
import { renderLeaseSettings } from "../../../../components/jenkins/leaseSettingsRenderer";
import { renderHomeMountUnit } from "../../../../components/jenkins/systemdUnitRenderer";
import { ProcessControllers } from "../../../../local/dataPlane/controllers/processControllers";
import { giveTo, machineUser } from "../../../../local/dataPlane/machineUser";
import type { LaunchedInstance } from "../../../../local/gateway/world";
import { eventually, startLocalAws, type LocalAws } from "../../gateway/behaviours/localAws";
import { LeaseTables } from "./leaseTable";

const region = "eu-west-1";
const away = "eu-central-1";

function instance(instanceId: string, startedBy?: "cluster"): LaunchedInstance {
  const settings = renderLeaseSettings({
    region,
    peerRegion: away,
    role: "active",
    generation: 1,
    leaseTable: "leases",
    recordTable: "records",
    homes: [{ home: "ma", accessPointId: "fsap-1" }],
    autoScalingGroup: "jenkins-ma",
    terminateHook: "jenkins-ma-terminate",
    ...(startedBy === undefined ? {} : { startedBy }),
  });
  const postgreSQL = { hostname: `jenkins-g1.x.${region}.rds.amazonaws.com:5432` };
  const files = {
    "/etc/jenkins-pilot-light/jenkins.yaml": JSON.stringify({ database: { postgreSQL } }),
    "/etc/jenkins-pilot-light/controller.env": settings,
    "/usr/local/sbin/jenkins-lease": renderLeaseScript(),
    "/etc/systemd/system/var-lib-jenkins.mount": renderHomeMountUnit(
      "fs-0123456789abcdef0",
      "fsap-1",
    ),
  };
  const write_files = Object.entries(files).map(([path, content]) => ({
    path,
    encoding: "gz+b64",
    content: compressToBase64(content),
  }));
  return {
    instanceId,
    region,
    availabilityZone: `${region}a`,
    subnetId: "subnet-1",
    privateIpAddress: "10.0.0.4",
    autoScalingGroupName: "jenkins-ma",
    tags: {},
    userData: `#cloud-config\n${JSON.stringify({ write_files })}\n`,
  };
}

describe("controllers as processes", function () {
  this.timeout(15_000);
  let folder: string;
  let home: string;
  let tables: LeaseTables;
  let controllers: ProcessControllers;
  let aws: LocalAws;
  let completed: string[];

  beforeEach(async () => {
    completed = [];
    folder = mkdtempSync(join(tmpdir(), "controllers-"));
    home = join(folder, "ma");
    mkdirSync(home);
    const user = machineUser();
    for (const path of [folder, home]) giveTo(user, path);
    tables = new LeaseTables();
    controllers = new ProcessControllers({
      databases: { connectionTo: () => undefined, measuredLag: () => Promise.resolve(undefined) },
      homes: { directoryOf: () => home },
      user,
      machines: folder,
    });
    aws = await startLocalAws({
      behaviours: [],
      controllers,
      scale: 200,
      latencies: { overrides: { instanceBoot: "1 seconds", jenkinsLoad: "30 seconds" } },
      stub: {
        ...tables.answers,
        "elasticfilesystem DescribeAccessPoints": () => ({
          AccessPoints: [{ FileSystemId: "fs-1", RootDirectory: { Path: "/ma" } }],
        }),
        "autoscaling CompleteLifecycleAction": (input: { InstanceId: string }) => {
          completed.push(input.InstanceId);
          return {};
        },
      },
    });
  });
  afterEach(async () => {
    await aws.stop();
    rmSync(folder, { recursive: true });
  });

  const status = (id: string) => controllers.healthCheckStatus(id, 8080, "/login");
  const answering = (id: string) => eventually("Jenkins", async () => (await status(id)) === 200);
  const said = () => aws.gateway.events.all().map(({ what }) => what.replace(/.*controller /, ""));

  it("take the lease by the deployed script, load with 503, answer, and keep the lease", async () => {
    controllers.started(instance("i-1"));
    await eventually("loading", async () => (await status("i-1")) === 503);
    await answering("i-1");
    expect(tables.leases.get(`${region} ma`)?.owner?.S).to.equal("i-1");
    const before = tables.writes;
    await eventually("a renewal", () => tables.writes > before);
    expect(said()).to.deep.equal([
      "i-1 has booted and waits for its home and the failover record",
      "i-1 loads Jenkins",
      "i-1 answers: Jenkins is up",
    ]);
  });

  it("do not start while another machine holds the lease, and start when it has left in order", async () => {
    controllers.started(instance("i-1"));
    await answering("i-1");
    controllers.started(instance("i-2"));
    await aws.gateway.clock.sleep(20_000);
    expect(await status("i-2")).to.equal(undefined);
    controllers.stopping("i-1", () => undefined);
    await answering("i-2");
    expect(completed).to.deep.equal(["i-1"]);
    expect(await status("i-1")).to.equal(undefined);
  });

  it("wait while their home is read-only, and write to it when it is not", async () => {
    chmodSync(home, 0o555);
    controllers.started(instance("i-1"));
    await eventually("the lease", () => tables.leases.size === 1);
    await aws.gateway.clock.sleep(20_000);
    expect(await status("i-1")).to.equal(undefined);
    chmodSync(home, 0o755);
    await answering("i-1");
    const address = controllers.addressOf("i-1");
    const build = await fetch(`http://127.0.0.1:${address?.port ?? 0}/build`, {
      method: "POST",
      headers: { "x-request-id": "r-1" },
    });
    // There is no database: what is not in both places is not acknowledged.
    expect(build.status).to.equal(500);
    expect(readFileSync(join(home, "builds.log"), "utf8")).to.contain(
      '{"number":1,"request":"r-1","home":"ma","generation":1,"region":"eu-west-1","instance":"i-1"',
    );
  });

  it("stop Jenkins when the failover record names the other region", async () => {
    controllers.started(instance("i-1"));
    await answering("i-1");
    tables.records.set(away, { generation: 2, activeRegion: away });
    await eventually("the end of Jenkins", async () => (await status("i-1")) === undefined);
    await eventually(
      "the lease given back",
      () => tables.leases.get(`${region} ma`)?.expiresAt?.N === "0",
    );
  });

  it("of a pair start mount and Jenkins when the lease is theirs, and go down without a group", async () => {
    controllers.started({ ...instance("i-1", "cluster"), hasBooted: true });
    await answering("i-1");
    expect(tables.leases.get(`${region} ma`)?.owner?.S).to.equal("i-1");
    let isDown = false;
    controllers.stopping("i-1", () => {
      isDown = true;
    });
    await eventually("its end", () => isDown);
    expect(await status("i-1")).to.equal(undefined);
    expect(tables.leases.get(`${region} ma`)?.expiresAt?.N).to.equal("0");
    expect(completed).to.be.empty;
  });

  it("of a pair wait for the lease, and follow when it is given back", async () => {
    controllers.started(instance("i-1", "cluster"));
    await answering("i-1");
    controllers.started(instance("i-2", "cluster"));
    await aws.gateway.clock.sleep(20_000);
    expect(await status("i-2")).to.equal(undefined);
    controllers.stopping("i-1", () => undefined);
    await answering("i-2");
    expect(tables.leases.get(`${region} ma`)?.owner?.S).to.equal("i-2");
  });

  it("of a pair stop Jenkins when the failover record names the other region", async () => {
    controllers.started(instance("i-1", "cluster"));
    await answering("i-1");
    tables.records.set(away, { generation: 2, activeRegion: away });
    await eventually("the end of Jenkins", async () => (await status("i-1")) === undefined);
  });

  it("end at once with their power, and leave no process behind", async () => {
    controllers.started(instance("i-1"));
    await answering("i-1");
    const mine = () => processesOf("i-1");
    expect(mine()).not.to.be.empty;
    controllers.stopped("i-1");
    expect(await status("i-1")).to.equal(undefined);
    await eventually("the end of its processes", () => mine().length === 0);
  });
});

/** Processes that run for a machine, by their environment. */
function processesOf(instanceId: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    const file = `/proc/${pid}/environ`;
    if (!/^\d+$/.test(pid) || !existsSync(file)) return false;
    try {
      return readFileSync(file, "utf8").includes(`MACHINE_INSTANCE=${instanceId}\0`);
    } catch {
      // It ended between the listing and the look.
      return false;
    }
  });
}
