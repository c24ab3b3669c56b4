import {
  CreateFileSystemCommand,
  DescribeFileSystemsCommand,
  EFSClient,
  type FileSystemDescription,
} from "@aws-sdk/client-efs";
import type { BehaviourContext } from "../../behaviour";
import { AwsError } from "../../wire/awsError";

/** A file system in its region: one end of a replication. */
export interface ReplicationEnd {
  readonly region: string;
  readonly fileSystemId: string;
}

export function same(a: ReplicationEnd, b: ReplicationEnd): boolean {
  return a.region === b.region && a.fileSystemId === b.fileSystemId;
}

export function keyOf(end: ReplicationEnd): string {
  return `${end.region} ${end.fileSystemId}`;
}

/** A file system's id from the id or the ARN. */
export function idOf(idOrArn: string | undefined): string {
  return (idOrArn ?? "").replace(/^.*file-system\//, "");
}

/** Asks the emulator; its FileSystemNotFound goes to the caller. */
export async function describeFileSystem(
  end: ReplicationEnd,
  context: BehaviourContext,
): Promise<FileSystemDescription> {
  try {
    const { FileSystems } = await context
      .emulator(EFSClient, end.region)
      .send(new DescribeFileSystemsCommand({ FileSystemId: end.fileSystemId }));
    const found = FileSystems?.[0];
    if (found !== undefined) return found;
  } catch (error) {
    if ((error as Error).name !== "FileSystemNotFound") throw error;
  }
  throw new AwsError("FileSystemNotFound", `File system '${end.fileSystemId}' does not exist.`);
}

/**
 * The destination that EFS makes: encrypted, with the source's performance and throughput modes,
 * without mount targets, access points and policies.
 */
export async function makeDestination(
  region: string,
  kmsKeyId: string | undefined,
  original: FileSystemDescription,
  context: BehaviourContext,
): Promise<ReplicationEnd> {
  if (!context.regionIsAlive(region)) {
    throw new AwsError(
      "InternalServerError",
      `The destination's region ${region} does not answer.`,
    );
  }
  const made = await context.emulator(EFSClient, region).send(
    new CreateFileSystemCommand({
      CreationToken: `destination-${original.FileSystemId ?? ""}-${context.clock.now()}`,
      Encrypted: true,
      PerformanceMode: original.PerformanceMode,
      ...(kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId }),
      ...(original.ThroughputMode === undefined || original.ThroughputMode === "provisioned"
        ? {}
        : { ThroughputMode: original.ThroughputMode }),
    }),
  );
  return { region, fileSystemId: made.FileSystemId ?? "" };
}
