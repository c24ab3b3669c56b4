import {
  CreateReplicationConfigurationCommand,
  DeleteReplicationConfigurationCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import { expect } from "chai";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HomeDirectories } from "../../../local/dataPlane/home/homeDirectories";
import { EfsBehaviour } from "../../../local/gateway/behaviours/efs/efs";
import type { MetricDatum } from "../../../local/gateway/world";
import { startLocalAws, SteppedTime, type LocalAws } from "../gateway/behaviours/localAws";

const active = "us-east-1";
const waiting = "us-west-2";
const minute = 60_000;

describe("replication of the homes' files by the EFS calls", () => {
  let root: string;
  let aws: LocalAws;
  let time: SteppedTime;
  let homes: HomeDirectories;
  let metrics: MetricDatum[];
  let here: string;
  let there: string;

  const delivered = () => readdirSync(there).sort();
  const lagMinutes = () => (metrics.at(-1)?.value ?? NaN) / 60;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "homes-test-"));
    homes = new HomeDirectories(root, undefined);
    time = new SteppedTime();
    const files = (FileSystemId: string) => ({ FileSystems: [{ FileSystemId }] });
    aws = await startLocalAws({
      behaviours: [new EfsBehaviour(homes)],
      realTime: time,
      scale: 1,
      latencies: {
        overrides: {
          efsInitialSync: "10 minutes",
          efsReplicationLag: "5 minutes",
          efsReplicationDelete: "4 minutes",
        },
      },
      stub: {
        "elasticfilesystem DescribeFileSystems": (input: { FileSystemId: string }) =>
          files(input.FileSystemId),
        "elasticfilesystem CreateFileSystem": () => ({ FileSystemId: "fs-2" }),
      },
    });
    metrics = [];
    aws.gateway.world.metrics = { put: (datum) => metrics.push(datum) };
    here = homes.directoryOf(active, "fs-1", "/devops");
    writeFileSync(join(here, "config.xml"), "<hudson/>");
    await aws.client(EFSClient, active).send(
      new CreateReplicationConfigurationCommand({
        SourceFileSystemId: "fs-1",
        Destinations: [{ Region: waiting }],
      }),
    );
    there = homes.directoryOf(waiting, "fs-2", "/devops");
  });
  afterEach(async () => {
    await aws.stop();
    homes.release({ region: waiting, fileSystemId: "fs-2" });
    rmSync(root, { recursive: true });
  });

  it("is behind by what was written since the last sync began, and says so", async () => {
    expect(delivered()).to.deep.equal([]);
    await time.pass(11 * minute);
    expect(delivered()).to.deep.equal(["config.xml"]);
    expect(lagMinutes()).to.equal(11);
    writeFileSync(join(here, "during the second sync"), "");
    await time.pass(4 * minute);
    expect(delivered()).to.have.length(1);
    expect(lagMinutes()).to.equal(5);
    await time.pass(5 * minute);
    expect(delivered()).to.include("during the second sync");
  });

  it("loses what had not arrived with the source's region, and frees what did", async () => {
    await time.pass(11 * minute);
    writeFileSync(join(here, "too late"), "");
    aws.gateway.faults.loseRegion(active);
    await time.pass(30 * minute);
    expect(delivered()).to.deep.equal(["config.xml"]);
    await aws.client(EFSClient, waiting).send(
      new DeleteReplicationConfigurationCommand({
        SourceFileSystemId: "fs-1",
        DeletionMode: "LOCAL_CONFIGURATION_ONLY",
      }),
    );
    await time.pass(4 * minute);
    expect(aws.gateway.world.fileSystems.isWritable(waiting, "fs-2")).to.equal(true);
    writeFileSync(join(there, "config.xml"), "of the new writer");
    aws.gateway.faults.reviveRegion(active);
    await time.pass(30 * minute);
    expect(delivered()).to.deep.equal(["config.xml"]);
  });

  it("goes on where it was when the source's region is back", async () => {
    await time.pass(11 * minute);
    writeFileSync(join(here, "later"), "");
    aws.gateway.faults.loseRegion(active);
    await time.pass(30 * minute);
    aws.gateway.faults.reviveRegion(active);
    await time.pass(6 * minute);
    expect(delivered()).to.include("later");
  });
});
