import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const sources = ["protocol", "modelledTime", "moduleFence", "network", "bootstrap"];

/** Everything that function processes of one gateway keep on disk. */
export interface RuntimeFolder {
  /** JavaScript that a function's process starts with. */
  readonly bootstrap: string;
  /** A new, empty folder for one unpacked deployment package. */
  newTaskRoot(): string;
  /** Removes it all. */
  remove(): void;
}

/**
 * Makes the folder and transpiles the runtime into it: function processes are bare Node, without
 * ts-node, so that they start as fast as Lambda's and find nothing that Lambda's would not.
 */
export function createRuntimeFolder(): RuntimeFolder {
  // Resolved, because the module fence compares real paths and /tmp is a link on macOS.
  const root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "pilot-light-lambda-"));
  const runtime = path.join(root, "runtime");
  fs.mkdirSync(runtime);
  for (const name of sources) {
    fs.writeFileSync(path.join(runtime, `${name}.js`), transpiled(name));
  }
  const remove = () => {
    fs.rmSync(root, { recursive: true, force: true });
  };
  // A gateway that ends without stop() leaves nothing behind either.
  process.once("exit", remove);
  return {
    bootstrap: path.join(runtime, "bootstrap.js"),
    newTaskRoot: () => fs.mkdtempSync(path.join(root, "task-")),
    remove: () => {
      process.off("exit", remove);
      remove();
    },
  };
}

/** Kept for the life of the process: a matrix of cases makes one folder for each. */
const outputs = new Map<string, string>();

function transpiled(name: string): string {
  const known = outputs.get(name);
  if (known !== undefined) return known;
  const ts = require("typescript") as typeof import("typescript");
  const source = fs.readFileSync(path.join(__dirname, "runtime", `${name}.ts`), "utf8");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
    },
  });
  outputs.set(name, outputText);
  return outputText;
}
