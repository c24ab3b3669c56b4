import { AwsError } from "../wire/awsError";

/** What the emulator refuses as AWS would is AWS's answer; anything else is a defect and stays one. */
export function refused(error: unknown): never {
  const { name, message, $metadata } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 500;
  if (status >= 500) throw error;
  throw new AwsError(name, message, status);
}
