import { randomBytes } from "node:crypto";
import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import type { AwsRequest, AwsResponse, Behaviour } from "../gateway/behaviour";
import { answer } from "../gateway/wire/answers";

/**
 * Launches machines without the emulator, which takes tens of milliseconds for each and works on one
 * after the other: five hundred would hold up every other call for longer than a failover lasts, and
 * its slowness would be measured as AWS's. What a machine takes to boot is modelled as ever.
 */
export class QuickMachines implements Behaviour {
  readonly name = "machines without the emulator";
  readonly service = "ec2";
  readonly actions = ["RunInstances"];

  handle(request: AwsRequest): Promise<AwsResponse> {
    const { SubnetId } = request.input as unknown as RunInstancesCommandInput;
    const instance = {
      InstanceId: `i-${randomBytes(9).toString("hex").slice(0, 17)}`,
      InstanceType: "t4g.small" as const,
      PrivateIpAddress: "10.0.0.1",
      Placement: { AvailabilityZone: `${request.region}a` },
      SubnetId,
    };
    return Promise.resolve(answer(request, { Instances: [instance] }));
  }
}
