import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type LoadBalancer,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { BehaviourContext } from "../../gateway/behaviour";
import type { EdgeRoute } from "./edgeRouting";

/** Users speak HTTPS; its encryption is not modelled, its port is. */
export const httpsPort = 443;

/** What AWS takes where nobody set the attribute: "Load balancer attributes", HTTP client keepalive. */
const defaultKeepAliveSeconds = 3_600;

/**
 * The application load balancer that an accelerator's endpoint is, or leads to.
 * @throws Error for an endpoint that leads to none
 */
export async function routeToEndpoint(
  endpointId: string,
  region: string,
  context: BehaviourContext,
): Promise<EdgeRoute> {
  const elb = context.emulator(ElasticLoadBalancingV2Client, region);
  const { TargetGroups } = await elb.send(
    new DescribeTargetGroupsCommand({ LoadBalancerArn: endpointId }),
  );
  const behind = TargetGroups?.find(
    ({ TargetType, Port }) => TargetType === "alb" && Port === httpsPort,
  );
  let arn: string | undefined = endpointId;
  if (behind !== undefined) {
    const { TargetHealthDescriptions } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: behind.TargetGroupArn }),
    );
    arn = TargetHealthDescriptions?.[0]?.Target?.Id;
  }
  const { LoadBalancers } = await elb.send(
    new DescribeLoadBalancersCommand({ LoadBalancerArns: arn === undefined ? [] : [arn] }),
  );
  const found = arn === undefined ? undefined : LoadBalancers?.[0];
  if (found === undefined) {
    throw new Error(`The accelerator's endpoint ${endpointId} leads to no load balancer.`);
  }
  return routeTo(found, region, context);
}

/** The application load balancer of a DNS name. @throws Error for a name of none */
export async function routeToName(
  dnsName: string,
  region: string,
  context: BehaviourContext,
): Promise<EdgeRoute> {
  const elb = context.emulator(ElasticLoadBalancingV2Client, region);
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  const found = LoadBalancers?.find(({ DNSName }) => DNSName?.toLowerCase() === dnsName);
  if (found === undefined) throw new Error(`${dnsName} is no load balancer of ${region}.`);
  return routeTo(found, region, context);
}

async function routeTo(
  { LoadBalancerArn, DNSName }: LoadBalancer,
  region: string,
  context: BehaviourContext,
): Promise<EdgeRoute> {
  if (DNSName === undefined) throw new Error(`${LoadBalancerArn ?? region} has no DNS name.`);
  const elb = context.emulator(ElasticLoadBalancingV2Client, region);
  const { Attributes } = await elb.send(
    new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }),
  );
  const keepAlive = Attributes?.find(({ Key }) => Key === "client_keep_alive.seconds")?.Value;
  const keptForMs = Number(keepAlive ?? defaultKeepAliveSeconds) * 1000;
  return { region, loadBalancer: DNSName, keptForMs };
}
