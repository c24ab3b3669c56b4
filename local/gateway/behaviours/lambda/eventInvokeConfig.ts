import type { PutFunctionEventInvokeConfigRequest } from "@aws-sdk/client-lambda";
import { notFound, type DeployedFunction } from "./deployedFunction";

/** Configures a function's asynchronous invocations and answers the configuration. */
export function setEventInvokeConfig(
  deployed: DeployedFunction,
  config: PutFunctionEventInvokeConfigRequest,
  now: number,
): object {
  deployed.eventInvokeConfig = { ...config, lastModified: now };
  return eventInvokeConfigOf(deployed);
}

/**
 * A function's configuration of asynchronous invocations, as the API answers it.
 * @throws AwsError if there is none
 */
export function eventInvokeConfigOf(deployed: DeployedFunction): object {
  const configured = deployed.eventInvokeConfig;
  if (configured === undefined) {
    throw notFound(`The function ${deployed.arn}:$LATEST doesn't have an EventInvokeConfig`);
  }
  return {
    FunctionArn: `${deployed.arn}:$LATEST`,
    LastModified: new Date(configured.lastModified),
    MaximumRetryAttempts: configured.MaximumRetryAttempts,
    MaximumEventAgeInSeconds: configured.MaximumEventAgeInSeconds,
    DestinationConfig: configured.DestinationConfig ?? { OnSuccess: {}, OnFailure: {} },
  };
}
