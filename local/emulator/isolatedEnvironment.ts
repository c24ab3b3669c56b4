/** What any program needs to start at all; everything else of the user's environment stays behind. */
const passedOn = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_ALL",
  "TMPDIR",
  "TEMP",
  "TMP",
  // Windows programs do not start without these.
  "SYSTEMROOT",
  "COMSPEC",
  "PATHEXT",
  "APPDATA",
  "LOCALAPPDATA",
];

/** Settings of {@link isolatedEnvironment}. */
export interface IsolationOptions {
  /** Default region of SDKs in the child. Default: none, so that forgetting one is an error. */
  readonly region?: string;
  /** Name of the child in the gateway's call log. Default `local`. */
  readonly caller?: string;
  /** The user's environment. Default `process.env`. */
  readonly from?: NodeJS.ProcessEnv;
}

/** AWS's own documentation uses this pair; no account accepts it. */
export const fakeCredentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
} as const;

/** A path that cannot exist, so that no file of the user is read in its place. */
const noFile = process.platform === "win32" ? "NUL" : "/dev/null";

/**
 * The environment of every child process of the local AWS (program, provider, engine, function,
 * emulator): built from an allow-list, so that neither credentials, profiles, endpoints nor proxies
 * of the user come along. An AWS SDK in it can reach `endpoint` and nothing of the real AWS.
 */
export function isolatedEnvironment(
  endpoint: string,
  options: IsolationOptions = {},
): Record<string, string> {
  refuseRealAws(endpoint);
  const environment = basicEnvironment(options.from);
  return {
    ...environment,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: fakeCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: fakeCredentials.secretAccessKey,
    // HOME comes along for the programs' caches; the AWS files in it must not.
    AWS_CONFIG_FILE: noFile,
    AWS_SHARED_CREDENTIALS_FILE: noFile,
    // No instance role either, when the drill runs on an EC2 machine or in a container.
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_UA_APP_ID: options.caller ?? "local",
    // Whatever does not honour the endpoint must not find a way out by a proxy of the system's.
    NO_PROXY: "127.0.0.1,localhost",
    ...(options.region === undefined
      ? {}
      : { AWS_REGION: options.region, AWS_DEFAULT_REGION: options.region }),
  };
}

/** The allow-listed part of the user's environment alone. */
export function basicEnvironment(from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of passedOn) {
    const value = from[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/**
 * @throws if the endpoint is one of AWS's own: a drill deletes and kills without asking.
 */
export function refuseRealAws(endpoint: string): void {
  const { hostname } = new URL(endpoint);
  if (/(^|\.)(amazonaws\.com(\.cn)?|api\.aws|aws\.dev|amazon\.com)$/i.test(hostname)) {
    throw new Error(
      `${endpoint} belongs to the real AWS, which the local AWS must never touch. ` +
        "Give the address of an emulator, for example http://127.0.0.1:5000.",
    );
  }
}
