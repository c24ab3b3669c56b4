import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  type GetCommandInvocationCommandOutput,
  SendCommandCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machines } from "../reach/machines";
import type { ScriptResult, Shell } from "./shell";

/** Milliseconds between two looks at a command; the first ones come sooner. */
const lookEvery = 2_000;
const firstLook = 250;

/** After so many of them it is asked whether the machine is still there. */
const looksPerCheck = 5;

/** Seconds that a script may take: a first copy of a large file system is long. */
const executionTimeout = 12 * 3_600;

/** Seconds in which the machine's agent must take the command. */
const deliveryTimeout = 60;

const underWay = ["Pending", "InProgress", "Delayed", "Cancelling"];

/** A machine's shell, as root, by Systems Manager's Run Command. */
export function runCommandShell(region: string, machines: Machines): Shell {
  const client = new SSMClient({ region, maxAttempts: 4 });
  return {
    run: async (script, signal, watch) => {
      const machine = await machines.choose();
      const { Command } = await client.send(
        new SendCommandCommand({
          DocumentName: "AWS-RunShellScript",
          InstanceIds: [machine],
          Comment: "Promotion from dev to prod",
          TimeoutSeconds: deliveryTimeout,
          Parameters: { commands: [script], executionTimeout: [String(executionTimeout)] },
        }),
      );
      const id = Command?.CommandId ?? "";
      for (let looks = 1; ; looks++) {
        await sleep(Math.min(lookEvery, firstLook * looks), undefined, { signal }).catch(
          () => undefined,
        );
        if (signal.aborted) {
          await client.send(new CancelCommandCommand({ CommandId: id, InstanceIds: [machine] }));
          throw signal.reason as Error;
        }
        const seen = await look(client, id, machine);
        if (seen !== undefined && !underWay.includes(seen.Status ?? ""))
          return result(seen, machine);
        // Of a machine that is gone the command would be under way until its own limit.
        if (looks % looksPerCheck === 0 && !(await machines.isThere(machine)))
          throw new Error(
            `${machine}, which copied, is gone. Its file system has whole files alone.`,
          );
        watch?.(undefined);
      }
    },
  };
}

/** Undefined in the moment after the command was sent, in which it is not known yet. */
async function look(
  client: SSMClient,
  id: string,
  machine: string,
): Promise<GetCommandInvocationCommandOutput | undefined> {
  try {
    return await client.send(
      new GetCommandInvocationCommand({ CommandId: id, InstanceId: machine }),
    );
  } catch (error) {
    if ((error as Error).name === "InvocationDoesNotExist") return undefined;
    throw error;
  }
}

function result(
  {
    Status,
    ResponseCode,
    StandardOutputContent,
    StandardErrorContent,
  }: GetCommandInvocationCommandOutput,
  machine: string,
): ScriptResult {
  const ran = Status === "Success" || (Status === "Failed" && (ResponseCode ?? -1) >= 0);
  if (!ran)
    throw new Error(
      `Run Command on ${machine} ended as ${Status ?? "unknown"}: does the machine run, and its agent reach Systems Manager? ${StandardErrorContent ?? ""}`.trim(),
    );
  return {
    code: ResponseCode ?? 0,
    output: StandardOutputContent ?? "",
    errors: StandardErrorContent ?? "",
  };
}
