import { stringify } from "yaml";
import { type Application, type ContainerService, hostPort } from "./application";

/** Where the application's files are on its machines. */
export const containerPaths = {
  compose: "/etc/jenkins-pilot-light/compose.yaml",
  settingsScript: "/usr/local/sbin/application-settings",
  /** In memory: what is fetched at the start never touches a disk. Its name is the unit's too. */
  runtime: "/run/application",
  dockerConfig: "/run/application/docker",
} as const;

/** The environment of a service, with the values of its settings. */
export function environmentFile(service: string): string {
  return `${containerPaths.runtime}/${service}.env`;
}

/** The file of one secret of a service. */
export function secretFile(service: string, name: string): string {
  return `${containerPaths.runtime}/secrets/${service}/${name}`;
}

/** The database as a service gets to know it. */
export interface DatabaseAddress {
  readonly engine: string;
  readonly address: string;
  readonly port: number;
  readonly name: string;
}

/** What the compose file of one region is made from. Holds no secret. */
export interface ComposeSettings {
  readonly application: Application;
  readonly region: string;
  /** Images as this region pulls them, in the services' order. */
  readonly images: readonly string[];
  readonly assetBucket: string;
  readonly database?: DatabaseAddress;
  readonly logGroup: string;
}

/** Under this name a service finds the password of its database. */
export const databasePassword = "DATABASE_PASSWORD";

/**
 * The names of a service's secrets: its own, and the database's password where it has that.
 */
export function secretNames({ secrets, database }: ContainerService): readonly string[] {
  return [...Object.keys(secrets), ...(database ? [databasePassword] : [])];
}

/**
 * The application as `docker compose` runs it, one container of each image.
 * https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */
export function renderCompose(settings: ComposeSettings): string {
  const { application } = settings;
  const services = application.services.map(
    (service, index) => [service.name, serviceOf(settings, service, index)] as const,
  );
  const secrets = application.services.flatMap((service) =>
    secretNames(service).map(
      (name) => [secretId(service, name), { file: secretFile(service.name, name) }] as const,
    ),
  );
  return stringify({
    name: application.name,
    services: Object.fromEntries(services),
    ...(secrets.length === 0 ? {} : { secrets: Object.fromEntries(secrets) }),
  });
}

function serviceOf(settings: ComposeSettings, service: ContainerService, index: number): object {
  const names = secretNames(service);
  return {
    image: settings.images[index] ?? service.image,
    // Of a container that ends in good order somebody asked for it; a reboot starts the unit instead,
    // which fetches settings anew.
    restart: "on-failure",
    init: true,
    security_opt: ["no-new-privileges:true"],
    ports: [`${hostPort(index)}:${service.port}`],
    environment: mapped(environmentOf(settings, service)),
    env_file: [{ path: environmentFile(service.name), format: "raw" }],
    ...(names.length === 0
      ? {}
      : { secrets: names.map((name) => ({ source: secretId(service, name), target: name })) }),
    logging: loggingOf(settings, service),
    stop_grace_period: "30s",
  };
}

/** What is known before the machine starts. What is not: {@link environmentFile}. */
function environmentOf(
  { region, assetBucket, database }: ComposeSettings,
  service: ContainerService,
): Record<string, string> {
  return {
    AWS_REGION: region,
    ASSET_BUCKET: assetBucket,
    ...(service.database && database !== undefined
      ? {
          DATABASE_ENGINE: database.engine,
          DATABASE_HOST: database.address,
          DATABASE_PORT: String(database.port),
          DATABASE_NAME: database.name,
        }
      : {}),
    ...Object.fromEntries(
      secretNames(service).map((name) => [`${name}_FILE`, `/run/secrets/${name}`]),
    ),
  };
}

/** A log that cannot be sent must not stop the application: beyond four MB in memory it is dropped. */
function loggingOf(
  { application, region, logGroup }: ComposeSettings,
  service: ContainerService,
): object {
  return {
    driver: "awslogs",
    options: {
      "awslogs-region": region,
      "awslogs-group": logGroup,
      tag: `${application.name}/${service.name}/{{.ID}}`,
      mode: "non-blocking",
      "max-buffer-size": "4m",
    },
  };
}

function secretId(service: ContainerService, name: string): string {
  return `${service.name}-${name}`;
}

/** Compose replaces `$NAME` in every value; `$$` is the sign itself. */
function mapped(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replaceAll("$", "$$$$")]),
  );
}
