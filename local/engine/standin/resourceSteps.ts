import { randomBytes } from "node:crypto";
import { hashAssets } from "../assets";
import { pathTouches, withIgnoredChanges } from "../propertyPath";
import { changedKeys, sameValue, secret, signedKind, type PropertyMap } from "../propertyValue";
import { isDefaultProvider } from "../urn";
import { deleteAhead } from "./deletion";
import type { CurrentResource, Deployment } from "./deployment";
import type { Goal } from "./goal";
import { stateOf, takeOldState } from "./goalState";
import { ProviderError } from "./grpcCalls";
import { splitReference, type ProviderInstance, type Providers } from "./providers";
import { withSecretsOf } from "./secretMarks";
import type { ResourceState } from "./stackState";

/**
 * Brings one custom resource to what the program wants: creates, updates or replaces it, or finds
 * that it is so already.
 */
export async function reachGoal(
  deployment: Deployment,
  providers: Providers,
  goal: Goal,
): Promise<CurrentResource> {
  const provider = await providers.forRequest(goal.provider, goal.type, goal.version);
  const step = new ResourceStep(deployment, providers, provider, {
    ...goal,
    inputs: hashAssets(goal.inputs, deployment.stack.workDir),
  });
  return step.run();
}

/** How the old resource differs from what is wanted. */
interface Difference {
  readonly diffs: readonly string[];
  readonly replaces: boolean;
  readonly deleteFirst: boolean;
}

class ResourceStep {
  private readonly old: ResourceState | undefined;

  constructor(
    private readonly deployment: Deployment,
    private readonly providers: Providers,
    private readonly provider: ProviderInstance,
    private readonly goal: Goal,
  ) {
    this.old = takeOldState(deployment, goal);
  }

  async run(): Promise<CurrentResource> {
    const { old, goal } = this;
    if (old === undefined) {
      const replaces = this.deployment.deletedAhead.has(goal.urn);
      return this.create(await this.checked(undefined), replaces);
    }
    const inputs = await this.checked(old);
    const difference = await this.difference(old, inputs);
    if (difference === undefined) return this.keep(old, inputs);
    if (!difference.replaces) return this.update(old, inputs, difference.diffs);
    if (old.protect) {
      throw new Error(
        `${goal.urn} is protected, and changing ${difference.diffs.join(", ")} would replace it. ` +
          `Undo the change, or unprotect it first if its data may be lost.`,
      );
    }
    return this.replace(old, difference);
  }

  /** The inputs as the provider completes them. */
  private async checked(old: ResourceState | undefined): Promise<PropertyMap> {
    const { goal, provider } = this;
    const wanted =
      old === undefined
        ? goal.inputs
        : withIgnoredChanges(old.inputs, goal.inputs, goal.ignoreChanges);
    const answer = await provider.client.check(goal, old?.inputs ?? {}, wanted, randomBytes(32));
    if (answer.failures.length > 0) {
      const reasons = answer.failures.map(({ property, reason }) =>
        property === "" ? reason : `${property}: ${reason}`,
      );
      throw new Error(
        `The inputs of ${goal.name} (${goal.type}) are refused: ${reasons.join("; ")}`,
      );
    }
    return this.provider.client.keepsSecrets ? answer.inputs : withSecretsOf(wanted, answer.inputs);
  }

  /** Undefined if nothing differs. */
  private async difference(
    old: ResourceState,
    inputs: PropertyMap,
  ): Promise<Difference | undefined> {
    const { goal, provider } = this;
    if (this.providerChanged(old)) {
      return {
        diffs: ["provider"],
        replaces: true,
        deleteFirst: goal.deleteBeforeReplace ?? false,
      };
    }
    const answer = await provider.client.diff(goal, old.id ?? "", old, inputs, goal.ignoreChanges);
    const changed = changedKeys(old.inputs, inputs);
    const forced = old.initErrors.length > 0;
    if (!(answer.changes ?? changed.length > 0) && !forced) return undefined;
    const diffs = answer.diffs.length > 0 ? answer.diffs : changed;
    const wanted = diffs.some((diff) => goal.replaceOnChanges.some((p) => pathTouches(p, diff)));
    return {
      diffs,
      replaces: answer.replaces.length > 0 || wanted,
      deleteFirst: goal.deleteBeforeReplace ?? answer.deleteBeforeReplace,
    };
  }

  /** Another provider (not just another version of the default one) means another place. */
  private providerChanged(old: ResourceState): boolean {
    const before = splitReference(old.provider ?? "").urn;
    const now = splitReference(this.provider.reference).urn;
    return before !== now && !(isDefaultProvider(before) && isDefaultProvider(now));
  }

  private async create(inputs: PropertyMap, replaces: boolean): Promise<CurrentResource> {
    const { deployment, goal } = this;
    deployment.started(replaces ? "replace" : "create", goal.urn);
    const made = await this.made(inputs, []);
    if (replaces) deployment.finished("replace", made.state, { replaceOrder: "delete-first" });
    else deployment.finished("create", made.state);
    return made;
  }

  private async keep(old: ResourceState, inputs: PropertyMap): Promise<CurrentResource> {
    const { deployment, goal } = this;
    const state = this.stateOf(old.id ?? "", inputs, this.outputsOf(inputs, old.outputs));
    if (!deployment.dryRun) deployment.state.put(state);
    deployment.finished("same", state);
    return Promise.resolve({ state, goal, outputs: state.outputs });
  }

  private async update(
    old: ResourceState,
    inputs: PropertyMap,
    diff: readonly string[],
  ): Promise<CurrentResource> {
    const { deployment, goal, provider } = this;
    const { client } = provider;
    const call = (preview: boolean) =>
      client.update(
        goal,
        old.id ?? "",
        old,
        inputs,
        goal.ignoreChanges,
        goal.timeouts.update,
        preview,
      );
    deployment.started("update", goal.urn);
    const settle = (outputs: PropertyMap) =>
      this.stateOf(old.id ?? "", inputs, this.outputsOf(inputs, outputs));
    let state: ResourceState;
    if (deployment.dryRun) {
      state = settle(client.supportsPreview ? await call(true) : { ...old.outputs, ...inputs });
    } else {
      state = await deployment.change(async () => {
        deployment.state.begin({ urn: goal.urn, call: "update" });
        const updated = settle(await this.guarded("Updating", inputs, () => call(false)));
        deployment.state.put(updated);
        return updated;
      });
    }
    deployment.finished("update", state, { diff });
    return { state, goal, outputs: state.outputs };
  }

  private async replace(old: ResourceState, difference: Difference): Promise<CurrentResource> {
    const { deployment, goal, providers } = this;
    deployment.started("replace", goal.urn);
    const { diffs: diff, deleteFirst } = difference;
    // Checked again without the old inputs, so that the replacement gets a name of its own.
    const inputs = await this.checked(undefined);
    if (deleteFirst) await deleteAhead(deployment, providers, old);
    const made = await this.made(inputs, deleteFirst ? [] : [{ ...old, pendingDelete: true }]);
    const replaceOrder = deleteFirst ? "delete-first" : "create-first";
    deployment.finished("replace", made.state, { diff, replaceOrder });
    return made;
  }

  /** Creates the resource; `replaced` enters the state in the same step. */
  private async made(
    inputs: PropertyMap,
    replaced: readonly ResourceState[],
  ): Promise<CurrentResource> {
    const { deployment, goal, provider } = this;
    const { client } = provider;
    const settle = (id: string, outputs: PropertyMap) =>
      this.stateOf(id, inputs, this.outputsOf(inputs, outputs));
    if (deployment.dryRun) {
      const outputs = client.supportsPreview
        ? (await client.create(goal, inputs, goal.timeouts.create, true)).outputs
        : inputs;
      const state = settle("", outputs);
      return { state, goal, outputs: state.outputs };
    }
    const state = await deployment.change(async () => {
      deployment.state.begin({ urn: goal.urn, call: "create" });
      const { id, outputs } = await this.guarded("Creating", inputs, () =>
        client.create(goal, inputs, goal.timeouts.create, false),
      );
      if (id === "") throw new Error(`The provider gave ${goal.name} (${goal.type}) no id.`);
      const created = settle(id, outputs);
      deployment.state.put(...replaced, created);
      return created;
    });
    return { state, goal, outputs: state.outputs };
  }

  /** Calls the provider; a failure is told with the resource, and half a resource is kept. */
  private async guarded<Answer>(
    what: "Creating" | "Updating",
    inputs: PropertyMap,
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    const { deployment, goal } = this;
    try {
      return await call();
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof ProviderError && error.partial !== undefined) {
        const { id, outputs } = error.partial;
        const half = this.stateOf(id, inputs, this.outputsOf(inputs, outputs));
        deployment.state.put({ ...half, initErrors: [message] });
      } else {
        deployment.state.failed(goal.urn);
      }
      throw new Error(`${what} ${goal.name} (${goal.type}) failed: ${message}`, { cause: error });
    }
  }

  /** The outputs with everything marked secret that must be. */
  private outputsOf(inputs: PropertyMap, outputs: PropertyMap): PropertyMap {
    const { goal, provider, deployment } = this;
    const marked = provider.client.keepsSecrets ? outputs : withSecretsOf(inputs, outputs);
    const result = { ...marked };
    for (const key of goal.additionalSecretOutputs) {
      const value = result[key];
      if (value !== undefined && signedKind(value) !== "secret") result[key] = secret(value);
    }
    deployment.rememberSecrets(result);
    return result;
  }

  private stateOf(id: string, inputs: PropertyMap, outputs: PropertyMap): ResourceState {
    const { goal, provider } = this;
    const { deletedWith } = goal;
    return stateOf(goal, {
      id,
      provider: provider.reference,
      ...(deletedWith === undefined ? {} : { deletedWith }),
      inputs,
      outputs,
    });
  }
}

/** A component: nothing to call, only its place in the tree and its inputs to remember. */
export function keepComponent(deployment: Deployment, goal: Goal): CurrentResource {
  const old = takeOldState(deployment, goal);
  const state = stateOf(goal, { inputs: goal.inputs, outputs: old?.outputs ?? {} });
  if (!deployment.dryRun) deployment.state.put(state);
  const diff = old === undefined ? [] : changedKeys(old.inputs, goal.inputs);
  const same = old !== undefined && sameValue(old.inputs, goal.inputs);
  deployment.finished(old === undefined ? "create" : same ? "same" : "update", state, { diff });
  return { state, goal, outputs: state.outputs };
}
