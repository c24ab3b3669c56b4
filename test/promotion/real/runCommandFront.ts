import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

interface Invocation {
  readonly instance: string;
  status: string;
  code: number;
  output: string;
  errors: string;
  readonly cancel: () => void;
}

/**
 * An emulator with Systems Manager's Run Command in front of it: scripts run for real on this machine,
 * with the statuses and limits of Run Command (24,000 characters of output). The machine is modelled.
 */
export class RunCommandFront {
  readonly scripts: string[] = [];
  private readonly invocations = new Map<string, Invocation>();
  private readonly server: Server;

  constructor(private readonly emulator: string) {
    this.server = createServer((asked, answer) => {
      const chunks: Buffer[] = [];
      asked.on("data", (chunk: Buffer) => chunks.push(chunk));
      asked.on("end", () => {
        this.answer(asked, Buffer.concat(chunks), answer);
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(asked: IncomingMessage, body: Buffer, answer: ServerResponse): void {
    const action = String(asked.headers["x-amz-target"] ?? "");
    if (!action.startsWith("AmazonSSM.")) {
      this.pass(asked, body, answer);
      return;
    }
    const given = JSON.parse(body.toString()) as {
      InstanceIds?: string[];
      Parameters?: { commands: string[] };
      CommandId?: string;
    };
    const reply = (status: number, content: object): void => {
      answer.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      answer.end(JSON.stringify(content));
    };
    if (action === "AmazonSSM.SendCommand") {
      const id = this.send(
        given.InstanceIds?.[0] ?? "",
        given.Parameters?.commands.join("\n") ?? "",
      );
      reply(200, { Command: { CommandId: id } });
      return;
    }
    const invocation = this.invocations.get(given.CommandId ?? "");
    if (action === "AmazonSSM.CancelCommand") {
      invocation?.cancel();
      reply(200, {});
    } else if (invocation === undefined) {
      reply(400, { __type: "InvocationDoesNotExist" });
    } else {
      reply(200, {
        Status: invocation.status,
        ResponseCode: invocation.code,
        StandardOutputContent: invocation.output.slice(0, 24_000),
        StandardErrorContent: invocation.errors.slice(0, 8_000),
      });
    }
  }

  private send(instance: string, script: string): string {
    this.scripts.push(script);
    const id = randomUUID();
    const child = spawn("sh", ["-s"], { detached: true, stdio: "pipe" });
    const invocation: Invocation = {
      instance,
      ...{ status: "InProgress", code: -1, output: "", errors: "" },
      cancel: () => {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      },
    };
    child.stdout.on("data", (text: Buffer) => (invocation.output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (invocation.errors += text.toString()));
    child.once("close", (code) => {
      invocation.code = code ?? -1;
      invocation.status = code === 0 ? "Success" : code === null ? "Cancelled" : "Failed";
    });
    child.stdin.end(script);
    this.invocations.set(id, invocation);
    return id;
  }

  private pass(asked: IncomingMessage, body: Buffer, answer: ServerResponse): void {
    const { method, headers, url } = asked;
    const onward = request(
      `${this.emulator}${url ?? ""}`,
      { ...(method === undefined ? {} : { method }), headers },
      (came) => {
        answer.writeHead(came.statusCode ?? 500, came.headers);
        came.pipe(answer);
      },
    );
    onward.once("error", () => answer.destroy());
    onward.end(body);
  }
}
