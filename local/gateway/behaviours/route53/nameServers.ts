import {
  type ChangeResourceRecordSetsCommandInput,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { AwsRequest, AwsResponse, Behaviour, BehaviourContext } from "../../behaviour";
import { zoneAnswer, type ZoneAnswer } from "./zoneAnswer";

/** Route 53 is one for all regions, and its control plane lives here. */
const controlRegion = "us-east-1";

interface Published {
  readonly records: readonly ResourceRecordSet[];
  /** Number of the change that they hold. */
  readonly change: number;
}

/**
 * Route 53's name servers: the emulator keeps the records, and a change of them is known out there
 * when it has propagated, whole as it was made. They answer nobody by network: the edge asks them.
 *
 * Source: Route 53 API reference, ChangeResourceRecordSets: PENDING until all name servers have it.
 */
export class NameServers implements Behaviour {
  readonly name = "Route 53 name servers";
  readonly service = "route53";
  readonly actions = ["ChangeResourceRecordSets"];
  private readonly zones = new Map<string, Published>();
  private changes = 0;

  async handle(request: AwsRequest, context: BehaviourContext): Promise<AwsResponse> {
    const response = await context.forward(request);
    if (response.status >= 400) return response;
    const { HostedZoneId = "" } = request.input as Partial<ChangeResourceRecordSetsCommandInput>;
    const zone = HostedZoneId.replace("/hostedzone/", "");
    this.changes += 1;
    const change = this.changes;
    const records = await readZone(zone, context);
    context.clock.after(context.latencies.sample("route53Propagation", zone), () => {
      // Of two changes the later one stays, whichever is known first.
      if ((this.zones.get(zone)?.change ?? 0) > change) return;
      this.zones.set(zone, { records, change });
      context.events.record({
        at: context.clock.now(),
        service: this.service,
        region: controlRegion,
        resource: zone,
        what: `all name servers know change ${change} of ${zone}`,
      });
    });
    return response;
  }

  /** What a resolver is told of a name now; see {@link zoneAnswer}. */
  ask(name: string, context: BehaviourContext): ZoneAnswer | undefined {
    const records = [...this.zones.values()].flatMap((zone) => zone.records);
    return zoneAnswer(records, name, () => context.latencies.chance("weighted record", name));
  }
}

async function readZone(zone: string, context: BehaviourContext): Promise<ResourceRecordSet[]> {
  const route53 = context.emulator(Route53Client, controlRegion);
  const records: ResourceRecordSet[] = [];
  let next: { StartRecordName?: string; StartRecordType?: ResourceRecordSet["Type"] } = {};
  for (;;) {
    const page = await route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zone, ...next }),
    );
    records.push(...(page.ResourceRecordSets ?? []));
    if (!page.IsTruncated || page.NextRecordName === undefined) return records;
    next = {
      StartRecordName: page.NextRecordName,
      ...(page.NextRecordType === undefined ? {} : { StartRecordType: page.NextRecordType }),
    };
  }
}
