/** What one provider instance was configured with, and how the local AWS is reached. */
export interface ProviderSettings {
  /** Region of resources that name none. */
  readonly region: string;
  /** Put under every resource's own tags, as `tagsAll`. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Address of the local AWS; undefined in plan-only mode, where nothing is called. */
  readonly endpoint: string | undefined;
  /** The one account that the local AWS has. */
  readonly account: string;
}

/** The account that the emulator answers with. */
export const localAccount = "123456789012";

/**
 * Where the local AWS is, from the environment.
 * @throws Error if neither an address is given nor plan-only mode is asked for
 */
export function endpointFrom(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment.LOCAL_AWS_PLAN_ONLY === "1") return undefined;
  const endpoint = environment.LOCAL_AWS_ENDPOINT;
  if (endpoint === undefined || endpoint === "") {
    throw new Error(
      "LOCAL_AWS_ENDPOINT is not set: give the address of the local AWS, e.g. " +
        "http://127.0.0.1:4566, or set LOCAL_AWS_PLAN_ONLY=1 to plan without one",
    );
  }
  return endpoint;
}

/** Keys of the real provider's configuration that mean something here, or mean nothing safely. */
const knownKeys = [
  "region",
  "defaultTags",
  "accessKey",
  "secretKey",
  "token",
  "profile",
  "endpoints",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "s3UsePathStyle",
  "version",
  "pluginDownloadURL",
];

/**
 * Reads a provider's configuration; nested values arrive as JSON texts.
 * @throws Error naming a key that is not modelled
 */
export function configured(
  settings: ProviderSettings,
  config: Readonly<Record<string, unknown>>,
): ProviderSettings {
  for (const [key, value] of Object.entries(config)) {
    if (!knownKeys.includes(key) && !key.startsWith("__") && value !== "" && value !== null) {
      throw new Error(`provider configuration ${key} is not modelled by the local AWS`);
    }
  }
  const region = typeof config.region === "string" ? config.region : "";
  const tags = parsed(config.defaultTags) as { tags?: Record<string, string> } | undefined;
  return {
    ...settings,
    region: region === "" ? settings.region : region,
    defaultTags: tags?.tags ?? {},
  };
}

function parsed(value: unknown): unknown {
  return typeof value === "string" && value !== "" ? (JSON.parse(value) as unknown) : value;
}
