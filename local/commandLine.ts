import { InvalidArgumentError } from "commander";
import type { Settings } from "../stacks/config";
import { type EmulatorChoice, parseEmulatorChoice } from "./emulator/emulator";
import type { EngineChoice } from "./engine/chooseEngine";
import type { DataPlaneChoice } from "./localAws";

export { exitWith, interruption, throwing, whole } from "./commandSyntax";

/** Reads `--engine`. */
export function engine(text: string): EngineChoice {
  if (text === "auto" || text === "standin" || text === "pulumi") return text;
  throw new InvalidArgumentError(`"${text}" is none of auto, standin, pulumi.`);
}

/** Reads `--data-plane`. */
export function dataPlane(text: string): DataPlaneChoice {
  if (text === "real" || text === "modelled") return text;
  throw new InvalidArgumentError(`"${text}" is neither real nor modelled.`);
}

/** Reads `--edge`. */
export function edge(text: string): Settings["edge"] {
  if (text === "globalAccelerator" || text === "route53") return text;
  throw new InvalidArgumentError(`"${text}" is neither globalAccelerator nor route53.`);
}

/** Reads `--emulator`. */
export function emulator(text: string): EmulatorChoice {
  try {
    return parseEmulatorChoice(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
