import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { FailoverRequest } from "../../failover/failoverFunction";

/** Stands for DynamoDB and Lambda: one record, and a function that is busy `busy` times. */
export class FakeAws {
  readonly requests: { region: string; path: string; payload: FailoverRequest }[] = [];
  record: object | undefined = {
    id: { S: "failover" },
    generation: { N: "7" },
    activeRegion: { S: "eu-central-1" },
    phase: { S: "standby" },
  };
  /** The rehearsals' item. */
  rehearsals: object | undefined;
  busy = 0;
  /** What the function sees when it is asked to look. */
  look: object = {};
  functionError = false;
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const answer = (status: number, headers: Record<string, string>, content: object) => {
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0", ...headers });
        response.end(JSON.stringify(content));
      };
      if (request.headers["x-amz-target"] !== undefined) {
        const isRehearsal = body.includes('"rehearsal"');
        const item = isRehearsal ? this.rehearsals : this.record;
        answer(200, {}, item === undefined ? {} : { Item: item });
        return;
      }
      if (this.busy-- > 0) {
        answer(429, { "x-amzn-errortype": "TooManyRequestsException" }, { message: "busy" });
        return;
      }
      const region = /\/(\w{2}-\w+-\d)\/lambda\//.exec(request.headers.authorization ?? "")?.[1];
      const payload = JSON.parse(body) as FailoverRequest;
      this.requests.push({ region: region ?? "", path: request.url ?? "", payload });
      if (this.functionError) {
        answer(200, { "x-amz-function-error": "Unhandled" }, { errorMessage: "no table" });
        return;
      }
      if ((payload.command as string) === "look") {
        answer(200, {}, this.look);
        return;
      }
      if ((payload.command as string) === "rehearse") {
        answer(200, {}, { accepted: true, because: "Rehearsal one begins.", running: "one" });
        return;
      }
      const trigger = `Accepted direct ${payload.id}.`;
      answer(
        200,
        {},
        { phase: "confirming", generation: 7, activeRegion: "eu-central-1", trigger, rounds: 1 },
      );
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const root = join(__dirname, "..", "..");

/** Runs `commands/<name>.ts` as a person would, with a fake AWS. */
export function runCommand(
  name: "failover" | "status",
  url: string,
  ...argv: string[]
): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    ["-r", "./local/transpile/register.js", `commands/${name}.ts`, ...argv],
    {
      cwd: root,
      timeout: 30_000,
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_EC2_METADATA_DISABLED: "true",
        // The SDK would try again by itself, and the command's own patience would not show.
        AWS_MAX_ATTEMPTS: "1",
      },
    },
  );
  let output = "";
  child.stdout.on("data", (text) => (output += String(text)));
  child.stderr.on("data", (text) => (output += String(text)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, output });
    });
  });
}
