import { z } from "zod";
import { cidr, instanceType, oneOf, text } from "./fields";
import { amiId } from "./stateSettings";

const edge = z
  .strictObject({
    address: text(
      /^\d{1,3}(\.\d{1,3}){3}$/,
      "an IPv4 address outside of both VPCs' ranges, such as 100.100.0.1",
      "write it without a prefix length",
    ).meta({
      description:
        "The address that users and agents inside of your networks know. Routes lead to it, so each network that is to reach it needs one to the VPC.",
    }),
    allowFrom: z
      .array(cidr("IPv4 ranges of /8 or longer, such as 10.0.0.0/8", 32, 8))
      .min(1)
      .max(20)
      .meta({
        description: "Ranges that may use it: web and inbound agents.",
        allowed: "1 to 20 IPv4 ranges",
        fix: "give the ranges of your VPN and offices: 10.0.0.0/8",
      }),
    certificateSecret: text(
      /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/,
      "the ARN of a secret in Secrets Manager",
      "store certificate chain and key there as one PEM text",
    ).meta({
      description:
        "Certificate chain and key for `*.<domain>` as PEM, in this stack's region, encrypted with the region's key of this deployment.",
    }),
    instanceType: instanceType().exactOptional().meta({
      description: "Size of both machines.",
      defaultNote: "t4g.small, or t3.small with x86_64 images",
      cost: "t4g.small: $12.26 a month each",
    }),
  })
  .meta({
    allowed: "an object with the keys address, allowFrom and certificateSecret",
    fix: "leave it out: the load balancer serves every team",
  });

/** Machines that stand by for each other inside of one region. */
export const pairFields = {
  pair: z
    .strictObject({
      image: z
        .strictObject({
          primary: amiId().meta({ description: "Image in `regions.primary`." }),
          dr: amiId().meta({ description: "The same image in `regions.dr`." }),
        })
        .exactOptional()
        .meta({
          allowed: "an object with the keys primary and dr",
          defaultNote:
            "each region's newest Debian 12, on which the first boot installs everything (5 to 10 minutes)",
        }),
      profile: oneOf(["fast", "reference"]).default("fast").meta({
        description:
          "How soon a dead machine is noticed. `fast`: Corosync after 1 s, HAProxy and Keepalived within 1 s. `reference`: the daemons' own defaults and the published guide's timings, to compare with.",
      }),
      edge: edge.exactOptional().meta({
        description:
          "Two machines with HAProxy and Keepalived in this stack's region, in front of the teams with `standby: warm`: one private address, and agents by TCP.",
        defaultNote: "none",
      }),
    })
    .prefault({}),
};
