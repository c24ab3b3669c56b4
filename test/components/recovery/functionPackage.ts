import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { zipSync } from "fflate";
import type { Registration } from "../../support/registrations";

/** The deployment package of a function, as Lambda would receive it. */
export interface FunctionPackage {
  readonly files: readonly string[];
  /** The code of `__index.js`. */
  readonly code: string;
  /** Size of the package as it is uploaded. */
  readonly zippedBytes: number;
}

interface Archive {
  readonly assets: Promise<Record<string, { readonly text?: Promise<string> }>>;
}

export async function packageOf(registration: Registration): Promise<FunctionPackage> {
  const assets = await (registration.inputs.code as Archive).assets;
  const files = Object.keys(assets);
  const code = (await assets["__index.js"]?.text) ?? "";
  const zippedBytes = zipSync({ "__index.js": new TextEncoder().encode(code) }).byteLength;
  return { files, code, zippedBytes };
}

/** What one invocation in a bare Node process left behind. */
export interface BareRun {
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * Loads the package in a Node process of its own, in an empty folder in which nothing but the AWS SDK
 * can be found, and invokes it once. All AWS calls go to a port at which nobody listens.
 */
export async function invokeBare(code: string, event: unknown): Promise<BareRun> {
  const folder = mkdtempSync(join(tmpdir(), "function-package-"));
  try {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(
      resolve(__dirname, "../../../node_modules/@aws-sdk"),
      join(folder, "node_modules/@aws-sdk"),
    );
    writeFileSync(join(folder, "__index.js"), code);
    writeFileSync(join(folder, "invoke.js"), invocation(event));
    return await runNode(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function invocation(event: unknown): string {
  return `
    const { handler } = require("./__index.js");
    const context = { getRemainingTimeInMillis: () => 61000 };
    handler(${JSON.stringify(event)}, context).then(
      (result) => console.log("RESULT " + JSON.stringify(result)),
      (error) => console.log("ERROR " + error.name + ": " + error.message + " " + (error.code ?? "")),
    );`;
}

async function runNode(folder: string): Promise<BareRun> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ["invoke.js"], {
      cwd: folder,
      timeout: 15_000,
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: "http://127.0.0.1:1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      },
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", fail);
    child.on("exit", (exitCode) => {
      done({ exitCode, output });
    });
  });
}
