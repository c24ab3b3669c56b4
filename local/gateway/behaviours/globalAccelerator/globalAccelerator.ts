import type {
  CreateAcceleratorCommandInput,
  CreateEndpointGroupCommandInput,
  CreateListenerCommandInput,
  EndpointGroup,
  Tag,
  UpdateAcceleratorAttributesCommandInput,
  UpdateAcceleratorCommandInput,
  UpdateEndpointGroupCommandInput,
  UpdateListenerCommandInput,
} from "@aws-sdk/client-global-accelerator";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { answer } from "../../wire/answers";
import { AwsError, notModelled } from "../../wire/awsError";
import {
  changeGroup,
  childArn,
  mergeTags,
  newAccelerator,
  newGroup,
  type KeptAccelerator,
  type KeptGroup,
  type KeptListener,
} from "./accelerators";
import { DataPlane } from "./dataPlane";
import type { RoutedGroup } from "./routing";

/** The only region whose endpoint answers the control plane's calls. */
const controlPlaneRegion = "us-west-2";

type Operation = (input: never, context: BehaviourContext) => object;

/**
 * AWS Global Accelerator: standard accelerators with load-balancer endpoints. A change is on record at
 * once and takes effect in the data plane after a while, meanwhile the accelerator is IN_PROGRESS.
 * The control plane lives in us-west-2 alone and answers to no other region's signature; the data
 * plane goes on without it.
 *
 * Source: Global Accelerator API reference and Developer Guide
 * (docs.aws.amazon.com/global-accelerator/latest/dg).
 */
export class GlobalAcceleratorBehaviour implements Behaviour {
  readonly name = "Global Accelerator";
  readonly service = "globalaccelerator";
  readonly actions = ["*"];
  private readonly accelerators = new Map<string, KeptAccelerator>();
  private readonly tags = new Map<string, Tag[]>();
  private readonly dataPlane = new DataPlane();
  private made = 0;

  start(context: BehaviourContext): void {
    this.dataPlane.start(context);
  }

  stop(): Promise<void> {
    this.dataPlane.stop();
    return Promise.resolve();
  }

  handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    if (request.signedRegion !== controlPlaneRegion) {
      throw new AwsError(
        "InvalidSignatureException",
        `Global Accelerator answers in ${controlPlaneRegion} only; the call is signed for ${request.signedRegion}. Make the client with region ${controlPlaneRegion}.`,
        403,
      );
    }
    const operation = this.operations[request.action];
    if (operation === undefined) {
      throw notModelled(request, "only standard accelerators, listeners and endpoint groups are");
    }
    return Promise.resolve(answer(request, operation(request.input as never, context)));
  }

  /** A listener's groups in their order for a client, see {@link DataPlane.groupsFor}. */
  groupsFor(address: string, port: number, closeness: readonly string[]): readonly RoutedGroup[] {
    return this.dataPlane.groupsFor(this.accelerators.values(), address, port, closeness);
  }

  private readonly operations: Readonly<Record<string, Operation>> = {
    CreateAccelerator: (input: CreateAcceleratorCommandInput, context) => {
      const kept = newAccelerator(input.Name ?? "", ++this.made, context.clock.date());
      kept.accelerator = { ...kept.accelerator, Enabled: input.Enabled ?? true };
      if (input.IpAddressType === "DUAL_STACK") {
        throw new AwsError(
          "InvalidArgumentException",
          "The local AWS models no DUAL_STACK accelerators; use IPV4.",
        );
      }
      this.accelerators.set(kept.arn, kept);
      this.tags.set(kept.arn, input.Tags ?? []);
      this.dataPlane.spread(kept, context);
      return { Accelerator: kept.accelerator };
    },
    DescribeAccelerator: (input: { AcceleratorArn: string }) => ({
      Accelerator: this.accelerator(input.AcceleratorArn).accelerator,
    }),
    ListAccelerators: () => ({
      Accelerators: [...this.accelerators.values()].map(({ accelerator }) => accelerator),
    }),
    UpdateAccelerator: (input: UpdateAcceleratorCommandInput, context) => {
      const kept = this.accelerator(input.AcceleratorArn);
      kept.accelerator = {
        ...kept.accelerator,
        ...(input.Name === undefined ? {} : { Name: input.Name }),
        ...(input.Enabled === undefined ? {} : { Enabled: input.Enabled }),
      };
      this.dataPlane.spread(kept, context);
      return { Accelerator: kept.accelerator };
    },
    DeleteAccelerator: (input: { AcceleratorArn: string }) => {
      const kept = this.accelerator(input.AcceleratorArn);
      if (kept.accelerator.Enabled === true) {
        throw new AwsError(
          "AcceleratorNotDisabledException",
          "The accelerator must be disabled before it is deleted.",
        );
      }
      if (kept.listeners.size > 0) {
        throw new AwsError("AssociatedListenerFoundException", "The accelerator has listeners.");
      }
      this.accelerators.delete(kept.arn);
      return {};
    },
    DescribeAcceleratorAttributes: (input: { AcceleratorArn: string }) => ({
      AcceleratorAttributes: this.accelerator(input.AcceleratorArn).attributes,
    }),
    UpdateAcceleratorAttributes: (input: UpdateAcceleratorAttributesCommandInput) => {
      const kept = this.accelerator(input.AcceleratorArn);
      const { AcceleratorArn, ...attributes } = input;
      kept.attributes = { ...this.accelerator(AcceleratorArn).attributes, ...attributes };
      return { AcceleratorAttributes: kept.attributes };
    },
    CreateListener: (input: CreateListenerCommandInput, context) => {
      const kept = this.accelerator(input.AcceleratorArn);
      const arn = childArn(kept.arn, "listener", String(++this.made));
      const listener: KeptListener = {
        arn,
        groups: new Map(),
        listener: {
          ListenerArn: arn,
          PortRanges: input.PortRanges ?? [],
          Protocol: input.Protocol ?? "TCP",
          ClientAffinity: input.ClientAffinity ?? "NONE",
        },
      };
      kept.listeners.set(arn, listener);
      this.dataPlane.spread(kept, context);
      return { Listener: listener.listener };
    },
    DescribeListener: (input: { ListenerArn: string }) => ({
      Listener: this.listener(input.ListenerArn).listener.listener,
    }),
    ListListeners: (input: { AcceleratorArn: string }) => ({
      Listeners: [...this.accelerator(input.AcceleratorArn).listeners.values()].map(
        ({ listener }) => listener,
      ),
    }),
    UpdateListener: (input: UpdateListenerCommandInput, context) => {
      const { kept, listener } = this.listener(input.ListenerArn);
      const { ListenerArn, ...changes } = input;
      listener.listener = { ...listener.listener, ...changes };
      this.dataPlane.spread(kept, context);
      return { Listener: { ...listener.listener, ListenerArn } };
    },
    DeleteListener: (input: { ListenerArn: string }, context) => {
      const { kept, listener } = this.listener(input.ListenerArn);
      if (listener.groups.size > 0) {
        throw new AwsError(
          "AssociatedEndpointGroupFoundException",
          "The listener has endpoint groups.",
        );
      }
      kept.listeners.delete(listener.arn);
      this.dataPlane.spread(kept, context);
      return {};
    },
    CreateEndpointGroup: (input: CreateEndpointGroupCommandInput, context) => {
      const { kept, listener } = this.listener(input.ListenerArn);
      const group = newGroup(input, listener);
      if (listener.groups.has(group.arn)) {
        throw new AwsError(
          "EndpointGroupAlreadyExistsException",
          `The listener already has an endpoint group in ${group.region}.`,
        );
      }
      listener.groups.set(group.arn, group);
      this.dataPlane.spread(kept, context);
      return { EndpointGroup: this.describe(group) };
    },
    DescribeEndpointGroup: (input: { EndpointGroupArn: string }) => ({
      EndpointGroup: this.describe(this.group(input.EndpointGroupArn).group),
    }),
    ListEndpointGroups: (input: { ListenerArn: string }) => ({
      EndpointGroups: [...this.listener(input.ListenerArn).listener.groups.values()].map((group) =>
        this.describe(group),
      ),
    }),
    UpdateEndpointGroup: (input: UpdateEndpointGroupCommandInput, context) => {
      const { kept, group } = this.group(input.EndpointGroupArn);
      changeGroup(group, input);
      this.dataPlane.spread(kept, context);
      return { EndpointGroup: this.describe(group) };
    },
    DeleteEndpointGroup: (input: { EndpointGroupArn: string }, context) => {
      const { kept, listener, group } = this.group(input.EndpointGroupArn);
      listener.groups.delete(group.arn);
      this.dataPlane.spread(kept, context);
      return {};
    },
    TagResource: (input: { ResourceArn: string; Tags: Tag[] }) => {
      this.accelerator(input.ResourceArn);
      this.tags.set(
        input.ResourceArn,
        mergeTags(this.tags.get(input.ResourceArn) ?? [], input.Tags),
      );
      return {};
    },
    UntagResource: (input: { ResourceArn: string; TagKeys: string[] }) => {
      this.accelerator(input.ResourceArn);
      const left = (this.tags.get(input.ResourceArn) ?? []).filter(
        ({ Key }) => Key === undefined || !input.TagKeys.includes(Key),
      );
      this.tags.set(input.ResourceArn, left);
      return {};
    },
    ListTagsForResource: (input: { ResourceArn: string }) => {
      this.accelerator(input.ResourceArn);
      return { Tags: this.tags.get(input.ResourceArn) ?? [] };
    },
  };

  private describe(group: KeptGroup): EndpointGroup {
    return {
      ...group.settings,
      EndpointDescriptions: group.endpoints.map((endpoint) => ({
        ...endpoint,
        HealthState: this.dataPlane.healthOf(endpoint.EndpointId),
      })),
    };
  }

  private accelerator(arn: string | undefined): KeptAccelerator {
    const kept = this.accelerators.get(arn ?? "");
    if (kept !== undefined) return kept;
    throw new AwsError("AcceleratorNotFoundException", `No accelerator '${arn ?? ""}'.`);
  }

  private listener(arn: string | undefined): { kept: KeptAccelerator; listener: KeptListener } {
    for (const kept of this.accelerators.values()) {
      const listener = kept.listeners.get(arn ?? "");
      if (listener !== undefined) return { kept, listener };
    }
    throw new AwsError("ListenerNotFoundException", `No listener '${arn ?? ""}'.`);
  }

  private group(arn: string | undefined): {
    kept: KeptAccelerator;
    listener: KeptListener;
    group: KeptGroup;
  } {
    for (const kept of this.accelerators.values()) {
      for (const listener of kept.listeners.values()) {
        const group = listener.groups.get(arn ?? "");
        if (group !== undefined) return { kept, listener, group };
      }
    }
    throw new AwsError("EndpointGroupNotFoundException", `No endpoint group '${arn ?? ""}'.`);
  }
}
