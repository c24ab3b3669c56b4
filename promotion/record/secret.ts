import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import type { Credentials } from "../servers/mysqlServer";

const schema = z.object({ username: z.string().min(1), password: z.string().min(1) });

/**
 * The databases' user from Secrets Manager. It is kept in memory alone.
 * @throws Error that never says what is in the secret.
 */
export async function readCredentials(region: string, secretArn: string): Promise<Credentials> {
  const { SecretString } = await new SecretsManagerClient({ region }).send(
    new GetSecretValueCommand({ SecretId: secretArn }),
    { abortSignal: AbortSignal.timeout(10_000) },
  );
  const parsed = schema.safeParse(json(SecretString ?? ""));
  if (parsed.success) return parsed.data;
  throw new Error(
    `The secret ${secretArn} does not hold JSON with username and password, both texts that are not empty.`,
  );
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the secret.
    return undefined;
  }
}
