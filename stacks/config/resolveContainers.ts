import type { Application } from "../../components/container/application";
import type { Architecture } from "./instanceType";
import { controllerType } from "./resolveTeams";
import type { GivenSettings } from "./schema";

/** The application with all its defaults. The settings must have passed every check. */
export function resolveContainers(
  { services, registries, ...given }: NonNullable<GivenSettings["containers"]>,
  architecture: Architecture,
): Application {
  return {
    name: given.name,
    services,
    capacity: given.capacity,
    scaling: given.scaling,
    instanceType: controllerType(given.instanceType, architecture),
    registries: Object.fromEntries(
      Object.entries(registries).map(([host, { credentials }]) => [
        host,
        credentials === undefined ? {} : { credentials },
      ]),
    ),
  };
}
