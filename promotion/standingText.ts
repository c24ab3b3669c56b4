import { readablePosition } from "./position";
import type { Standing } from "./standing";

/** How the replicas stand to each other, in sentences for people. */
export function standingText(standing: Standing): string[] {
  switch (standing.kind) {
    case "none":
      return ["Prod has a database of its own: files alone are promoted."];
    case "following":
      return ["All replicas follow dev."];
    case "frozen":
      return [
        `All replicas are stopped at one point of dev's: ${readablePosition(standing.point)}.`,
        ...standing.notes.map((text) => `${text}.`),
      ];
    case "apart":
      return ["The replicas are NOT in one state:", ...standing.because.map((text) => `${text}.`)];
    default:
      return standing satisfies never;
  }
}
