import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../deployment";

export interface WebAclArgs {
  readonly deployment: Deployment;
}

interface ManagedRules {
  /** AWS's name of the rule group; https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html */
  readonly group: string;
  /** Rules that only count, because they would stop what Jenkins's users rightly send. */
  readonly counted: readonly string[];
}

/**
 * In this order: the cheap look at the sender first. 925 of the 1,500 capacity units that the price
 * of an access list includes.
 *
 * Saving a job posts its whole configuration: scripts with URLs, relative paths and markup, often
 * above the 8 kB that WAF reads. The rules that look into the body would refuse many of them, and who
 * may save a job may run code anyway, so these only count; those that look at paths, queries, headers
 * and cookies do refuse.
 */
const managedRules: readonly ManagedRules[] = [
  { group: "AWSManagedRulesAmazonIpReputationList", counted: [] },
  { group: "AWSManagedRulesKnownBadInputsRuleSet", counted: [] },
  {
    group: "AWSManagedRulesCommonRuleSet",
    counted: [
      "SizeRestrictions_BODY",
      "CrossSiteScripting_BODY",
      "GenericLFI_BODY",
      "GenericRFI_BODY",
      "EC2MetaDataSSRF_BODY",
    ],
  },
];

/**
 * A web application firewall for the region's load balancers, of AWS's managed rules. $8 a month and
 * region ($5 and $1 for each of three rule groups), $0.60 per million requests.
 */
export class WebAcl extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: WebAclArgs, opts?: pulumi.ComponentResourceOptions) {
    super("jenkins-pilot-light:jenkins:WebAcl", name, {}, opts);
    const { prefix } = args.deployment;
    const acl = new aws.wafv2.WebAcl(
      `${name}-acl`,
      {
        name: `${prefix}-jenkins`,
        description: "Managed rules in front of Jenkins",
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: managedRules.map(ruleOf),
        visibilityConfig: visible(`${prefix}-jenkins`),
      },
      { parent: this },
    );
    this.arn = acl.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

function ruleOf({ group, counted }: ManagedRules, priority: number) {
  return {
    name: group,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: group,
        ...(counted.length === 0
          ? {}
          : {
              ruleActionOverrides: counted.map((rule) => ({
                name: rule,
                actionToUse: { count: {} },
              })),
            }),
      },
    },
    visibilityConfig: visible(group),
  } satisfies aws.types.input.wafv2.WebAclRule;
}

/** Counts in CloudWatch, and samples of what was matched for the console; both free of charge. */
function visible(metricName: string): aws.types.input.wafv2.WebAclVisibilityConfig {
  return { cloudwatchMetricsEnabled: true, metricName, sampledRequestsEnabled: true };
}
