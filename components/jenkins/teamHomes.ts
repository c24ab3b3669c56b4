import type { HomeDirectory } from "../home/homePlan";
import type { Team } from "./team";

/**
 * The homes of all teams. Homes are never shared: an `active-active` team has one for each
 * controller that it may ever run at once, so that scaling out finds its home prepared and, because
 * directories replicate, the waiting region finds it too.
 */
export function homeDirectories(
  teams: readonly Pick<Team, "name" | "strategy" | "capacity">[],
): HomeDirectory[] {
  return teams.flatMap(({ name, strategy, capacity }) =>
    strategy === "active-active"
      ? Array.from({ length: capacity.max }, (_, slot) => ({
          name: `${name}/controller-${slot + 1}`,
          team: name,
        }))
      : [{ name, team: name }],
  );
}
