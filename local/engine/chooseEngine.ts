import type { Engine } from "./engine";
import { findPulumiCli } from "./findCli";
import { PulumiEngine } from "./pulumi/pulumiEngine";
import { StandinEngine } from "./standin/standinEngine";

/** `auto` takes the real engine where there is a CLI, else the stand-in. */
export type EngineChoice = "auto" | "standin" | "pulumi";

/** @throws Error with the fix if the real engine is asked for and there is no CLI. */
export function chooseEngine(choice: EngineChoice): Engine {
  if (choice === "standin") return new StandinEngine();
  const cli = findPulumiCli();
  if (cli !== undefined) return new PulumiEngine(cli);
  if (choice === "auto") return new StandinEngine();
  throw new Error(
    "There is no pulumi CLI on the PATH and PULUMI_CLI is not set. " +
      "Install the Pulumi CLI, or use the stand-in: --engine standin",
  );
}
