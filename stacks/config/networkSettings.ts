import { z } from "zod";
import { mostBastionRanges } from "../../components/limits";
import { contains, parseCidr } from "./cidr";
import { cidr, flag, instanceType, logRetention, oneOf, wholeNumber } from "./fields";

/** AWS services that can be reached without NAT through an interface endpoint. */
export const endpointServices = [
  "autoscaling",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "ecs",
  "elasticfilesystem",
  "kms",
  "logs",
  "monitoring",
  "secretsmanager",
  "sns",
  "ssm",
  "ssmmessages",
  "sts",
] as const;

/** Without NAT a controller that lacks one of these cannot boot, mount its home or be reached. */
export const endpointsNeededWithoutNat = [
  "elasticfilesystem",
  "logs",
  "monitoring",
  "secretsmanager",
  "ssm",
  "ssmmessages",
] as const satisfies readonly (typeof endpointServices)[number][];

/** RFC 1918 and RFC 6598: other addresses belong to someone whom builds may have to reach. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

function isPrivate(text: string): boolean {
  const range = parseCidr(text);
  return (
    !range ||
    privateRanges.some((outer) => {
      const parsed = parseCidr(outer);
      return parsed !== undefined && contains(parsed, range);
    })
  );
}

/** A VPC's range. */
export function vpcRange() {
  return cidr("a private IPv4 range from /16 to /20, such as 10.10.0.0/16", 20, 16).superRefine(
    (value, context) => {
      if (isPrivate(value)) return;
      const fix = `take a part of ${privateRanges.join(", ")}`;
      context.addIssue({ code: "custom", message: "is not private", params: { fix } });
    },
  );
}

/** A machine for SSH. */
export const bastion = z
  .strictObject({
    allowFrom: z
      .array(cidr("IPv4 ranges of /8 or longer, such as 203.0.113.0/24", 32, 8))
      .min(1)
      .max(mostBastionRanges)
      .meta({
        description: "Ranges that may open SSH to it; never the whole internet.",
        allowed: `1 to ${mostBastionRanges} IPv4 ranges`,
        fix: "give your office's or VPN's outgoing address: 203.0.113.7/32",
      }),
    instanceType: instanceType()
      .default("t4g.nano")
      .meta({ description: "The bastion's size.", cost: "t4g.nano: $3.07 a month" }),
  })
  .meta({
    allowed: "an object with the key allowFrom",
    fix: "leave it out to use Session Manager",
  });

/** Both regions' networks, alike but for their address ranges. */
export const networkFields = {
  network: z
    .strictObject({
      cidr: z
        .strictObject({
          primary: vpcRange()
            .default("10.10.0.0/16")
            .meta({ description: "VPC of `regions.primary`. Changing it replaces the network." }),
          dr: vpcRange().default("10.20.0.0/16").meta({
            description:
              "VPC of `regions.dr`; must not overlap the other, so that the two can be peered.",
          }),
        })
        .prefault({})
        .meta({ allowed: "an object with the keys primary and dr" }),
      availabilityZones: wholeNumber(2, 3).default(2).meta({
        description: "Zones that each region's subnets, machines and mount targets spread over.",
        fix: "use 2 or 3: one zone would make every other protection moot",
      }),
      nat: oneOf(["none", "single", "perAz"]).default("single").meta({
        description:
          "Way out for private subnets. `single` stops builds' internet access with its zone; `perAz` does not; `none` needs `interfaceEndpoints` and keeps controllers from reading the other region's record, so they cannot fence themselves.",
        cost: "each gateway $0.045/h = $32.85 a month, plus $0.045/GB; both regions have them",
      }),
      interfaceEndpoints: z
        .array(
          oneOf(endpointServices).meta({
            fix: "use a service's short name, as in com.amazonaws.<region>.<name>",
          }),
        )
        .default([])
        .meta({
          description:
            "AWS services reached inside the VPC. S3 and DynamoDB have gateway endpoints always, free of charge.",
          allowed: `a list of ${endpointServices.join(", ")}`,
          cost: "each $0.01/h and zone = $14.60 a month in two zones, plus $0.01/GB; in both regions",
        }),
      flowLogRetention: logRetention().default("30 days").meta({
        description: "How long VPC flow logs are kept.",
        cost: "$0.50/GB taken in, $0.03/GB a month",
      }),
      bastion: bastion.exactOptional().meta({
        description: "A machine for SSH in each region.",
        defaultNote: "none: Session Manager needs no open port",
      }),
    })
    .prefault({}),
  loadBalancer: z
    .strictObject({
      webApplicationFirewall: flag().default(false).meta({
        description:
          "AWS WAF in front of every load balancer: AWS's managed lists of bad senders, of known bad inputs and of common attacks. Rules that look into request bodies only count, since jobs' configurations are full of scripts.",
        cost: "$8 a month and region ($5 and three rule groups at $1), $0.60 per million requests",
      }),
    })
    .prefault({}),
};
