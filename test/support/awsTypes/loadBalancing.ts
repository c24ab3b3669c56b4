import { longerThan, type Properties, type TypeTable } from "../typeRow";

/** ELBv2, WAF and certificates. */
export const loadBalancingTypes: TypeTable = {
  "aws:lb/loadBalancer:LoadBalancer": {
    inputs:
      "name loadBalancerType internal subnets securityGroups enableDeletionProtection dropInvalidHeaderFields idleTimeout clientKeepAlive accessLogs tags",
    outputs: ({ name, loadBalancerType }, { arn, region }) => {
      const kind = loadBalancerType === "network" ? "net" : "app";
      const suffix = `${kind}/${String(name)}/0123456789abcdef`;
      return {
        arn: arn("elasticloadbalancing", `loadbalancer/${suffix}`),
        arnSuffix: suffix,
        dnsName: `${String(name)}-1234567890.${region}.elb.amazonaws.com`,
        zoneId: "Z215JYRZR1TBD5",
      };
    },
    refuse: refuseLoadBalancer,
  },
  "aws:lb/targetGroup:TargetGroup": {
    inputs: "name vpcId targetType protocol port deregistrationDelay healthCheck stickiness tags",
    outputs: ({ name }, { arn }) => {
      const suffix = `targetgroup/${String(name)}/0123456789abcdef`;
      return { arn: arn("elasticloadbalancing", suffix), arnSuffix: suffix };
    },
    refuse: ({ name }) => longerThan("target group", 32, name),
  },
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": { inputs: "targetGroupArn targetId port" },
  "aws:lb/listener:Listener": {
    inputs: "loadBalancerArn port protocol sslPolicy certificateArn defaultActions tags",
    outputs: ({ loadBalancerArn }, { name }) => ({
      arn: `${String(loadBalancerArn).replace(":loadbalancer/", ":listener/")}/${name}`,
    }),
    refuse: ({ protocol, certificateArn }) =>
      protocol === "HTTPS" && certificateArn === undefined
        ? "an HTTPS listener needs a certificate"
        : undefined,
  },
  "aws:lb/listenerCertificate:ListenerCertificate": { inputs: "listenerArn certificateArn" },
  "aws:lb/listenerRule:ListenerRule": {
    inputs: "listenerArn priority conditions actions tags",
    outputs: ({ listenerArn }, { name }) => ({
      arn: `${String(listenerArn).replace(":listener/", ":listener-rule/")}/${name}`,
    }),
    refuse: ({ priority }) =>
      typeof priority === "number" && priority >= 1 && priority <= 50_000
        ? undefined
        : `priority ${String(priority)} is not within 1 and 50000`,
  },
  "aws:wafv2/webAcl:WebAcl": {
    inputs: "name description scope defaultAction rules visibilityConfig tags",
    outputs: ({ name }, { arn }) => ({ arn: arn("wafv2", `regional/webacl/${String(name)}/1`) }),
    refuse: ({ rules }) => {
      const priorities = (rules as { priority: number }[]).map(({ priority }) => priority);
      return new Set(priorities).size < priorities.length
        ? "two rules have one priority"
        : undefined;
    },
  },
  "aws:wafv2/webAclAssociation:WebAclAssociation": { inputs: "resourceArn webAclArn" },
  "aws:acm/certificate:Certificate": {
    inputs: "domainName subjectAlternativeNames validationMethod keyAlgorithm tags",
    outputs: ({ domainName }, { arn, name }) => ({
      arn: arn("acm", `certificate/${name}`),
      domainValidationOptions: [
        {
          domainName: String(domainName),
          resourceRecordName: `_validation.${String(domainName)}.`,
          resourceRecordType: "CNAME",
          resourceRecordValue: "_proof.acm-validations.aws.",
        },
      ],
    }),
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    inputs: "certificateArn validationRecordFqdns",
  },
};

/** What only one of the two kinds takes. */
function refuseLoadBalancer(inputs: Properties): string | undefined {
  const network = inputs.loadBalancerType === "network";
  const wrong = ["dropInvalidHeaderFields", "idleTimeout", "clientKeepAlive"].filter(
    (each) => network && inputs[each] !== undefined,
  );
  if (wrong.length > 0) return `a network load balancer has no ${wrong.join(", ")}`;
  return longerThan("load balancer", 32, inputs.name);
}
