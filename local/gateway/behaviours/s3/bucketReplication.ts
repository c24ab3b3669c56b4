import type {
  PutBucketReplicationCommandInput,
  ReplicationConfiguration,
} from "@aws-sdk/client-s3";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";

/**
 * S3 replication settings as they were put. The emulator checks and keeps them, but always reads
 * delete marker replication back as Disabled: every preview would show a difference that no `up`
 * removes. Objects are not copied.
 *
 * Source: S3 API reference, PutBucketReplication and GetBucketReplication.
 */
export class BucketReplicationBehaviour implements Behaviour {
  readonly name = "S3 replication settings";
  readonly service = "s3";
  readonly actions = [
    "PutBucketReplication",
    "GetBucketReplication",
    "DeleteBucketReplication",
    "DeleteBucket",
  ];
  private readonly configurations = new Map<string, ReplicationConfiguration>();

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const input = request.input as unknown as PutBucketReplicationCommandInput;
    const bucket = input.Bucket ?? "";
    const response = await context.forward(request);
    if (response.status >= 400) return response;
    if (request.action === "GetBucketReplication") {
      const kept = this.configurations.get(bucket);
      return kept ? answer(request, { ReplicationConfiguration: kept }) : response;
    }
    if (request.action === "PutBucketReplication" && input.ReplicationConfiguration) {
      this.configurations.set(bucket, input.ReplicationConfiguration);
    } else {
      this.configurations.delete(bucket);
    }
    return response;
  }
}
