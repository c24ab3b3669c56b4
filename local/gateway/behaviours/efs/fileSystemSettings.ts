import type {
  PutBackupPolicyCommandInput,
  PutFileSystemPolicyCommandInput,
} from "@aws-sdk/client-efs";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError } from "../../wire/awsError";
import { describeFileSystem, idOf, keyOf, type ReplicationEnd } from "./fileSystems";

type Operation = (request: AwsRequest, end: ReplicationEnd) => object;

/**
 * What is bound to a file system beside its replication: its resource policy, which the emulator
 * takes but cannot delete, and its backup policy, which the emulator cannot change.
 *
 * Source: EFS API reference, PutFileSystemPolicy, DeleteFileSystemPolicy, PutBackupPolicy: a file
 * system without a policy answers PolicyNotFound when it is described; deleting none succeeds.
 */
export class FileSystemSettingsBehaviour implements Behaviour {
  readonly name = "EFS policies";
  readonly service = "elasticfilesystem";
  private readonly backupPolicies = new Map<string, "ENABLED" | "DISABLED">();
  private readonly policies = new Map<string, string>();
  private readonly operations: Readonly<Record<string, Operation>> = {
    PutBackupPolicy: (request, end) => this.putBackupPolicy(request, end),
    DescribeBackupPolicy: (_, end) => ({
      BackupPolicy: { Status: kept(this.backupPolicies, end) },
    }),
    PutFileSystemPolicy: (request, end) => this.putPolicy(request, end),
    DescribeFileSystemPolicy: (_, end) => ({
      FileSystemId: end.fileSystemId,
      Policy: kept(this.policies, end),
    }),
    DeleteFileSystemPolicy: (_, end) => {
      this.policies.delete(keyOf(end));
      return {};
    },
  };
  readonly actions: readonly string[] = Object.keys(this.operations);

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const { FileSystemId } = request.input as { FileSystemId?: string };
    const end: ReplicationEnd = { region: request.region, fileSystemId: idOf(FileSystemId) };
    await describeFileSystem(end, context);
    const operation = this.operations[request.action];
    if (operation === undefined) return context.forward(request);
    return answer(request, operation(request, end));
  }

  private putBackupPolicy(request: AwsRequest, end: ReplicationEnd): object {
    const input = request.input as unknown as PutBackupPolicyCommandInput;
    const status = input.BackupPolicy?.Status === "ENABLED" ? "ENABLED" : "DISABLED";
    this.backupPolicies.set(keyOf(end), status);
    return { BackupPolicy: { Status: status } };
  }

  private putPolicy(request: AwsRequest, end: ReplicationEnd): object {
    const { Policy } = request.input as unknown as PutFileSystemPolicyCommandInput;
    if (Policy === undefined) throw new AwsError("BadRequest", "Policy is required.");
    this.policies.set(keyOf(end), Policy);
    return { FileSystemId: end.fileSystemId, Policy };
  }
}

function kept<Value>(all: ReadonlyMap<string, Value>, end: ReplicationEnd): Value {
  const value = all.get(keyOf(end));
  if (value !== undefined) return value;
  throw new AwsError("PolicyNotFound", `File system '${end.fileSystemId}' has no such policy.`);
}
