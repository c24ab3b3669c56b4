import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { ResourceRequest } from "../engine";
import { masked, type PropertyMap } from "../propertyValue";
import { makeUrn, packageOf } from "../urn";
import { fromStruct, mapEntries } from "./grpcCalls";

/** A resource as the program wants it. */
export interface Goal extends Pick<
  ResourceRequest,
  | "urn"
  | "type"
  | "name"
  | "custom"
  | "remote"
  | "parent"
  | "provider"
  | "providers"
  | "protect"
  | "retainOnDelete"
  | "ignoreChanges"
  | "replaceOnChanges"
  | "propertyDependencies"
  | "additionalSecretOutputs"
> {
  readonly version: string;
  readonly deleteBeforeReplace: boolean | undefined;
  readonly deletedWith?: string;
  readonly dependencies: readonly string[];
  /** Seconds; 0 leaves it to the provider. */
  readonly timeouts: Readonly<Record<"create" | "update" | "delete", number>>;
  /** URNs that the resource may have in the state of earlier runs. */
  readonly aliasUrns: readonly string[];
  /** With secrets, unknown values and assets as the program sent them. */
  readonly inputs: PropertyMap;
}

/** What children take over from their parent unless they say otherwise. */
export type Heritage = Pick<Goal, "protect" | "retainOnDelete" | "deletedWith" | "providers">;

/** The provider that is asked for, else what the resource's component was given for its package. */
function providerOf(request: RegisterResourceRequest, heritage: Heritage | undefined): string {
  const asked = request.getProvider();
  if (asked !== "" || !request.getCustom()) return asked;
  return heritage?.providers[packageOf(request.getType())] ?? "";
}

/**
 * Reads a request of the program.
 * @throws Error naming every option in it that the stand-in does not model
 */
export function goalOf(
  request: RegisterResourceRequest,
  stack: string,
  project: string,
  heritageOf: (urn: string) => Heritage | undefined,
): Goal {
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  refuseUnmodelled(request, type, name);
  const heritage = parent === "" ? undefined : heritageOf(parent);
  const deletedWith = request.getDeletedwith() || heritage?.deletedWith;
  return {
    urn: makeUrn(stack, project, parent, type, name),
    type,
    name,
    custom: request.getCustom(),
    remote: request.getRemote(),
    ...(parent === "" ? {} : { parent }),
    provider: providerOf(request, heritage),
    providers: {
      // Components hand on what they were given; the program's SDK leaves that to the engine where
      // a component is made in another process (pkg/resource/deploy/source_eval.go).
      ...(request.getCustom() ? {} : heritage?.providers),
      ...Object.fromEntries(mapEntries<string>(request.getProvidersMap())),
    },
    version: request.getVersion(),
    protect: request.hasProtect() ? request.getProtect() === true : (heritage?.protect ?? false),
    retainOnDelete: request.hasRetainondelete()
      ? request.getRetainondelete() === true
      : (heritage?.retainOnDelete ?? false),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    ...(deletedWith === undefined ? {} : { deletedWith }),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      mapEntries(request.getPropertydependenciesMap()).map(([key, value]) => [
        key,
        value.getUrnsList(),
      ]),
    ),
    timeouts: timeoutsOf(request),
    aliasUrns: aliasUrns(request, stack, project),
    inputs: fromStruct(request.getObject()),
  };
}

/** The goal as it is kept in the record of a run. */
export function recordOf(goal: Goal, request: RegisterResourceRequest): ResourceRequest {
  const { parent, deleteBeforeReplace } = goal;
  return {
    urn: goal.urn,
    type: goal.type,
    name: goal.name,
    custom: goal.custom,
    remote: goal.remote,
    ...(parent === undefined ? {} : { parent }),
    provider: goal.provider,
    providers: goal.providers,
    protect: goal.protect,
    retainOnDelete: goal.retainOnDelete,
    ignoreChanges: goal.ignoreChanges,
    replaceOnChanges: goal.replaceOnChanges,
    dependsOn: goal.dependencies,
    propertyDependencies: goal.propertyDependencies,
    aliases: request.getAliasesList().map((alias) => alias.toObject()),
    additionalSecretOutputs: goal.additionalSecretOutputs,
    ...(deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace }),
    inputs: masked(goal.inputs) as Record<string, unknown>,
  };
}

function refuseUnmodelled(request: RegisterResourceRequest, type: string, name: string): void {
  const used = Object.entries({
    import: request.getImportid() !== "",
    transforms: request.getTransformsList().length > 0,
    hooks: Object.values(request.getHooks()?.toObject() ?? {}).some((list) => list.length > 0),
    replaceWith: request.getReplaceWithList().length > 0,
    replacementTrigger: request.hasReplacementTrigger(),
    stateMigrations: request.getStateMigrationsList().length > 0,
    envVarMappings: mapEntries(request.getEnvvarmappingsMap()).length > 0,
    "parameterized packages": request.getPackageref() !== "",
    "aliases of components": !request.getCustom() && request.getAliasesList().length > 0,
  }).filter(([, isUsed]) => isUsed);
  if (used.length === 0) return;
  throw new Error(
    `Resource ${name} (${type}) uses ${used.map(([option]) => option).join(" and ")}, which the ` +
      `stand-in engine does not model. Run it with the real engine (a pulumi CLI on the PATH).`,
  );
}

function aliasUrns(request: RegisterResourceRequest, stack: string, project: string): string[] {
  const fromSpecs = request.getAliasesList().map((alias) => {
    if (alias.hasUrn()) return alias.getUrn();
    const spec = alias.getSpec();
    const parent = spec?.hasParenturn()
      ? spec.getParenturn()
      : spec?.getNoparent()
        ? ""
        : request.getParent();
    return makeUrn(
      given(spec?.getStack(), stack),
      given(spec?.getProject(), project),
      parent,
      given(spec?.getType(), request.getType()),
      given(spec?.getName(), request.getName()),
    );
  });
  return [...fromSpecs, ...request.getAliasurnsList()];
}

/** Protobuf has no absent strings: an empty one says that it was not given. */
function given(value: string | undefined, otherwise: string): string {
  return value === undefined || value === "" ? otherwise : value;
}

function timeoutsOf(request: RegisterResourceRequest): Goal["timeouts"] {
  const timeouts = request.getCustomtimeouts();
  return {
    create: seconds(timeouts?.getCreate() ?? ""),
    update: seconds(timeouts?.getUpdate() ?? ""),
    delete: seconds(timeouts?.getDelete() ?? ""),
  };
}

/** Go's durations: `1h30m`, `90s`, `250ms`. Empty is 0, which leaves it to the provider. */
function seconds(duration: string): number {
  const unit: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...duration.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  if (parts.map(([part]) => part).join("") !== duration) {
    throw new Error(
      `${JSON.stringify(duration)} is not a duration; write for example "1h30m" or "90s".`,
    );
  }
  return parts.reduce((sum, [, count, name]) => sum + Number(count) * (unit[name ?? ""] ?? 0), 0);
}
