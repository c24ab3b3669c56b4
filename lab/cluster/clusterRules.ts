import type { AddressMove } from "../measure/addressMoves";
import type { RoundResult } from "../result";
import type { MachineName } from "./clusterSettings";
import type { FenceShot } from "./fenceDevice";

/** What has to be so when a scenario is over. */
export interface Outcome {
  /** Who serves in the end. */
  readonly serves: MachineName;
  /** Who was switched off by the fence device; nobody else may have been. */
  readonly fenced: readonly MachineName[];
}

/** What a round's events show against its demanded outcome; for people. */
export function outcomeProblems(
  { serves, fenced }: Outcome,
  { teams }: Pick<RoundResult, "teams">,
  shots: readonly FenceShot[],
): string[] {
  const done = [
    ...new Set(
      shots
        .filter(({ action, outcome }) => action === "off" && outcome === "done")
        .map(({ target }) => target),
    ),
  ].sort();
  const last = teams.map(({ servedAfter }) => servedAfter.at(-1) ?? "nobody");
  return [
    ...(done.join() === [...fenced].sort().join()
      ? []
      : [`fenced: ${done.join(", ") || "nobody"}, not ${fenced.join(", ") || "nobody"}`]),
    ...last
      .filter((name) => !name.endsWith(`-${serves}`))
      .map((name) => `${name} serves in the end, not ${serves}`),
  ];
}

/**
 * Takings of the shared address without a confirmed fence of the machine that had it before.
 *
 * @param from the machine that had the address when the fault hit, and what happened from then on
 */
export function unconfirmedMoves(
  from: MachineName,
  moves: readonly AddressMove[],
  shots: readonly FenceShot[],
): string[] {
  return moves
    .filter(({ machine, change }) => machine !== from && change === "gained")
    .filter(
      ({ at }) =>
        !shots.some(
          (shot) =>
            shot.target === from &&
            shot.action === "off" &&
            shot.outcome === "done" &&
            shot.at <= at,
        ),
    )
    .map(({ machine }) => `${machine} took the address before ${from} was fenced`);
}
