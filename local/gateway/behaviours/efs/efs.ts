import {
  DescribeFileSystemsCommand,
  EFSClient,
  type CreateReplicationConfigurationCommandInput,
  type DeleteReplicationConfigurationCommandInput,
  type DescribeReplicationConfigurationsCommandInput,
  type FileSystemDescription,
  type ReplicationConfigurationDescription,
  type UpdateFileSystemCommandInput,
  type UpdateFileSystemProtectionCommandInput,
} from "@aws-sdk/client-efs";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError } from "../../wire/awsError";
import { accountId } from "../accountId";
import {
  describeFileSystem,
  idOf,
  keyOf,
  makeDestination,
  same,
  type ReplicationEnd,
} from "./fileSystems";
import type { FileSystemFiles } from "./fileSystemFiles";
import { Replication } from "./replication";

type Operation = (request: AwsRequest, context: BehaviourContext) => Promise<object> | object;

/**
 * What the emulator's EFS lacks: replication into another region, whose destination EFS makes itself
 * and keeps read-only until the replication is deleted; replication overwrite protection;
 * changes of the throughput mode.
 *
 * Source: EFS API reference and User Guide (docs.aws.amazon.com/efs/latest/ug/efs-replication.html).
 */
export class EfsBehaviour implements Behaviour {
  readonly name = "EFS replication";
  readonly service = "elasticfilesystem";
  readonly actions: readonly string[];
  private readonly replications: Replication[] = [];
  /** By region and id: what UpdateFileSystem and UpdateFileSystemProtection changed. */
  private readonly changes = new Map<string, Partial<FileSystemDescription>>();
  private readonly operations: Readonly<Record<string, Operation>> = {
    CreateReplicationConfiguration: (request, context) => this.replicate(request, context),
    DescribeReplicationConfigurations: (request) => this.describeReplications(request),
    DeleteReplicationConfiguration: (request, context) => this.endReplication(request, context),
    DescribeFileSystems: (request, context) => this.describeFileSystems(request, context),
    UpdateFileSystem: (request, context) => this.updateFileSystem(request, context),
    UpdateFileSystemProtection: (request, context) => this.updateProtection(request, context),
  };

  /** @param files what is in the file systems; without it replication is states and times alone. */
  constructor(private readonly files?: FileSystemFiles) {
    this.actions = [...Object.keys(this.operations), "DeleteFileSystem"];
  }

  start(context: BehaviourContext): void {
    context.world.fileSystems = {
      isWritable: (region, fileSystemId) => !this.isHeld({ region, fileSystemId }),
    };
  }

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const operation = this.operations[request.action];
    if (operation !== undefined) return answer(request, await operation(request, context));
    return this.deleteFileSystem(request, context);
  }

  /** Modelled time up to which the source's changes are at the destination; for the data plane. */
  lastSyncAt(region: string, destinationFileSystemId: string): number | undefined {
    return this.replications.find(({ destination }) =>
      same(destination, { region, fileSystemId: destinationFileSystemId }),
    )?.lastSyncAt;
  }

  private async replicate(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as unknown as CreateReplicationConfigurationCommandInput;
    const source = { region: request.region, fileSystemId: idOf(input.SourceFileSystemId) };
    const [wanted, ...more] = input.Destinations ?? [];
    if (wanted?.Region === undefined || more.length > 0) {
      throw new AwsError(
        "ValidationException",
        "Exactly one destination with its Region is needed.",
      );
    }
    const original = await describeFileSystem(source, context);
    if (this.replicationsOf(source).length > 0) {
      throw new AwsError(
        "ReplicationAlreadyExists",
        `File system '${source.fileSystemId}' is already part of a replication configuration.`,
      );
    }
    if (wanted.KmsKeyId !== undefined && !fitsRegion(wanted.KmsKeyId, wanted.Region)) {
      throw new AwsError(
        "ValidationException",
        `KMS key '${wanted.KmsKeyId}' is not in the destination's region ${wanted.Region}.`,
      );
    }
    const destination =
      wanted.FileSystemId === undefined
        ? await makeDestination(wanted.Region, wanted.KmsKeyId, original, context)
        : await this.reuseDestination(wanted.Region, wanted.FileSystemId, context);
    const replication = new Replication(source, destination, context, this.files);
    this.replications.push(replication);
    return describe(replication, request.region);
  }

  private async reuseDestination(
    region: string,
    fileSystemId: string,
    context: BehaviourContext,
  ): Promise<ReplicationEnd> {
    const destination = { region, fileSystemId: idOf(fileSystemId) };
    await describeFileSystem(destination, context);
    if (this.protectionOf(destination) !== "DISABLED") {
      throw new AwsError(
        "ReplicationAlreadyExists",
        `File system '${destination.fileSystemId}' cannot be a destination: its replication overwrite protection is ${this.protectionOf(destination)}. Disable it first; its data will be overwritten.`,
      );
    }
    return destination;
  }

  private describeReplications(request: AwsRequest): object {
    const input = request.input as unknown as DescribeReplicationConfigurationsCommandInput;
    const { region } = request;
    const id = input.FileSystemId === undefined ? undefined : idOf(input.FileSystemId);
    const seen = this.replications.filter(
      (replication) =>
        replication.isSeenIn(region) &&
        (id === undefined ||
          [replication.source, replication.destination].some((end) =>
            same(end, { region, fileSystemId: id }),
          )),
    );
    if (id !== undefined && seen.length === 0) throw replicationNotFound(id);
    return { Replications: seen.map((replication) => describe(replication, region)) };
  }

  private endReplication(request: AwsRequest, context: BehaviourContext): object {
    const input = request.input as unknown as DeleteReplicationConfigurationCommandInput;
    const source = idOf(input.SourceFileSystemId);
    const replication = this.replications.find(
      (each) => each.source.fileSystemId === source && each.isSeenIn(request.region),
    );
    if (replication === undefined) throw replicationNotFound(source);
    const regions = [replication.source.region, replication.destination.region].filter((region) =>
      replication.isSeenIn(region),
    );
    const local = input.DeletionMode === "LOCAL_CONFIGURATION_ONLY";
    const dead = regions.find((region) => !context.regionIsAlive(region));
    if (!local && dead !== undefined) {
      throw new AwsError(
        "InternalServerError",
        `The replication could not be deleted in ${dead}, which does not answer. DeletionMode LOCAL_CONFIGURATION_ONLY deletes this region's half alone.`,
      );
    }
    const { destination } = replication;
    replication.delete(local ? [request.region] : regions, () => {
      // EFS protects what was freed: nobody shall replicate over live data by accident.
      this.protect(destination, "ENABLED");
      this.forgetEnded();
      context.events.record({
        at: context.clock.now(),
        service: this.service,
        region: destination.region,
        resource: destination.fileSystemId,
        what: `file system ${destination.fileSystemId} is writable`,
      });
    });
    this.forgetEnded();
    return {};
  }

  private forgetEnded(): void {
    const ended = this.replications.filter(
      (each) => !each.isSeenIn(each.source.region) && !each.isSeenIn(each.destination.region),
    );
    for (const each of ended) this.replications.splice(this.replications.indexOf(each), 1);
  }

  private async describeFileSystems(
    request: AwsRequest,
    context: BehaviourContext,
  ): Promise<object> {
    const described = await context
      .emulator(EFSClient, request.region)
      .send(new DescribeFileSystemsCommand(request.input));
    const FileSystems = (described.FileSystems ?? []).map((each) =>
      this.current(request.region, each),
    );
    return { ...described, FileSystems };
  }

  private async updateFileSystem(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const { FileSystemId, ...changes } = request.input as unknown as UpdateFileSystemCommandInput;
    const end = { region: request.region, fileSystemId: idOf(FileSystemId) };
    const before = await describeFileSystem(end, context);
    this.change(end, changes);
    return this.current(request.region, before);
  }

  private async updateProtection(request: AwsRequest, context: BehaviourContext): Promise<object> {
    const input = request.input as unknown as UpdateFileSystemProtectionCommandInput;
    const end = { region: request.region, fileSystemId: idOf(input.FileSystemId) };
    await describeFileSystem(end, context);
    if (this.isHeld(end)) {
      throw new AwsError(
        "ReplicationAlreadyExists",
        `File system '${end.fileSystemId}' is a replication destination; its protection is EFS's own.`,
      );
    }
    this.protect(end, input.ReplicationOverwriteProtection ?? "ENABLED");
    return { ReplicationOverwriteProtection: this.protectionOf(end) };
  }

  private async deleteFileSystem(
    request: AwsRequest,
    context: BehaviourContext,
  ): Promise<AwsResponse> {
    const { FileSystemId } = request.input as { FileSystemId?: string };
    const end = { region: request.region, fileSystemId: idOf(FileSystemId) };
    if (this.replicationsOf(end).length > 0) {
      throw new AwsError(
        "FileSystemInUse",
        `File system '${end.fileSystemId}' is part of a replication configuration; delete that first.`,
      );
    }
    const response = await context.forward(request);
    if (response.status < 400) this.files?.remove(end);
    return response;
  }

  /** The emulator's description with what is kept here laid over it. */
  private current(region: string, described: FileSystemDescription): FileSystemDescription {
    const end = { region, fileSystemId: described.FileSystemId ?? "" };
    return {
      ...described,
      ...this.changes.get(keyOf(end)),
      FileSystemProtection: { ReplicationOverwriteProtection: this.protectionOf(end) },
    };
  }

  private protectionOf(end: ReplicationEnd): "ENABLED" | "DISABLED" | "REPLICATING" {
    if (this.isHeld(end)) return "REPLICATING";
    const kept = this.changes.get(keyOf(end))?.FileSystemProtection;
    return kept?.ReplicationOverwriteProtection === "DISABLED" ? "DISABLED" : "ENABLED";
  }

  private protect(end: ReplicationEnd, protection: "ENABLED" | "DISABLED" | "REPLICATING"): void {
    this.change(end, { FileSystemProtection: { ReplicationOverwriteProtection: protection } });
  }

  private change(end: ReplicationEnd, changes: Partial<FileSystemDescription>): void {
    this.changes.set(keyOf(end), { ...this.changes.get(keyOf(end)), ...changes });
  }

  private isHeld(end: ReplicationEnd): boolean {
    return this.replications.some((each) => each.holdsDestination && same(each.destination, end));
  }

  private replicationsOf(end: ReplicationEnd): Replication[] {
    return this.replications.filter(
      (each) =>
        each.isSeenIn(end.region) && (same(each.source, end) || same(each.destination, end)),
    );
  }
}

/** A key's id or alias fits every region, its ARN only its own. */
function fitsRegion(keyIdOrArn: string, region: string): boolean {
  return !keyIdOrArn.startsWith("arn:") || keyIdOrArn.split(":")[3] === region;
}

function replicationNotFound(fileSystemId: string): AwsError {
  return new AwsError(
    "ReplicationNotFound",
    `Replication configuration was not found for file system '${fileSystemId}'.`,
  );
}

function describe(replication: Replication, region: string): ReplicationConfigurationDescription {
  const { source, destination, lastSyncAt } = replication;
  const arn = `arn:aws:elasticfilesystem:${source.region}:${accountId}:file-system/${source.fileSystemId}`;
  return {
    SourceFileSystemId: source.fileSystemId,
    SourceFileSystemRegion: source.region,
    SourceFileSystemArn: arn,
    OriginalSourceFileSystemArn: arn,
    SourceFileSystemOwnerId: accountId,
    CreationTime: new Date(replication.createdAt),
    Destinations: [
      {
        Status: replication.statusIn(region),
        FileSystemId: destination.fileSystemId,
        Region: destination.region,
        OwnerId: accountId,
        ...(lastSyncAt === undefined ? {} : { LastReplicatedTimestamp: new Date(lastSyncAt) }),
      },
    ],
  };
}
