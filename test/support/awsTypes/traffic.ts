import type { TypeTable } from "../typeRow";

/** Global Accelerator and Route 53. */
export const trafficTypes: TypeTable = {
  "aws:globalaccelerator/accelerator:Accelerator": {
    global: true,
    inputs: "name ipAddressType enabled attributes tags",
    outputs: (_, { arn, name }) => ({
      arn: arn("globalaccelerator", `accelerator/${name}`, ""),
      dnsName: `${name}.awsglobalaccelerator.com`,
      hostedZoneId: "Z2BJ6XQ5FK7U4H",
      ipSets: [{ ipFamily: "IPv4", ipAddresses: ["192.0.2.1", "198.51.100.1"] }],
    }),
  },
  "aws:globalaccelerator/listener:Listener": {
    global: true,
    inputs: "acceleratorArn protocol portRanges clientAffinity",
    outputs: ({ acceleratorArn }, { name }) => ({
      arn: `${String(acceleratorArn)}/listener/${name}`,
    }),
  },
  "aws:globalaccelerator/endpointGroup:EndpointGroup": {
    global: true,
    inputs: "listenerArn endpointGroupRegion trafficDialPercentage endpointConfigurations",
    outputs: ({ listenerArn }, { name }) => ({
      arn: `${String(listenerArn)}/endpoint-group/${name}`,
    }),
  },
  "aws:route53/zone:Zone": {
    global: true,
    inputs: "name comment vpcs tags",
    outputs: ({ name }, { arn }) => ({
      arn: arn("route53", `hostedzone/${String(name)}`, "", ""),
      zoneId: `Z-${String(name)}`,
      nameServers: ["ns-1.example.net", "ns-2.example.org"],
    }),
  },
  "aws:route53/healthCheck:HealthCheck": {
    global: true,
    inputs: "type cloudwatchAlarmName cloudwatchAlarmRegion insufficientDataHealthStatus tags",
  },
  "aws:route53/record:Record": {
    global: true,
    inputs:
      "zoneId name type ttl records aliases setIdentifier weightedRoutingPolicies healthCheckId allowOverwrite",
    outputs: ({ name }) => ({ fqdn: String(name) }),
    refuse: ({ aliases, records }) =>
      (aliases === undefined) === (records === undefined)
        ? "a record has either records or an alias"
        : undefined,
  },
};
