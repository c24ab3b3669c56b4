import type { PairTeam } from "../../components/pair/pair";
import type { LabWar } from "../controllers/realController";
import { teams } from "./edgeSettings";

/** A team whose controllers are real on both machines. */
export interface RealTeam {
  readonly team: string;
  readonly war: LabWar;
}

/**
 * The pair's teams. A real one has no port for agents, since nobody behind it would echo what they say.
 */
export function teamsWith(real: Pick<RealTeam, "team"> | undefined): readonly PairTeam[] {
  return teams.map((team) => {
    const { agents, ...rest } = team;
    return team.name === real?.team || agents === undefined ? rest : team;
  });
}
