import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { configEncrypter } from "../configSecrets";
import type { ProviderSource, StackSpec } from "../engine";
import type { ProjectSettings } from "../project";

/** A temporary folder in which the CLI finds everything that belongs to one run. */
export interface WorkspaceFiles {
  readonly folder: string;
  /** The CLI and the providers' launchers, to be put in front of the PATH. */
  readonly bin: string;
  /** Value of `PULUMI_DEBUG_PROVIDERS` for providers that are running already. */
  readonly debugProviders: string;
  remove(): void;
}

/** Writes project, configuration and launchers, so that the user's own files stay untouched. */
export function writeWorkspace(
  stack: StackSpec,
  project: ProjectSettings,
  cli: string,
): WorkspaceFiles {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-local-"));
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin);
  fs.symlinkSync(cli, path.join(bin, path.basename(cli)));
  fs.writeFileSync(
    path.join(folder, "Pulumi.yaml"),
    stringify({ name: project.name, runtime: "nodejs" }),
  );
  fs.writeFileSync(
    path.join(folder, `Pulumi.${stack.name}.yaml`),
    stringify(stackFile(project, stack.passphrase)),
  );
  const running: string[] = [];
  for (const [packageName, source] of Object.entries(stack.providers)) {
    if (source.kind === "launch") writeLauncher(bin, packageName, source);
    else running.push(`${packageName}:${source.address.split(":").pop() ?? ""}`);
  }
  return {
    folder,
    bin,
    debugProviders: running.join(","),
    remove: () => {
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

function stackFile(project: ProjectSettings, passphrase: string) {
  const { encryptionSalt, encrypt } = configEncrypter(passphrase);
  const secrets = new Set(project.secretKeys);
  const config = Object.entries(project.config).map(([key, text]) => [
    key,
    secrets.has(key) ? { secure: encrypt(text) } : text,
  ]);
  return { encryptionsalt: encryptionSalt, config: Object.fromEntries(config) as unknown };
}

/** The CLI starts `pulumi-resource-<package>` once for every provider instance. */
function writeLauncher(
  bin: string,
  packageName: string,
  source: Extract<ProviderSource, { kind: "launch" }>,
): void {
  const exports = Object.entries(source.env ?? {}).map(([k, v]) => `export ${k}=${quoted(v)}\n`);
  const command = [source.command, ...source.args].map(quoted).join(" ");
  fs.writeFileSync(
    path.join(bin, `pulumi-resource-${packageName}`),
    `#!/bin/sh\n${exports.join("")}exec ${command} "$@"\n`,
    { mode: 0o700 },
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
