import { expect } from "chai";
import {
  CreateReplicationConfigurationCommand,
  DeleteFileSystemCommand,
  DeleteFileSystemPolicyCommand,
  DeleteReplicationConfigurationCommand,
  DescribeBackupPolicyCommand,
  DescribeFileSystemPolicyCommand,
  DescribeFileSystemsCommand,
  DescribeReplicationConfigurationsCommand,
  EFSClient,
  PutBackupPolicyCommand,
  PutFileSystemPolicyCommand,
  UpdateFileSystemCommand,
  UpdateFileSystemProtectionCommand,
} from "@aws-sdk/client-efs";
import { EfsBehaviour } from "../../../../../local/gateway/behaviours/efs/efs";
import { FileSystemSettingsBehaviour } from "../../../../../local/gateway/behaviours/efs/fileSystemSettings";
import { AwsError } from "../../../../../local/gateway/wire/awsError";
import type { MetricDatum } from "../../../../../local/gateway/world";
import { startLocalAws, startOfTest, SteppedTime, type LocalAws } from "../localAws";
import { nameOfError } from "../refusals";

const active = "us-east-1";
const waiting = "us-west-2";
const minute = 60_000;
const destinationKey = `arn:aws:kms:${waiting}:123456789012:key/k`;

interface KnownFileSystem {
  readonly FileSystemId: string;
  readonly [member: string]: unknown;
}

describe("the EFS behaviour", () => {
  let aws: LocalAws;
  let time: SteppedTime;
  let here: EFSClient;
  let there: EFSClient;
  let fileSystems: Record<string, KnownFileSystem[]>;
  let metrics: MetricDatum[];

  beforeEach(async () => {
    time = new SteppedTime();
    fileSystems = {
      [active]: [
        {
          FileSystemId: "fs-0000000a",
          PerformanceMode: "generalPurpose",
          ThroughputMode: "elastic",
        },
      ],
      [waiting]: [],
    };
    aws = await startLocalAws({
      behaviours: [new EfsBehaviour(), new FileSystemSettingsBehaviour()],
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
        "elasticfilesystem DescribeFileSystems": (input: { FileSystemId?: string }, region) => {
          const found = (fileSystems[region] ?? []).filter(
            (each) => input.FileSystemId === undefined || each.FileSystemId === input.FileSystemId,
          );
          if (found.length === 0) throw new AwsError("FileSystemNotFound", "no such file system");
          return { FileSystems: found.map((each) => ({ ...each, LifeCycleState: "available" })) };
        },
        "elasticfilesystem CreateFileSystem": (input: object, region) => {
          const made = { ...input, FileSystemId: "fs-0000000b" };
          fileSystems[region]?.push(made);
          return { ...made, LifeCycleState: "available" };
        },
        "elasticfilesystem DeleteFileSystem": () => ({}),
      },
    });
    metrics = [];
    aws.gateway.world.metrics = { put: (datum) => metrics.push(datum) };
    here = aws.client(EFSClient, active);
    there = aws.client(EFSClient, waiting);
  });
  afterEach(() => aws.stop());

  async function replicate(): Promise<string> {
    const { Destinations } = await here.send(
      new CreateReplicationConfigurationCommand({
        SourceFileSystemId: "fs-0000000a",
        Destinations: [{ Region: waiting, KmsKeyId: destinationKey }],
      }),
    );
    return Destinations?.[0]?.FileSystemId ?? "";
  }

  async function stateOf(client: EFSClient, FileSystemId: string) {
    const { Replications } = await client.send(
      new DescribeReplicationConfigurationsCommand({ FileSystemId }),
    );
    return Replications?.[0]?.Destinations?.[0];
  }

  async function protectionOf(client: EFSClient, FileSystemId: string) {
    const { FileSystems } = await client.send(new DescribeFileSystemsCommand({ FileSystemId }));
    return FileSystems?.[0]?.FileSystemProtection?.ReplicationOverwriteProtection;
  }

  const isWritable = (id: string) => aws.gateway.world.fileSystems.isWritable(waiting, id);

  it("makes the destination itself: encrypted by its region's key and read-only", async () => {
    const id = await replicate();
    expect(fileSystems[waiting]?.[0]).to.include({
      FileSystemId: id,
      Encrypted: true,
      KmsKeyId: destinationKey,
      ThroughputMode: "elastic",
    });
    expect(await protectionOf(there, id)).to.equal("REPLICATING");
    expect(await protectionOf(here, "fs-0000000a")).to.equal("ENABLED");
    expect(isWritable(id)).to.equal(false);
    expect(aws.gateway.world.fileSystems.isWritable(active, "fs-0000000a")).to.equal(true);
  });

  it("is seen from both regions, enabled after the initial sync and then in step", async () => {
    const id = await replicate();
    for (const [client, fileSystem] of [
      [here, "fs-0000000a"],
      [there, id],
    ] as const) {
      expect(await stateOf(client, fileSystem)).to.include({
        Status: "ENABLING",
        FileSystemId: id,
      });
    }
    await time.pass(10 * minute);
    const first = await stateOf(there, id);
    expect(first?.Status).to.equal("ENABLED");
    expect(first?.LastReplicatedTimestamp?.getTime()).to.equal(startOfTest);
    await time.pass(5 * minute);
    const second = await stateOf(there, id);
    expect(second?.LastReplicatedTimestamp?.getTime()).to.equal(startOfTest + 10 * minute);
  });

  it("publishes TimeSinceLastSync with both dimensions, in the source's region while it lives", async () => {
    const id = await replicate();
    await time.pass(12 * minute);
    expect(metrics.at(-1)).to.deep.include({
      region: active,
      namespace: "AWS/EFS",
      name: "TimeSinceLastSync",
      dimensions: { FileSystemId: "fs-0000000a", DestinationFileSystemId: id },
      value: 720,
    });
    aws.gateway.faults.loseRegion(active);
    const before = metrics.length;
    await time.pass(5 * minute);
    expect(metrics).to.have.length(before);
  });

  it("stops syncing when the source's region dies and keeps the time of the last sync", async () => {
    const id = await replicate();
    await time.pass(16 * minute);
    const last = (await stateOf(there, id))?.LastReplicatedTimestamp?.getTime();
    aws.gateway.faults.loseRegion(active);
    await time.pass(60 * minute);
    const later = await stateOf(there, id);
    expect(later).to.include({ Status: "ENABLED" });
    expect(later?.LastReplicatedTimestamp?.getTime()).to.equal(last);
    aws.gateway.faults.reviveRegion(active);
    await time.pass(12 * minute);
    const revived = (await stateOf(there, id))?.LastReplicatedTimestamp?.getTime();
    expect(revived).to.be.at.least(startOfTest + 76 * minute);
  });

  it("frees the destination some minutes after the deletion, protected from then on", async () => {
    const id = await replicate();
    await time.pass(11 * minute);
    await there.send(
      new DeleteReplicationConfigurationCommand({ SourceFileSystemId: "fs-0000000a" }),
    );
    expect(await stateOf(there, id)).to.include({ Status: "DELETING" });
    await time.pass(4 * minute - 1000);
    expect(isWritable(id)).to.equal(false);
    await time.pass(1000);
    expect(isWritable(id)).to.equal(true);
    expect(await protectionOf(there, id)).to.equal("ENABLED");
    expect(await nameOfError(stateOf(there, id))).to.equal("ReplicationNotFound");
    expect(await nameOfError(stateOf(here, "fs-0000000a"))).to.equal("ReplicationNotFound");
    expect(aws.gateway.events.all().map(({ what }) => what)).to.include(
      `file system ${id} is writable`,
    );
  });

  it("frees it in the same time when the deletion is asked for again", async () => {
    const id = await replicate();
    await time.pass(11 * minute);
    const again = new DeleteReplicationConfigurationCommand({ SourceFileSystemId: "fs-0000000a" });
    await there.send(again);
    await time.pass(2 * minute);
    await there.send(again);
    await time.pass(2 * minute);
    expect(isWritable(id)).to.equal(true);
  });

  it("deletes the local half alone when the source's region is dead", async () => {
    const id = await replicate();
    await time.pass(11 * minute);
    aws.gateway.faults.loseRegion(active);
    const whole = there.send(
      new DeleteReplicationConfigurationCommand({ SourceFileSystemId: "fs-0000000a" }),
    );
    expect(await nameOfError(whole)).to.equal("InternalServerError");
    expect(await stateOf(there, id)).to.include({ Status: "ENABLED" });
    await there.send(
      new DeleteReplicationConfigurationCommand({
        SourceFileSystemId: "fs-0000000a",
        DeletionMode: "LOCAL_CONFIGURATION_ONLY",
      }),
    );
    await time.pass(4 * minute);
    expect(isWritable(id)).to.equal(true);
    aws.gateway.faults.reviveRegion(active);
    // The other half is left to clean up.
    expect(await stateOf(here, "fs-0000000a")).to.include({ Status: "ERROR" });
    await here.send(
      new DeleteReplicationConfigurationCommand({ SourceFileSystemId: "fs-0000000a" }),
    );
    expect(await nameOfError(stateOf(here, "fs-0000000a"))).to.equal("ReplicationNotFound");
    expect(isWritable(id)).to.equal(true);
  });

  it("does not free a destination whose own region is dead until it is back", async () => {
    const id = await replicate();
    await time.pass(11 * minute);
    await there.send(
      new DeleteReplicationConfigurationCommand({ SourceFileSystemId: "fs-0000000a" }),
    );
    aws.gateway.faults.loseRegion(waiting);
    await time.pass(30 * minute);
    expect(isWritable(id)).to.equal(false);
    aws.gateway.faults.reviveRegion(waiting);
    await time.pass(minute);
    expect(isWritable(id)).to.equal(true);
  });

  it("refuses a second replication, a foreign key, and the deletion of what replicates", async () => {
    const id = await replicate();
    const again = replicate();
    expect(await nameOfError(again)).to.equal("ReplicationAlreadyExists");
    for (const [client, FileSystemId] of [
      [here, "fs-0000000a"],
      [there, id],
    ] as const) {
      const deletion = client.send(new DeleteFileSystemCommand({ FileSystemId }));
      expect(await nameOfError(deletion)).to.equal("FileSystemInUse");
    }
    const foreign = there.send(
      new CreateReplicationConfigurationCommand({
        SourceFileSystemId: id,
        Destinations: [{ Region: "eu-west-1", KmsKeyId: destinationKey }],
      }),
    );
    expect(await nameOfError(foreign)).to.be.oneOf([
      "ValidationException",
      "ReplicationAlreadyExists",
    ]);
  });

  it("replicates into an existing file system only with its overwrite protection off", async () => {
    fileSystems[waiting]?.push({ FileSystemId: "fs-0000000c" });
    const into = () =>
      here.send(
        new CreateReplicationConfigurationCommand({
          SourceFileSystemId: "fs-0000000a",
          Destinations: [{ Region: waiting, FileSystemId: "fs-0000000c" }],
        }),
      );
    expect(await nameOfError(into())).to.equal("ReplicationAlreadyExists");
    await there.send(
      new UpdateFileSystemProtectionCommand({
        FileSystemId: "fs-0000000c",
        ReplicationOverwriteProtection: "DISABLED",
      }),
    );
    await into();
    expect(await protectionOf(there, "fs-0000000c")).to.equal("REPLICATING");
  });

  it("keeps backup policies and throughput modes", async () => {
    const FileSystemId = "fs-0000000a";
    const policy = () => here.send(new DescribeBackupPolicyCommand({ FileSystemId }));
    expect(await nameOfError(policy())).to.equal("PolicyNotFound");
    await here.send(
      new PutBackupPolicyCommand({ FileSystemId, BackupPolicy: { Status: "ENABLED" } }),
    );
    expect((await policy()).BackupPolicy).to.deep.equal({ Status: "ENABLED" });
    await here.send(new UpdateFileSystemCommand({ FileSystemId, ThroughputMode: "bursting" }));
    const { FileSystems } = await here.send(new DescribeFileSystemsCommand({ FileSystemId }));
    expect(FileSystems?.[0]?.ThroughputMode).to.equal("bursting");
    const unknown = there.send(
      new PutBackupPolicyCommand({ FileSystemId, BackupPolicy: { Status: "ENABLED" } }),
    );
    expect(await nameOfError(unknown)).to.equal("FileSystemNotFound");
  });

  it("gives a file system's policy back as it was put, until it is deleted", async () => {
    const FileSystemId = "fs-0000000a";
    const policy = () => here.send(new DescribeFileSystemPolicyCommand({ FileSystemId }));
    expect(await nameOfError(policy())).to.equal("PolicyNotFound");
    const Policy = '{"Version":"2012-10-17","Statement":[]}';
    await here.send(new PutFileSystemPolicyCommand({ FileSystemId, Policy }));
    expect((await policy()).Policy).to.equal(Policy);
    await here.send(new DeleteFileSystemPolicyCommand({ FileSystemId }));
    expect(await nameOfError(policy())).to.equal("PolicyNotFound");
    await here.send(new DeleteFileSystemPolicyCommand({ FileSystemId }));
  });
});
