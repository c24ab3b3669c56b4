import { longerThan, type Properties, type RowContext, type TypeTable } from "../typeRow";

/** VPC, subnets' owners, endpoints, security groups. `awsx:ec2:Vpc` answers with awsx's "Auto" layout. */
export const networkTypes: TypeTable = {
  "awsx:ec2:Vpc": {
    inputs:
      "cidrBlock numberOfAvailabilityZones availabilityZoneNames natGateways subnetStrategy subnetSpecs enableDnsHostnames enableDnsSupport tags vpcEndpointSpecs",
    outputs: vpcOutputs,
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    inputs: "name description vpcId ingress egress tags revokeRulesOnDelete",
    outputs: (_, { name, arn }) => ({ arn: arn("ec2", `security-group/${name}-id`) }),
    refuse: ({ name }) => longerThan("security group", 255, name),
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": { inputs: "vpcId ingress egress tags" },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    inputs:
      "securityGroupId description ipProtocol fromPort toPort cidrIpv4 cidrIpv6 referencedSecurityGroupId prefixListId tags",
    refuse: refuseRule,
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    inputs:
      "securityGroupId description ipProtocol fromPort toPort cidrIpv4 cidrIpv6 referencedSecurityGroupId prefixListId tags",
    refuse: refuseRule,
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    inputs:
      "vpcId serviceName vpcEndpointType policy privateDnsEnabled routeTableIds securityGroupIds subnetIds tags",
  },
  "aws:ec2/flowLog:FlowLog": {
    inputs:
      "vpcId trafficType logDestinationType logDestination iamRoleArn maxAggregationInterval tags",
  },
  "aws:ec2/subnet:Subnet": {
    inputs: "vpcId cidrBlock availabilityZone mapPublicIpOnLaunch tags",
  },
  "aws:ec2/routeTable:RouteTable": { inputs: "vpcId routes tags" },
  "aws:ec2/route:Route": {
    inputs: "routeTableId destinationCidrBlock networkInterfaceId",
  },
  "aws:ec2/networkInterface:NetworkInterface": {
    inputs: "subnetId description securityGroups sourceDestCheck privateIps tags",
    // One in each zone, told apart by the end of its name.
    outputs: (_, { name }) => ({ privateIp: `10.10.${name.endsWith("1") ? 32 : 40}.10` }),
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": { inputs: "subnetId routeTableId" },
  "aws:ec2/networkAcl:NetworkAcl": { inputs: "vpcId subnetIds ingress egress tags" },
};

function vpcOutputs(inputs: Properties, { name, madeByProvider }: RowContext): Properties {
  const zones = inputs.numberOfAvailabilityZones as number;
  const specs = inputs.subnetSpecs as { type: string }[];
  const ids = (type: string): string[] =>
    specs.flatMap((spec) =>
      spec.type.toLowerCase() === type
        ? Array.from({ length: zones }, (_, zone) => `${name}-${type}-${zone + 1}`)
        : [],
    );
  const routeTables = ["public", "private", "isolated"]
    .flatMap(ids)
    .map((subnet) =>
      madeByProvider("aws:ec2/routeTable:RouteTable", subnet, { vpcId: `${name}-vpc` }),
    );
  return {
    vpcId: `${name}-vpc`,
    publicSubnetIds: ids("public"),
    privateSubnetIds: ids("private"),
    isolatedSubnetIds: ids("isolated"),
    routeTables,
    internetGateway: madeByProvider("aws:ec2/internetGateway:InternetGateway", name, {}),
  };
}

function refuseRule(inputs: Properties): string | undefined {
  const sources = ["cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId"];
  const given = sources.filter((each) => inputs[each] !== undefined);
  if (given.length !== 1) return `a rule takes one source, this has ${given.join(", ") || "none"}`;
  const allTraffic = inputs.ipProtocol === "-1";
  const ports = inputs.fromPort !== undefined && inputs.toPort !== undefined;
  return allTraffic === ports ? "ports go with every protocol but -1" : undefined;
}
