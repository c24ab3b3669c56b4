import type { Registration, Registrations } from "../registrations";

/** What anybody on the internet could reach and should not. */
export function publicExposure(registrations: Registrations): string[] {
  return [
    ...openIngress(registrations),
    ...publicBuckets(registrations),
    ...publicDatabases(registrations),
  ];
}

const anywhere = ["0.0.0.0/0", "::/0"];

/** Ports 80 and 443 of the load balancers' group are open to the world; nothing else is. */
function openIngress(registrations: Registrations): string[] {
  const loadBalancerGroups = registrations
    .ofType("aws:ec2/securityGroup:SecurityGroup")
    .filter((each) => each.name.endsWith("-load-balancer"))
    .map((each) => each.id);
  const rules = registrations
    .ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .filter(({ inputs }) => anywhere.includes(String(inputs.cidrIpv4 ?? inputs.cidrIpv6)))
    .filter(
      ({ inputs }) =>
        !(
          loadBalancerGroups.includes(String(inputs.securityGroupId)) &&
          inputs.fromPort === inputs.toPort &&
          [80, 443].includes(inputs.fromPort as number)
        ),
    )
    .map(
      (each) => `${each.name} admits the world to port ${String(each.inputs.fromPort ?? "all")}`,
    );
  const inline = [
    ...registrations.ofType("aws:ec2/securityGroup:SecurityGroup"),
    ...registrations.ofType("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
  ]
    .filter((each) => ((each.inputs.ingress ?? []) as unknown[]).length > 0)
    .map((each) => `${each.name} has inline ingress rules; use one resource per rule`);
  return [...rules, ...inline];
}

function publicBuckets(registrations: Registrations): string[] {
  const blocks = registrations.ofType("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
  const switches = [
    "blockPublicAcls",
    "blockPublicPolicy",
    "ignorePublicAcls",
    "restrictPublicBuckets",
  ];
  return registrations.ofType("aws:s3/bucket:Bucket").flatMap((bucket) => {
    const block = blocks.find((each) => belongsTo(each, bucket));
    return block !== undefined && switches.every((each) => block.inputs[each] === true)
      ? []
      : [`bucket ${bucket.name} does not block all public access`];
  });
}

function publicDatabases(registrations: Registrations): string[] {
  return registrations
    .ofType("aws:rds/instance:Instance")
    .filter((each) => each.inputs.publiclyAccessible !== false)
    .map((each) => `database ${each.name} must set publiclyAccessible to false`);
}

/** Whether a bucket's satellite names this bucket. */
export function belongsTo(satellite: Registration, bucket: Registration): boolean {
  return satellite.inputs.bucket === bucket.id && satellite.region === bucket.region;
}
