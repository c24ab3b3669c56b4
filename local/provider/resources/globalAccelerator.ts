import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import {
  defaulted,
  replace,
  resourceType,
  unread,
  update,
  type AnyResourceType,
} from "../resourceType";
import { retagWith, tagsIfAny, unlessMissing } from "./tagging";

/** The zone of all accelerators' names, the same everywhere. */
const acceleratorZone = "Z2BJ6XQ5FK7U4H";

type AcceleratorOperation = Operation<
  aws.globalaccelerator.Accelerator,
  aws.globalaccelerator.AcceleratorArgs
>;

const accelerator = resourceType<
  aws.globalaccelerator.Accelerator,
  aws.globalaccelerator.AcceleratorArgs
>({
  token: "aws:globalaccelerator/accelerator:Accelerator",
  inputs: {
    name: update,
    enabled: defaulted(update, true),
    ipAddressType: defaulted(update, "IPV4"),
    ipAddresses: replace,
    attributes: unread(update),
  },
  name: { property: "name", maxLength: 64 },
  async create(operation) {
    const { Accelerator } = await operation.call("globalAccelerator", "createAccelerator", {
      ...operation.arguments({ attributes: undefined }),
      idempotencyToken: operation.idempotencyToken,
      tags: tagsIfAny(operation),
    });
    const arn = present(Accelerator?.AcceleratorArn, "the accelerator's ARN");
    await untilDeployed(operation.withId(arn));
    await writeAttributes(operation.withId(arn));
    return arn;
  },
  ready: untilDeployed,
  async update(operation) {
    if (operation.changed("name", "enabled", "ipAddressType")) {
      const { name, enabled, ipAddressType } = operation.inputs;
      await operation.call("globalAccelerator", "updateAccelerator", {
        AcceleratorArn: operation.id,
        name,
        enabled,
        ipAddressType,
      });
      await untilDeployed(operation);
    }
    await writeAttributes(operation);
  },
  async read(operation) {
    const found = await describe(operation);
    if (found === undefined) return undefined;
    return {
      arn: found.AcceleratorArn,
      dnsName: found.DnsName,
      dualStackDnsName: found.DualStackDnsName,
      enabled: found.Enabled,
      hostedZoneId: acceleratorZone,
      ipAddresses: found.IpSets?.flatMap(({ IpAddresses }) => IpAddresses ?? []),
      ipSets: found.IpSets?.map(({ IpAddresses, IpAddressFamily }) => ({
        ipAddresses: IpAddresses ?? [],
        ipFamily: IpAddressFamily === "IPv6" ? "IPv6" : "IPv4",
      })),
      name: found.Name,
    };
  },
  retag: retagWith("globalAccelerator", { resource: ({ id }) => ({ ResourceArn: id }) }),
  async delete(operation) {
    // AWS deletes only what is disabled and settled.
    const AcceleratorArn = operation.id;
    await operation.call("globalAccelerator", "updateAccelerator", {
      AcceleratorArn,
      Enabled: false,
    });
    await untilDeployed(operation);
    await operation.call("globalAccelerator", "deleteAccelerator", { AcceleratorArn });
  },
});

async function describe(operation: AcceleratorOperation) {
  const answer = await operation.call("globalAccelerator", "describeAccelerator", {
    AcceleratorArn: operation.id,
  });
  return answer.Accelerator;
}

async function untilDeployed(operation: AcceleratorOperation): Promise<void> {
  await operation.untilTrue("deployed", async () => {
    return (await describe(operation))?.Status === "DEPLOYED";
  });
}

async function writeAttributes(operation: AcceleratorOperation): Promise<void> {
  const { attributes } = operation.inputs;
  if (!operation.changed("attributes") || attributes === undefined) return;
  await operation.call("globalAccelerator", "updateAcceleratorAttributes", {
    AcceleratorArn: operation.id,
    ...attributes,
  });
}

const listener = resourceType<aws.globalaccelerator.Listener, aws.globalaccelerator.ListenerArgs>({
  token: "aws:globalaccelerator/listener:Listener",
  inputs: {
    acceleratorArn: replace,
    protocol: update,
    clientAffinity: defaulted(update, "NONE"),
    portRanges: update,
  },
  async create(operation) {
    const { Listener } = await operation.call("globalAccelerator", "createListener", {
      ...operation.arguments(),
      idempotencyToken: operation.idempotencyToken,
    });
    return present(Listener?.ListenerArn, "the listener's ARN");
  },
  async update(operation) {
    await operation.call("globalAccelerator", "updateListener", {
      ...operation.arguments({ acceleratorArn: undefined }),
      ListenerArn: operation.id,
    });
  },
  async read(operation) {
    const { Listener: found } = await operation.call("globalAccelerator", "describeListener", {
      ListenerArn: operation.id,
    });
    if (found === undefined) return undefined;
    return {
      arn: found.ListenerArn,
      clientAffinity: found.ClientAffinity,
      protocol: found.Protocol,
      portRanges: found.PortRanges?.map(({ FromPort, ToPort }) => ({
        fromPort: FromPort ?? 0,
        toPort: ToPort ?? 0,
      })),
    };
  },
  async delete(operation) {
    await operation.call("globalAccelerator", "deleteListener", { ListenerArn: operation.id });
  },
});

type GroupOperation = Operation<
  aws.globalaccelerator.EndpointGroup,
  aws.globalaccelerator.EndpointGroupArgs
>;

const endpointGroup = resourceType<
  aws.globalaccelerator.EndpointGroup,
  aws.globalaccelerator.EndpointGroupArgs
>({
  token: "aws:globalaccelerator/endpointGroup:EndpointGroup",
  inputs: {
    listenerArn: replace,
    endpointGroupRegion: replace,
    endpointConfigurations: update,
    trafficDialPercentage: defaulted(update, 100),
    healthCheckIntervalSeconds: defaulted(update, 30),
    healthCheckPath: update,
    healthCheckPort: update,
    healthCheckProtocol: defaulted(update, "TCP"),
    thresholdCount: defaulted(update, 3),
    portOverrides: unread(update),
  },
  async create(operation) {
    const { EndpointGroup } = await operation.call("globalAccelerator", "createEndpointGroup", {
      ...operation.arguments(),
      endpointGroupRegion: operation.inputs.endpointGroupRegion ?? operation.region,
      idempotencyToken: operation.idempotencyToken,
    });
    return present(EndpointGroup?.EndpointGroupArn, "the endpoint group's ARN");
  },
  async update(operation) {
    await operation.call("globalAccelerator", "updateEndpointGroup", {
      ...operation.arguments({ listenerArn: undefined, endpointGroupRegion: undefined }),
      EndpointGroupArn: operation.id,
    });
  },
  async read(operation) {
    const found = await group(operation);
    if (found === undefined) return undefined;
    return {
      arn: found.EndpointGroupArn,
      endpointGroupRegion: found.EndpointGroupRegion,
      healthCheckPort: found.HealthCheckPort,
      trafficDialPercentage: found.TrafficDialPercentage,
      endpointConfigurations: found.EndpointDescriptions?.map((endpoint) => ({
        endpointId: endpoint.EndpointId ?? "",
        weight: endpoint.Weight ?? 128,
        clientIpPreservationEnabled: endpoint.ClientIPPreservationEnabled ?? true,
      })),
    };
  },
  async delete(operation) {
    await unlessMissing(
      operation.call("globalAccelerator", "deleteEndpointGroup", {
        EndpointGroupArn: operation.id,
      }),
    );
  },
});

async function group(operation: GroupOperation) {
  const answer = await operation.call("globalAccelerator", "describeEndpointGroup", {
    EndpointGroupArn: operation.id,
  });
  return answer.EndpointGroup;
}

/** The world-wide front door. */
export const types: readonly AnyResourceType[] = [accelerator, listener, endpointGroup];
