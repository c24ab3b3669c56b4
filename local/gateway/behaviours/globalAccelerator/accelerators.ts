import { createHash } from "node:crypto";
import type {
  Accelerator,
  AcceleratorAttributes,
  CreateEndpointGroupCommandInput,
  EndpointConfiguration,
  EndpointGroup,
  Listener,
  Tag,
} from "@aws-sdk/client-global-accelerator";
import { AwsError } from "../../wire/awsError";
import { accountId } from "../accountId";

/** An endpoint as configured, with the API's defaults. */
export interface KeptEndpoint {
  readonly EndpointId: string;
  readonly Weight: number;
  readonly ClientIPPreservationEnabled: boolean;
}

/** An endpoint group with its endpoints as configured. */
export interface KeptGroup {
  readonly arn: string;
  readonly region: string;
  settings: Omit<EndpointGroup, "EndpointDescriptions">;
  endpoints: KeptEndpoint[];
}

export interface KeptListener {
  readonly arn: string;
  listener: Listener;
  readonly groups: Map<string, KeptGroup>;
}

export interface KeptAccelerator {
  readonly arn: string;
  accelerator: Accelerator;
  attributes: AcceleratorAttributes;
  readonly listeners: Map<string, KeptListener>;
  /** How many changes there were, and the last of them that reached every edge location. */
  changes: number;
  spread: number;
}

/** Weight of an endpoint that names none (API reference, EndpointConfiguration). */
const defaultWeight = 128;

/** A new accelerator. Its addresses follow from name and number, so that each run has the same. */
export function newAccelerator(name: string, number: number, now: Date): KeptAccelerator {
  const hash = createHash("sha256").update(`${name} ${number}`).digest("hex");
  const id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  const byte = (at: number) => parseInt(hash.slice(at, at + 2), 16);
  const arn = `arn:aws:globalaccelerator::${accountId}:accelerator/${id}`;
  // 203.0.113.0/24 and 198.51.100.0/24 are reserved for documentation (RFC 5737).
  const addresses = [`203.0.113.${byte(0)}`, `198.51.100.${byte(2)}`];
  return {
    arn,
    changes: 0,
    spread: 0,
    listeners: new Map(),
    attributes: { FlowLogsEnabled: false },
    accelerator: {
      AcceleratorArn: arn,
      Name: name,
      IpAddressType: "IPV4",
      Enabled: true,
      IpSets: [{ IpAddressFamily: "IPv4", IpAddresses: addresses }],
      DnsName: `a${hash.slice(0, 16)}.awsglobalaccelerator.com`,
      Status: "IN_PROGRESS",
      CreatedTime: now,
      LastModifiedTime: now,
    },
  };
}

/** A listener's or group's ARN below its parent's. */
export function childArn(parent: string, kind: "listener" | "endpoint-group", key: string): string {
  const hash = createHash("sha256").update(`${parent} ${kind} ${key}`).digest("hex");
  return `${parent}/${kind}/${hash.slice(0, kind === "listener" ? 8 : 12)}`;
}

/** An endpoint group with the API's defaults. */
export function newGroup(
  input: CreateEndpointGroupCommandInput,
  listener: KeptListener,
): KeptGroup {
  const region = input.EndpointGroupRegion ?? "";
  const arn = childArn(listener.arn, "endpoint-group", region);
  const group: KeptGroup = {
    arn,
    region,
    endpoints: [],
    settings: {
      EndpointGroupArn: arn,
      EndpointGroupRegion: region,
      TrafficDialPercentage: 100,
      HealthCheckPort: listener.listener.PortRanges?.[0]?.FromPort ?? 80,
      HealthCheckProtocol: "TCP",
      HealthCheckIntervalSeconds: 30,
      ThresholdCount: 3,
      PortOverrides: [],
    },
  };
  changeGroup(group, input);
  return group;
}

/** Applies what an input names; the list of endpoints replaces the one before as a whole. */
export function changeGroup(
  group: KeptGroup,
  input: Omit<
    CreateEndpointGroupCommandInput,
    "ListenerArn" | "EndpointGroupRegion" | "IdempotencyToken"
  >,
): void {
  const dial = input.TrafficDialPercentage;
  if (dial !== undefined && !(dial >= 0 && dial <= 100)) {
    throw new AwsError(
      "InvalidArgumentException",
      `TrafficDialPercentage is ${dial}; it must be 0 to 100.`,
    );
  }
  const { EndpointConfigurations } = input;
  const endpoints = EndpointConfigurations?.map((each) => checkedEndpoint(each, group.region));
  const settings = {
    TrafficDialPercentage: dial,
    HealthCheckPort: input.HealthCheckPort,
    HealthCheckProtocol: input.HealthCheckProtocol,
    HealthCheckPath: input.HealthCheckPath,
    HealthCheckIntervalSeconds: input.HealthCheckIntervalSeconds,
    ThresholdCount: input.ThresholdCount,
    PortOverrides: input.PortOverrides,
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  group.settings = { ...group.settings, ...Object.fromEntries(given) };
  if (endpoints !== undefined) group.endpoints = endpoints;
}

function checkedEndpoint(configuration: EndpointConfiguration, region: string): KeptEndpoint {
  const { EndpointId = "", Weight = defaultWeight } = configuration;
  if (!/^arn:aws[a-z-]*:elasticloadbalancing:[^:]+:\d+:loadbalancer\//.test(EndpointId)) {
    throw new AwsError(
      "InvalidArgumentException",
      `The endpoint '${EndpointId}' is no load balancer's ARN; the local AWS models no other endpoints.`,
    );
  }
  if (EndpointId.split(":")[3] !== region) {
    throw new AwsError(
      "InvalidArgumentException",
      `The endpoint '${EndpointId}' is not in the endpoint group's region ${region}.`,
    );
  }
  if (!Number.isInteger(Weight) || Weight < 0 || Weight > 255) {
    throw new AwsError("InvalidArgumentException", `Weight is ${Weight}; it must be 0 to 255.`);
  }
  return {
    EndpointId,
    Weight,
    ClientIPPreservationEnabled: configuration.ClientIPPreservationEnabled ?? true,
  };
}

/** Tags as AWS keeps them: one value a key. */
export function mergeTags(before: readonly Tag[], added: readonly Tag[]): Tag[] {
  const merged = new Map(before.map((tag) => [tag.Key, tag]));
  for (const tag of added) merged.set(tag.Key, tag);
  return [...merged.values()];
}
