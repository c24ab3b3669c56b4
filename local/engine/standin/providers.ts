import { randomUUID } from "node:crypto";
import type { PropertyMap } from "../propertyValue";
import { changedKeys, containsUnknown, sameValue, unknownValue } from "../propertyValue";
import {
  isDefaultProvider,
  makeUrn,
  packageOf,
  parseUrn,
  providerPackage,
  providerType,
} from "../urn";
import type { CurrentResource, Deployment } from "./deployment";
import type { Goal } from "./goal";
import { stateOf } from "./goalState";
import { ProviderClient } from "./providerClient";
import { startProvider, type ProviderServer } from "./providerProcess";
import type { ResourceState } from "./stackState";

/** A provider that is configured and ready for calls. */
export interface ProviderInstance {
  /** `<URN>::<id>`, as resources refer to it. */
  readonly reference: string;
  readonly client: ProviderClient;
}

/**
 * The providers of one run: those that the program makes, those that the engine makes for packages
 * without one, and those of earlier runs that are needed to delete or read what is left of them.
 */
export class Providers {
  /** By URN. */
  private readonly instances = new Map<string, Promise<ProviderInstance>>();
  private readonly servers: ProviderServer[] = [];
  private readonly clients: ProviderClient[] = [];

  constructor(private readonly deployment: Deployment) {}

  /** Takes a provider that the program registers into use. */
  async register(goal: Goal): Promise<CurrentResource> {
    const taken = this.take(goal);
    const instance = taken.then((provider) => provider.instance);
    this.instances.set(goal.urn, instance);
    await instance;
    return (await taken).current;
  }

  private async take(
    goal: Goal,
  ): Promise<{ instance: ProviderInstance; current: CurrentResource }> {
    const packageName = providerPackage(goal.type) ?? "";
    const old = this.deployment.state.get(goal.urn);
    const client = await this.start(packageName, goal.version);
    const news = goal.version === "" ? goal.inputs : { ...goal.inputs, version: goal.version };
    const checked = await client.checkConfig(goal, old?.inputs ?? {}, news);
    if (checked.failures.length > 0) {
      const reasons = checked.failures.map(({ property, reason }) => `${property}: ${reason}`);
      throw new Error(
        `The configuration of provider ${goal.name} is refused: ${reasons.join("; ")}`,
      );
    }
    if (containsUnknown(checked.inputs)) {
      throw new Error(
        `Provider ${goal.name} (${goal.type}) is configured with values that are not known in a ` +
          `preview, which the stand-in engine does not model. Give it plain values.`,
      );
    }
    const changes = await this.changesOf(goal, old, client, checked.inputs);
    const id = old?.id ?? (this.deployment.dryRun ? unknownValue : randomUUID());
    const { inputs } = checked;
    const state = stateOf(goal, { id, additionalSecretOutputs: [], inputs, outputs: inputs });
    this.deployment.started(old === undefined ? "create" : "same", goal.urn);
    const instance = await configured(client, state);
    if (!this.deployment.dryRun) this.deployment.state.put(state);
    const op = old === undefined ? "create" : changes.length > 0 ? "update" : "same";
    this.deployment.finished(op, state, { diff: changes });
    return { instance, current: { state, goal, outputs: state.outputs } };
  }

  /** The provider that a request names, or the package's default one. */
  async forRequest(reference: string, token: string, version: string): Promise<ProviderInstance> {
    if (reference === "") return this.default(packageOf(token), version);
    const { urn } = splitReference(reference);
    const instance = this.instances.get(urn);
    if (instance === undefined) {
      throw new Error(`${token} wants the provider ${urn}, which this program has not registered.`);
    }
    return instance;
  }

  /** The provider of a resource in the state, with its configuration of this run or the last. */
  async forState(resource: ResourceState): Promise<ProviderInstance> {
    const { urn } = splitReference(resource.provider ?? "");
    const known = this.instances.get(urn);
    if (known !== undefined) return known;
    const state = this.deployment.state.get(urn);
    if (state === undefined) {
      throw new Error(`The state of ${resource.urn} names the provider ${urn}, which it lacks.`);
    }
    const instance = this.start(parseUrn(urn).type.split(":")[2] ?? "", "").then((client) =>
      configured(client, state),
    );
    this.instances.set(urn, instance);
    return instance;
  }

  /** Ends all provider processes of this run. */
  stop(): void {
    for (const client of this.clients) client.close();
    for (const server of this.servers) server.stop();
  }

  private default(packageName: string, version: string): Promise<ProviderInstance> {
    const { stack, project } = this.deployment;
    const disabled = JSON.parse(
      project.config["pulumi:disable-default-providers"] ?? "[]",
    ) as string[];
    if (disabled.includes("*") || disabled.includes(packageName)) {
      throw new Error(
        `The default provider of package ${packageName} is disabled by ` +
          `pulumi:disable-default-providers: give every resource an explicit provider.`,
      );
    }
    const type = providerType(packageName);
    const name = version === "" ? "default" : `default_${version.replace(/[.+-]/g, "_")}`;
    const urn = makeUrn(stack.name, project.name, undefined, type, name);
    const known = this.instances.get(urn);
    if (known !== undefined) return known;
    const inputs: PropertyMap = {};
    for (const [key, value] of Object.entries(project.config)) {
      const [namespace, property] = key.split(":");
      if (namespace === packageName && property !== undefined) inputs[property] = value;
    }
    const goal: Goal = { ...emptyGoal, urn, type, name, version, inputs };
    this.deployment.claimed.add(urn);
    // Known under its URN at once, so that a second resource waits for the same instance.
    const instance = this.take(goal).then((provider) => provider.instance);
    this.instances.set(urn, instance);
    return instance;
  }

  private async start(packageName: string, version: string): Promise<ProviderClient> {
    const { stack, monitorAddress } = this.deployment;
    const source = stack.providers[packageName];
    if (source === undefined) {
      const known = Object.keys(stack.providers).join(", ");
      throw new Error(
        `The program uses package ${packageName} ${version}, for which the local engine has no ` +
          `provider. It has: ${known === "" ? "none" : known}.`,
      );
    }
    const server = await startProvider(packageName, source, stack, monitorAddress, (line) => {
      this.deployment.report({ severity: "debug", message: `${packageName}: ${line}` });
    });
    this.servers.push(server);
    const client = new ProviderClient(packageName, server.address);
    this.clients.push(client);
    await client.handshake(monitorAddress, stack.workDir);
    return client;
  }

  private async changesOf(
    goal: Goal,
    old: ResourceState | undefined,
    client: ProviderClient,
    inputs: PropertyMap,
  ): Promise<readonly string[]> {
    if (old === undefined || sameValue(old.inputs, inputs)) return [];
    const diff = await client.diffConfig(goal, old.id ?? "", old.inputs, inputs);
    if (diff.replaces.length > 0 && !isDefaultProvider(goal.urn)) {
      throw new Error(
        `Changing ${diff.replaces.join(", ")} of provider ${goal.name} would replace it and all ` +
          `of its resources, which the stand-in engine does not model. Destroy the stack first, ` +
          `or run it with the real engine.`,
      );
    }
    return diff.diffs.length > 0 ? diff.diffs : changedKeys(old.inputs, inputs);
  }
}

async function configured(client: ProviderClient, state: ResourceState): Promise<ProviderInstance> {
  const { type, name } = parseUrn(state.urn);
  await client.configure({ urn: state.urn, type, name }, state.id ?? "", state.inputs);
  return { reference: `${state.urn}::${state.id ?? ""}`, client };
}

/** Takes `<URN>::<id>` apart. */
export function splitReference(reference: string): { urn: string; id: string } {
  const at = reference.lastIndexOf("::");
  return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}

const emptyGoal: Omit<Goal, "urn" | "type" | "name"> = {
  custom: true,
  remote: false,
  provider: "",
  providers: {},
  version: "",
  protect: false,
  retainOnDelete: false,
  deleteBeforeReplace: undefined,
  ignoreChanges: [],
  replaceOnChanges: [],
  additionalSecretOutputs: [],
  dependencies: [],
  propertyDependencies: {},
  timeouts: { create: 0, update: 0, delete: 0 },
  aliasUrns: [],
  inputs: {},
};
