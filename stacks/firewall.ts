import type * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../components/deployment";
import { WebAcl } from "../components/loadBalancer/webAcl";
import type { Settings } from "./config";

/** The firewall of a region's load balancers as a part of the cluster; no part where none is asked for. */
export function firewallPart(
  settings: Settings,
  deployment: Deployment,
  opts: pulumi.ComponentResourceOptions,
): { readonly webAclArn?: pulumi.Output<string> } {
  if (!settings.loadBalancer.webApplicationFirewall) return {};
  return { webAclArn: new WebAcl("firewall", { deployment }, opts).arn };
}
