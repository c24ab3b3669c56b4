import { AwsServices } from "../../../local/provider/awsServices";
import { Lifecycle, type LifecycleRequest } from "../../../local/provider/lifecycle";
import { resourceTypeOf } from "../../../local/provider/registry";
import type { CheckRequest } from "../../../local/provider/check";
import type { ProviderSettings } from "../../../local/provider/settings";
import { signatureKey, type Properties } from "../../../local/provider/wire";

/** Settings of a provider that plans only. */
export const planOnly: ProviderSettings = {
  region: "eu-west-1",
  defaultTags: { project: "jenkins-pilot-light" },
  endpoint: undefined,
  account: "123456789012",
};

/** The lifecycle of a type without any endpoint: whatever would call AWS fails. */
export function lifecycleOf(token: string, settings: ProviderSettings = planOnly): Lifecycle {
  const aws = new AwsServices({ url: "http://127.0.0.1:9", account: settings.account });
  return new Lifecycle(resourceTypeOf(token), settings, aws);
}

/** A check of a new resource called `web`. */
export function checkOf(news: Properties, more: Partial<CheckRequest> = {}): CheckRequest {
  return { name: "web", news, olds: {}, randomSeed: Buffer.from("seed"), ...more };
}

/** A request for a resource called `web`. */
export function requestOf(more: Partial<LifecycleRequest>): LifecycleRequest {
  const urn = "urn:pulumi:test::project::aws:ec2/vpc:Vpc::web";
  return { urn, id: "", inputs: {}, oldInputs: {}, state: {}, ...more };
}

/** A value in the envelope that Pulumi puts around secrets. */
export function secret(value: unknown): Properties {
  return { [signatureKey]: "1b47061264138c4ac30d75fd1eb44270", value };
}
