import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
  OperationFailed,
  type Engine,
  type OperationResult,
  type RunOptions,
  type StackOutput,
  type StackSpec,
} from "../engine";
import { readProject } from "../project";
import {
  containsSecret,
  containsUnknown,
  withoutSecrets,
  type PropertyMap,
} from "../propertyValue";
import { deleteResources } from "./deletion";
import { Deployment } from "./deployment";
import { engineService } from "./engineService";
import { grpcOptions, listen } from "./grpcCalls";
import { monitorService } from "./monitorService";
import { type ProgramHost, runProgram } from "./programHost";
import { Providers } from "./providers";
import { refreshResources } from "./refresh";
import { StackState } from "./stackState";

type Kind = "preview" | "up" | "destroy" | "refresh";

/** What a run does once providers can be started and the monitor listens. */
type Work = (deployment: Deployment, providers: Providers) => Promise<void>;

/**
 * Runs a Pulumi program without the Pulumi CLI: the program in Pulumi's own host, the providers
 * over Pulumi's own protocol, and between them as much of the engine as this project needs.
 * What it leaves out is told in README.md beside it; a program that uses any of that is refused.
 */
export class StandinEngine implements Engine {
  readonly kind = "standin";

  /** @param host what runs the program; default: a process of its own for each run */
  constructor(private readonly host: ProgramHost = runProgram) {}

  preview(stack: StackSpec, options: RunOptions = {}): Promise<OperationResult> {
    return run("preview", stack, options, reconcile(this.host));
  }

  up(stack: StackSpec, options: RunOptions = {}): Promise<OperationResult> {
    return run("up", stack, options, reconcile(this.host));
  }

  destroy(stack: StackSpec, options: RunOptions = {}): Promise<OperationResult> {
    return run("destroy", stack, options, async (deployment, providers) => {
      await deleteResources(deployment, providers, deployment.state.all());
      deployment.state.setOutputs({});
    });
  }

  refresh(stack: StackSpec, options: RunOptions = {}): Promise<OperationResult> {
    return run("refresh", stack, options, async (deployment, providers) => {
      await refreshResources(deployment, providers);
      deployment.stackOutputs = deployment.state.outputs;
    });
  }

  unprotect(stack: StackSpec, urns: readonly string[]): Promise<void> {
    const { stateDir, name, passphrase } = stack;
    const state = StackState.open(stateDir, readProject(stack).name, name, passphrase);
    try {
      const resources = urns.map((urn) => {
        const resource = state.get(urn);
        if (resource === undefined) throw new Error(`Stack ${name} has no resource ${urn}.`);
        return { ...resource, protect: false };
      });
      state.put(...resources);
      return Promise.resolve();
    } finally {
      state.close();
    }
  }
}

async function run(
  kind: Kind,
  stack: StackSpec,
  options: RunOptions,
  work: Work,
): Promise<OperationResult> {
  const start = Date.now();
  const project = readProject(stack);
  const { stateDir, name, passphrase } = stack;
  const dryRun = kind === "preview";
  const state = dryRun
    ? StackState.read(stateDir, project.name, name, passphrase)
    : StackState.open(stateDir, project.name, name, passphrase);
  const deployment = new Deployment(stack, project, state, dryRun, options);
  const providers = new Providers(deployment);
  const server = new grpc.Server(grpcOptions);
  try {
    server.addService(EngineService, engineService(deployment));
    server.addService(ResourceMonitorService, monitorService(deployment, providers));
    deployment.monitorAddress = await listen(server);
    tellInterrupted(deployment);
    await work(deployment, providers).catch((error: unknown) => {
      deployment.fail(error as Error);
    });
    await deployment.settled();
  } finally {
    providers.stop();
    server.forceShutdown();
    state.close();
    deployment.close();
  }
  const result: OperationResult = {
    operations: deployment.operations,
    outputs: outputsOf(deployment.stackOutputs),
    diagnostics: deployment.diagnostics,
    requests: deployment.requests,
    milliseconds: Date.now() - start,
  };
  if (deployment.failed) throw new OperationFailed(kind, name, result);
  return result;
}

/** Runs the program, and after it has succeeded deletes what it no longer asks for. */
function reconcile(host: ProgramHost): Work {
  return async (deployment, providers) => {
    if (!(await host(deployment))) {
      // Errors that the program only logged fail the run as well, as with the CLI.
      deployment.stop();
      return;
    }
    const { state, claimed, renamed, dryRun } = deployment;
    const unwanted = state
      .all()
      .filter(({ urn, pendingDelete }) => pendingDelete || !(claimed.has(urn) || renamed.has(urn)));
    await deleteResources(deployment, providers, unwanted);
    if (!dryRun) state.setOutputs(deployment.stackOutputs);
  };
}

/** Says which calls of an interrupted run may have had an effect that nobody recorded. */
function tellInterrupted(deployment: Deployment): void {
  for (const { urn, call } of deployment.state.interrupted()) {
    deployment.report({
      severity: "warning",
      message:
        `An earlier run was interrupted during the ${call} of this resource. ` +
        (call === "create"
          ? `It may exist without being in the state; if so, delete it by hand.`
          : `Run refresh to see what has become of it.`),
      urn,
    });
  }
  deployment.state.forgetInterrupted();
}

function outputsOf(outputs: PropertyMap): Record<string, StackOutput> {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => {
      const known = !containsUnknown(value);
      const plain = known ? withoutSecrets(value) : undefined;
      return [key, { value: plain, secret: containsSecret(value), known }];
    }),
  );
}
