import { AutoScalingBehaviour } from "./gateway/behaviours/autoScaling/autoScaling";
import { CloudWatchBehaviour } from "./gateway/behaviours/cloudWatch/cloudWatch";
import { EfsBehaviour } from "./gateway/behaviours/efs/efs";
import { GlobalAcceleratorBehaviour } from "./gateway/behaviours/globalAccelerator/globalAccelerator";
import { LambdaBehaviour } from "./gateway/behaviours/lambda/lambda";
import { LoadBalancerEdge } from "./gateway/behaviours/loadBalancerEdge/loadBalancerEdge";
import { RdsBehaviour } from "./gateway/behaviours/rds/rds";
import { EventBridgeScheduleBehaviour } from "./gateway/behaviours/schedule/eventBridgeSchedule";
import { SnsDeliveryBehaviour } from "./gateway/behaviours/sns/snsDelivery";
import { TargetHealthBehaviour } from "./gateway/behaviours/targetHealth/targetHealth";

/** Everything that the gateway does itself, because the emulator lacks it or gets it wrong. */
export class LocalBehaviours {
  readonly lambda = new LambdaBehaviour();
  readonly sns = new SnsDeliveryBehaviour();
  readonly cloudWatch = new CloudWatchBehaviour();
  readonly all = [
    this.lambda,
    this.sns,
    this.cloudWatch,
    new EventBridgeScheduleBehaviour(),
    new EfsBehaviour(),
    new GlobalAcceleratorBehaviour(),
    new RdsBehaviour(),
    new AutoScalingBehaviour(),
    new TargetHealthBehaviour(),
    new LoadBalancerEdge(),
  ];
}
