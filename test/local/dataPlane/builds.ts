/** Builds as tests write them. */
import type { BuildLine } from "../../../local/dataPlane/controllers/buildLog";

/** A build by the only writer of a home; parts differ. */
export function build(number: number, parts: Partial<BuildLine> = {}): BuildLine {
  return {
    number,
    request: `r-${number}`,
    home: "ma",
    generation: 1,
    region: "eu-central-1",
    instance: "i-1",
    pid: 100,
    at: number * 1_000,
    ...parts,
  };
}
