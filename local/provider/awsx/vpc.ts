import type { ComponentMonitor, Registered } from "./monitor";
import { reference } from "./monitor";
import type { VpcArguments } from "./vpcArguments";
import { layoutSubnets, type PlannedSubnet } from "./vpcLayout";
import { withoutUndefined, type Properties } from "../wire";

interface ZoneSubnet extends PlannedSubnet {
  readonly subnet: Registered;
  readonly routeTable: Registered;
}

interface VpcResources {
  readonly vpc: Registered;
  readonly gateway: Registered;
  readonly subnets: readonly ZoneSubnet[];
  readonly associations: readonly Registered[];
  readonly routes: readonly Registered[];
  readonly natGateways: readonly Registered[];
  readonly eips: readonly Registered[];
}

/**
 * Constructs what `awsx.ec2.Vpc` does, with its children's types, names, parents and tags
 * (pulumi-awsx, `awsx/ec2/vpc.ts`).
 *
 * @returns the component's outputs
 */
export async function constructVpc(
  monitor: ComponentMonitor,
  name: string,
  component: Registered,
  args: VpcArguments,
): Promise<Properties> {
  const zones = await availabilityZones(monitor, args);
  const plan = layoutSubnets({
    vpcName: name,
    cidrBlock: args.cidrBlock,
    availabilityZones: zones,
    subnetSpecs: args.subnetSpecs,
  });
  refuseNatWithoutSubnets(args, plan);
  const tags = { Name: name, ...args.tags };
  const vpc = await monitor.registerChild({
    type: "aws:ec2/vpc:Vpc",
    name,
    parent: component,
    inputs: withoutUndefined({
      cidrBlock: args.cidrBlock,
      enableDnsHostnames: args.enableDnsHostnames,
      enableDnsSupport: args.enableDnsSupport,
      tags,
    }),
  });
  const [gateway, subnets] = await Promise.all([
    monitor.registerChild({
      type: "aws:ec2/internetGateway:InternetGateway",
      name,
      parent: vpc,
      inputs: { vpcId: vpc.id, tags },
      uses: { vpcId: [vpc] },
    }),
    Promise.all(plan.map((planned) => makeSubnet(monitor, vpc, planned, tags))),
  ]);
  const associations = await Promise.all(subnets.map((subnet) => associate(monitor, subnet)));
  const nat = await makeNatGateways(monitor, name, args, zones, subnets);
  const routes = await makeRoutes(monitor, args, gateway, nat.natGateways, subnets);
  return outputs(args, { vpc, gateway, subnets, associations, routes, ...nat });
}

async function availabilityZones(
  monitor: ComponentMonitor,
  { availabilityZones: wanted }: VpcArguments,
): Promise<readonly string[]> {
  if (typeof wanted !== "number") return wanted;
  const token = "aws:index/getAvailabilityZones:getAvailabilityZones";
  const { names } = (await monitor.invoke(token, {})) as { names: string[] };
  if (names.length < wanted) {
    throw new Error(`The configured region has ${names.length} availability zones, not ${wanted}.`);
  }
  return names.slice(0, wanted);
}

function refuseNatWithoutSubnets(args: VpcArguments, plan: readonly PlannedSubnet[]): void {
  if (args.natStrategy === "None") return;
  const has = (...types: string[]): boolean => plan.some(({ type }) => types.includes(type));
  if (has("Public") && has("Private", "Isolated")) return;
  throw new Error(
    "If NAT Gateway strategy is 'OnePerAz' or 'Single', public subnets must be declared to host " +
      "the NAT Gateway resource, along with private or isolated subnets to route through it.",
  );
}

async function makeSubnet(
  monitor: ComponentMonitor,
  vpc: Registered,
  planned: PlannedSubnet,
  shared: Properties,
): Promise<ZoneSubnet> {
  const own = { Name: planned.name, SubnetType: planned.type };
  const subnet = await monitor.registerChild({
    type: "aws:ec2/subnet:Subnet",
    name: planned.name,
    parent: vpc,
    inputs: {
      vpcId: vpc.id,
      availabilityZone: planned.availabilityZone,
      mapPublicIpOnLaunch: planned.type === "Public",
      cidrBlock: planned.cidrBlock,
      assignIpv6AddressOnCreation: false,
      tags: { ...shared, ...planned.tags, ...own },
    },
    uses: { vpcId: [vpc] },
  });
  const routeTable = await monitor.registerChild({
    type: "aws:ec2/routeTable:RouteTable",
    name: planned.name,
    parent: subnet,
    inputs: { vpcId: vpc.id, tags: { ...shared, ...own } },
    uses: { vpcId: [vpc] },
    dependsOn: [subnet],
  });
  return { ...planned, subnet, routeTable };
}

function associate(monitor: ComponentMonitor, item: ZoneSubnet): Promise<Registered> {
  const { name, subnet, routeTable } = item;
  return monitor.registerChild({
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    name,
    parent: routeTable,
    inputs: { routeTableId: routeTable.id, subnetId: subnet.id },
    uses: { routeTableId: [routeTable], subnetId: [subnet] },
  });
}

/** One gateway in the first public subnet of each zone, or in the first zone's alone. */
async function makeNatGateways(
  monitor: ComponentMonitor,
  vpcName: string,
  args: VpcArguments,
  zones: readonly string[],
  subnets: readonly ZoneSubnet[],
): Promise<{ natGateways: Registered[]; eips: Registered[] }> {
  if (args.natStrategy === "None") return { natGateways: [], eips: [] };
  const served = args.natStrategy === "Single" ? zones.slice(0, 1) : zones;
  const hosts = served.map((zone) =>
    subnets.find(({ type, availabilityZone }) => type === "Public" && availabilityZone === zone),
  );
  const made = await Promise.all(
    hosts.flatMap((host) =>
      host === undefined ? [] : [makeNatGateway(monitor, vpcName, args, host)],
    ),
  );
  return { natGateways: made.map(({ nat }) => nat), eips: made.map(({ eip }) => eip) };
}

async function makeNatGateway(
  monitor: ComponentMonitor,
  vpcName: string,
  args: VpcArguments,
  { subnet, zoneNumber }: ZoneSubnet,
): Promise<{ eip: Registered; nat: Registered }> {
  const name = `${vpcName}-${zoneNumber}`;
  const tags = { ...args.tags, Name: name };
  const eip = await monitor.registerChild({
    type: "aws:ec2/eip:Eip",
    name,
    parent: subnet,
    inputs: { tags },
    dependsOn: [subnet],
  });
  const nat = await monitor.registerChild({
    type: "aws:ec2/natGateway:NatGateway",
    name,
    parent: subnet,
    inputs: { subnetId: subnet.id, allocationId: eip.id, tags },
    uses: { subnetId: [subnet], allocationId: [eip] },
  });
  return { eip, nat };
}

/** Public subnets go out by the internet gateway, private ones by NAT, isolated ones not at all. */
async function makeRoutes(
  monitor: ComponentMonitor,
  args: VpcArguments,
  gateway: Registered,
  natGateways: readonly Registered[],
  subnets: readonly ZoneSubnet[],
): Promise<Registered[]> {
  const routes = subnets.map((item) => {
    if (item.type === "Public") return makeRoute(monitor, item, "gatewayId", gateway);
    if (item.type !== "Private" || args.natStrategy === "None") return undefined;
    const index = args.natStrategy === "Single" ? 0 : item.zoneNumber - 1;
    const nat = natGateways[index];
    return nat === undefined ? undefined : makeRoute(monitor, item, "natGatewayId", nat);
  });
  return Promise.all(routes.filter((route) => route !== undefined));
}

function makeRoute(
  monitor: ComponentMonitor,
  { name, routeTable }: ZoneSubnet,
  property: "gatewayId" | "natGatewayId",
  target: Registered,
): Promise<Registered> {
  return monitor.registerChild({
    type: "aws:ec2/route:Route",
    name,
    parent: routeTable,
    inputs: {
      routeTableId: routeTable.id,
      [property]: target.id,
      destinationCidrBlock: "0.0.0.0/0",
    },
    uses: { routeTableId: [routeTable], [property]: [target] },
  });
}

function outputs(args: VpcArguments, made: VpcResources): Properties {
  const of = (type: string): Registered[] =>
    made.subnets.filter((item) => item.type === type).map(({ subnet }) => subnet);
  const ids = (list: readonly Registered[]): string[] => list.map(({ id }) => id);
  const references = (list: readonly Registered[]): Properties[] => list.map(reference);
  return {
    vpcId: made.vpc.id,
    vpc: reference(made.vpc),
    internetGateway: reference(made.gateway),
    subnets: references(made.subnets.map(({ subnet }) => subnet)),
    publicSubnets: references(of("Public")),
    privateSubnets: references(of("Private")),
    isolatedSubnets: references(of("Isolated")),
    publicSubnetIds: ids(of("Public")),
    privateSubnetIds: ids(of("Private")),
    isolatedSubnetIds: ids(of("Isolated")),
    routeTables: references(made.subnets.map(({ routeTable }) => routeTable)),
    routeTableAssociations: references(made.associations),
    routes: references(made.routes),
    natGateways: references(made.natGateways),
    eips: references(made.eips),
    vpcEndpoints: [],
    subnetLayout: args.subnetSpecs.map(({ type, cidrMask, name }) =>
      withoutUndefined({
        type,
        name,
        cidrMask,
        size: cidrMask === undefined ? undefined : 2 ** (32 - cidrMask),
      }),
    ),
  };
}
