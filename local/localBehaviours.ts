import type { Behaviour } from "./gateway/behaviour";
import { AutoScalingBehaviour } from "./gateway/behaviours/autoScaling/autoScaling";
import { BackupSelectionsBehaviour } from "./gateway/behaviours/backup/backupSelections";
import { CloudWatchBehaviour } from "./gateway/behaviours/cloudWatch/cloudWatch";
import { EfsBehaviour } from "./gateway/behaviours/efs/efs";
import type { FileSystemFiles } from "./gateway/behaviours/efs/fileSystemFiles";
import { LaunchedMachinesBehaviour } from "./gateway/behaviours/ec2/launchedMachines";
import { FileSystemSettingsBehaviour } from "./gateway/behaviours/efs/fileSystemSettings";
import { GlobalAcceleratorBehaviour } from "./gateway/behaviours/globalAccelerator/globalAccelerator";
import { ImageBuilderBehaviour } from "./gateway/behaviours/imageBuilder/imageBuilder";
import { LambdaBehaviour } from "./gateway/behaviours/lambda/lambda";
import { LoadBalancerEdge } from "./gateway/behaviours/loadBalancerEdge/loadBalancerEdge";
import type { DatabaseServers } from "./gateway/behaviours/rds/databaseServers";
import { RdsBehaviour } from "./gateway/behaviours/rds/rds";
import { NameServers } from "./gateway/behaviours/route53/nameServers";
import { BucketReplicationBehaviour } from "./gateway/behaviours/s3/bucketReplication";
import { EventBridgeScheduleBehaviour } from "./gateway/behaviours/schedule/eventBridgeSchedule";
import { SnsDeliveryBehaviour } from "./gateway/behaviours/sns/snsDelivery";
import { AssociationsBehaviour } from "./gateway/behaviours/ssm/associations";
import { TargetHealthBehaviour } from "./gateway/behaviours/targetHealth/targetHealth";

/** What is real behind the calls of RDS and EFS. */
export interface RealStorage {
  readonly databases: DatabaseServers;
  readonly homes: FileSystemFiles;
}

/** Everything that the gateway does itself, because the emulator lacks it or gets it wrong. */
export class LocalBehaviours {
  /**
   * Half a minute of real time at the least for each run: on a loaded machine a process takes seconds
   * to start, and ending it for that would only start the next one.
   */
  readonly lambda = new LambdaBehaviour({ leastRealTimeoutMs: 30_000 });
  readonly sns = new SnsDeliveryBehaviour();
  readonly cloudWatch = new CloudWatchBehaviour();
  readonly rds: RdsBehaviour;
  readonly efs: EfsBehaviour;
  readonly globalAccelerator = new GlobalAcceleratorBehaviour();
  readonly loadBalancerEdge = new LoadBalancerEdge();
  readonly nameServers = new NameServers();
  readonly all: readonly Behaviour[];

  /** @param storage real databases and files; without it they are modelled. */
  constructor(storage?: RealStorage) {
    this.rds = new RdsBehaviour(storage?.databases);
    this.efs = new EfsBehaviour(storage?.homes);
    this.all = [
      this.lambda,
      this.sns,
      this.cloudWatch,
      new EventBridgeScheduleBehaviour(),
      new BackupSelectionsBehaviour(),
      this.efs,
      new FileSystemSettingsBehaviour(),
      new BucketReplicationBehaviour(),
      this.globalAccelerator,
      new ImageBuilderBehaviour(),
      this.rds,
      new AutoScalingBehaviour(),
      new LaunchedMachinesBehaviour(),
      new TargetHealthBehaviour(),
      new AssociationsBehaviour(),
      this.loadBalancerEdge,
      this.nameServers,
    ];
  }
}
