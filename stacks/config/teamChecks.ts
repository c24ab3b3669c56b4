import { agentsOfAllTeams, agentsOfOneTeam } from "./agentChecks";
import { isReservedTeamName, reservedTeamNames } from "../../components/jenkins/teamNames";
import { targetGroupNameLimit } from "../../components/limits";
import type { Check } from "./crossChecks";
import { machineChecks, type TeamCheck } from "./machineChecks";

const nameFitsTheTargetGroup: TeamCheck = ({ name }, path, { prefix }) => {
  if (!name || !prefix) return [];
  const whole = `${prefix}-${name}`;
  if (whole.length <= targetGroupNameLimit) return [];
  const left = targetGroupNameLimit - prefix.length - 1;
  return [
    {
      path: `${path}.name`,
      wrong: `is "${name}": its target group would be ${whole}, ${whole.length} characters long`,
      allowed: `up to ${left} characters with the prefix "${prefix}" (target group names have ${targetGroupNameLimit})`,
      fix: `shorten it to ${left} characters or shorten prefix`,
    },
  ];
};

const nameIsFree: TeamCheck = ({ name }, path) => {
  if (!name || !isReservedTeamName(name)) return [];
  return [
    {
      path: `${path}.name`,
      wrong: `is "${name}", which the deployment needs for the names of its own parts`,
      allowed: `any but ${reservedTeamNames}`,
      fix: `call it ${name}-team`,
    },
  ];
};

const warmStandbyIsForOneWriter: TeamCheck = ({ standby, strategy }, path) => {
  if (standby !== "warm" || strategy === undefined || strategy === "active-passive") return [];
  return [
    {
      path: `${path}.standby`,
      wrong: `is "warm", which has no meaning for ${strategy}`,
      allowed: "cold, or the strategy active-passive",
      fix: "leave it out, or choose the strategy active-passive",
    },
  ];
};

const capacityIsInOrder: TeamCheck = ({ capacity }, path) => {
  const { min, desired, max } = capacity ?? {};
  if (min === undefined || desired === undefined || max === undefined) return [];
  if (min <= desired && desired <= max) return [];
  return [
    {
      path: `${path}.capacity`,
      wrong: `is min ${min}, desired ${desired}, max ${max}, which is not in order`,
      allowed: "min ≤ desired ≤ max",
      fix: desired > max ? `raise max to ${Math.max(min, desired)}` : `raise desired to ${min}`,
    },
  ];
};

const capacityFitsTheStrategy: TeamCheck = ({ capacity, strategy }, path) => {
  const { min, max } = capacity ?? {};
  if (min === undefined || max === undefined || !strategy) return [];
  if (strategy === "active-active") {
    if (min >= 2) return [];
    return [
      {
        path: `${path}.capacity.min`,
        wrong: `is ${min}, with which the loss of one controller is an outage of an active-active team`,
        allowed: "2 or more",
        fix: "set it to 2, or choose the strategy active-passive",
      },
    ];
  }
  if (min === 1 && max === 1) return [];
  return [
    {
      path: `${path}.capacity`,
      wrong: `is ${min} to ${max}, but two controllers must never write the one home of an ${strategy} team`,
      allowed: "min, desired and max 1",
      fix: "leave capacity out, or choose the strategy active-active",
    },
  ];
};

const checksOfEachTeam: readonly TeamCheck[] = [
  nameFitsTheTargetGroup,
  nameIsFree,
  warmStandbyIsForOneWriter,
  capacityIsInOrder,
  capacityFitsTheStrategy,
  agentsOfOneTeam,
  ...machineChecks,
];

const eachTeam: Check = (given) =>
  (given.teams ?? []).flatMap((team, index) =>
    team ? checksOfEachTeam.flatMap((check) => check(team, `teams[${index}]`, given)) : [],
  );

const namesAreUnique: Check = ({ teams }) => {
  const names = (teams ?? []).map((team) => team?.name);
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return [];
    return [
      {
        path: `teams[${index}].name`,
        wrong: `is "${name}", as teams[${first}].name is`,
        allowed: "each name once: it is the host name and the home",
        fix: "rename the newer one, or remove it",
      },
    ];
  });
};

const someoneFailsOver: Check = ({ teams, program }) => {
  if (program !== "dr" || !teams?.length) return [];
  if (teams.some((team) => team?.strategy !== "local-only")) return [];
  return [
    {
      path: "teams",
      wrong: "are all local-only, so that there is nothing for this stack to recover",
      allowed: "at least one active-passive or active-active team",
      fix: "change a team's strategy, or do without the dr stack",
    },
  ];
};

/** Who builds, and on what. */
export const teamChecks: readonly Check[] = [
  eachTeam,
  namesAreUnique,
  someoneFailsOver,
  agentsOfAllTeams,
];
