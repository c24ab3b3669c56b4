/**
 * One operation of the real engine, in a process of its own so that the program's modules are
 * loaded afresh, and so that the caller's environment stays out of it. Talks with
 * `pulumiEngine.ts` by IPC.
 */
import { LocalWorkspace, PulumiCommand, Stack, type OutputMap } from "@pulumi/pulumi/automation";
import type { EngineEvent, OperationResult } from "../engine";
import { EventReader } from "./eventReader";

/** What the parent asks for. */
export interface OperationRequest {
  readonly kind: "preview" | "up" | "destroy" | "refresh";
  readonly stack: string;
  readonly project: string;
  /** Absolute path of the entry point. */
  readonly program: string;
  /** Folder with `Pulumi.yaml` and `Pulumi.<stack>.yaml` of this run. */
  readonly workspace: string;
}

/** What the parent hears. */
export type OperationMessage =
  | { readonly event: EngineEvent }
  | {
      readonly result: Pick<OperationResult, "operations" | "diagnostics" | "outputs">;
      /** Why it failed, as the CLI says it. */
      readonly error?: string;
    };

type EngineEventOfCli = Parameters<EventReader["read"]>[0];

async function run(request: OperationRequest): Promise<OperationMessage> {
  const reader = new EventReader((event) => {
    send({ event });
  });
  let outputs: OutputMap = {};
  let error: string | undefined;
  try {
    outputs = await operate(request, reader);
  } catch (failure) {
    error = (failure as Error).message;
  }
  return {
    result: {
      operations: reader.operations,
      diagnostics: reader.diagnostics,
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([key, output]) => [
          key,
          { value: output.value as unknown, secret: output.secret, known: true },
        ]),
      ),
    },
    ...(error === undefined ? {} : { error }),
  };
}

async function operate(request: OperationRequest, reader: EventReader): Promise<OutputMap> {
  const workspace = await LocalWorkspace.create({
    workDir: request.workspace,
    pulumiCommand: await PulumiCommand.get(),
    // The program's exports are the stack's outputs, as when the CLI's language host runs it.
    program: () => Promise.resolve(programOf(request.program)),
  });
  const stack = await Stack.createOrSelect(request.stack, workspace);
  const options = {
    onEvent: (event: EngineEventOfCli) => {
      reader.read(event);
    },
    color: "never" as const,
    suppressOutputs: true,
  };
  switch (request.kind) {
    case "preview":
      await stack.preview(options);
      return {};
    case "up":
      return (await stack.up(options)).outputs;
    case "destroy":
      await refuseProtected(stack, reader);
      await stack.destroy(options);
      return {};
    case "refresh":
      await stack.refresh(options);
      return stack.outputs();
  }
}

/**
 * What the CLI does for a person: look at the whole destroy first, and refuse it if something in it
 * is protected. Without that look it deletes until it meets the first protected resource.
 */
async function refuseProtected(stack: Stack, reader: EventReader): Promise<void> {
  const plan = new EventReader(() => undefined);
  const onEvent = (event: EngineEventOfCli) => {
    plan.read(event);
  };
  try {
    await stack.previewDestroy({ onEvent, color: "never", suppressOutputs: true });
  } catch (refused) {
    reader.diagnostics.push(...plan.diagnostics);
    throw refused;
  }
}

function programOf(file: string): Record<string, unknown> {
  const exported = require(file) as unknown;
  const made: unknown = typeof exported === "function" ? (exported as () => unknown)() : exported;
  return made as Record<string, unknown>;
}

function send(message: OperationMessage): void {
  process.send?.(message);
}

process.once("message", (request: OperationRequest) => {
  void run(request).then((message) => {
    process.send?.(message, () => {
      process.exit(0);
    });
  });
});
