import {
  CreateAcceleratorCommand,
  CreateEndpointGroupCommand,
  CreateListenerCommand,
  GlobalAcceleratorClient,
} from "@aws-sdk/client-global-accelerator";
import { openWeight } from "../../failover/plan";
import { acceleratorRegion } from "./matrixPlan";
import type { ClientOf } from "./site";

/** What a site's accelerator is made of; the same in each gateway, because names decide its ARNs. */
export interface EdgeArns {
  readonly activeGroupArn: string;
  readonly waitingGroupArn: string;
  /** Address that users connect to. */
  readonly dnsName: string;
}

/** A load balancer and its region. */
interface Endpoint {
  readonly region: string;
  readonly loadBalancerArn: string;
}

/** Makes the accelerator as the stacks do: the waiting region dialled to 0, its endpoint open. */
export async function createEdge(
  {
    prefix,
    active,
    waiting,
  }: { readonly prefix: string; readonly active: Endpoint; readonly waiting: Endpoint },
  client: ClientOf,
): Promise<EdgeArns> {
  const accelerators = client(GlobalAcceleratorClient, acceleratorRegion);
  const { Accelerator } = await accelerators.send(
    new CreateAcceleratorCommand({ Name: prefix, IdempotencyToken: prefix }),
  );
  const { Listener } = await accelerators.send(
    new CreateListenerCommand({
      AcceleratorArn: Accelerator?.AcceleratorArn,
      Protocol: "TCP",
      PortRanges: [{ FromPort: 443, ToPort: 443 }],
      IdempotencyToken: prefix,
    }),
  );
  const group = async (part: Endpoint, dial: number): Promise<string> => {
    const { EndpointGroup } = await accelerators.send(
      new CreateEndpointGroupCommand({
        ListenerArn: Listener?.ListenerArn,
        EndpointGroupRegion: part.region,
        TrafficDialPercentage: dial,
        EndpointConfigurations: [{ EndpointId: part.loadBalancerArn, Weight: openWeight }],
        IdempotencyToken: part.region,
      }),
    );
    return EndpointGroup?.EndpointGroupArn ?? "";
  };
  const activeGroupArn = await group(active, 100);
  const waitingGroupArn = await group(waiting, 0);
  return { activeGroupArn, waitingGroupArn, dnsName: Accelerator?.DnsName ?? "" };
}
