import { AwsServices } from "./awsServices";
import { invokeFunction } from "./invokes";
import { Lifecycle } from "./lifecycle";
import { resourceTypeOf } from "./registry";
import { configured, endpointFrom, localAccount, type ProviderSettings } from "./settings";
import { unwrapProperties, type Properties } from "./wire";

/** One provider instance: its configuration, and its resource types and functions. */
export class LocalProvider {
  private settings: ProviderSettings;
  private readonly aws: AwsServices;
  private lifecycles = new Map<string, Lifecycle>();

  /** @param environment where `LOCAL_AWS_ENDPOINT` or `LOCAL_AWS_PLAN_ONLY` is read */
  constructor(environment: NodeJS.ProcessEnv) {
    const endpoint = endpointFrom(environment);
    this.settings = {
      region: environment.AWS_REGION ?? "us-east-1",
      defaultTags: {},
      endpoint,
      account: localAccount,
    };
    this.aws = new AwsServices({ url: endpoint ?? "", account: localAccount });
  }

  /** Takes the configuration of the provider resource. @throws Error naming an unknown key */
  configure(config: Properties): void {
    this.settings = configured(this.settings, unwrapProperties(config));
    this.lifecycles = new Map();
  }

  /** The operations of the resource's type. @throws Error naming a type that is not modelled */
  lifecycle(urn: string): Lifecycle {
    const token = typeOf(urn);
    let lifecycle = this.lifecycles.get(token);
    if (lifecycle === undefined) {
      lifecycle = new Lifecycle(resourceTypeOf(token), this.settings, this.aws);
      this.lifecycles.set(token, lifecycle);
    }
    return lifecycle;
  }

  /** Answers a function call (`aws.getRegion()`). @throws Error naming what is not modelled */
  invoke(token: string, args: Properties): Promise<Properties> {
    return invokeFunction(token, unwrapProperties(args), this.settings, this.aws);
  }
}

/** `urn:pulumi:stack::project::parent$aws:ec2/vpc:Vpc::name` → `aws:ec2/vpc:Vpc` */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? urn;
}
