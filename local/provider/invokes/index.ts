import type { AwsServices } from "../awsServices";
import type { ProviderSettings } from "../settings";
import type { Properties } from "../wire";
import { accountFunctions } from "./account";
import { lookups } from "./lookups";
import { policyDocument } from "./policyDocument";
import { tableFunctions } from "./tableItem";

/** What a function may use. */
export interface InvokeContext {
  readonly settings: ProviderSettings;
  /** Region of the call: its `region` argument, else the provider's. */
  readonly region: string;
  readonly aws: AwsServices;
  /** False in plan-only mode: then the answer is modelled, and nothing is called. */
  readonly live: boolean;
}

/** A provider function, from bare arguments to its result. */
export type InvokeFunction = (
  args: Properties,
  context: InvokeContext,
) => Properties | Promise<Properties>;

const functions: Readonly<Record<string, InvokeFunction>> = {
  ...accountFunctions,
  ...lookups,
  ...tableFunctions,
  "aws:iam/getPolicyDocument:getPolicyDocument": policyDocument,
};

/**
 * Answers a function of the AWS package.
 * @throws Error naming a function that is not modelled
 */
export async function invokeFunction(
  token: string,
  args: Properties,
  settings: ProviderSettings,
  aws: AwsServices,
): Promise<Properties> {
  const called = functions[token];
  if (called === undefined) {
    throw new Error(
      `function ${token} is not modelled by the local AWS; add it under local/provider/invokes/`,
    );
  }
  const region = typeof args.region === "string" ? args.region : settings.region;
  const live = settings.endpoint !== undefined;
  const result = await called(args, { settings, region, aws, live });
  return { id: region, region, ...args, ...result };
}
