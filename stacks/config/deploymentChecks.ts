import { agentKeySecret } from "../../components/data/sharedNames";
import type { Check } from "./crossChecks";
import { show, type Problem } from "./problem";

const keys = ["primary", "dr"] as const;

const regionsDiffer: Check = ({ regions }) => {
  if (!regions?.primary || regions.primary !== regions.dr) return [];
  return [
    {
      path: "regions.dr",
      wrong: `is ${show(regions.dr)}, the same as regions.primary`,
      allowed: "another region than regions.primary",
      fix: "choose a region that shares neither power, flood plain nor grid with the first",
    },
  ];
};

const activeRegionIsOneOfThePair: Check = ({ regions, activeRegion }) => {
  if (!activeRegion || !regions?.primary || !regions.dr) return [];
  if (activeRegion === regions.primary || activeRegion === regions.dr) return [];
  return [
    {
      path: "activeRegion",
      wrong: `is ${show(activeRegion)}, which is neither of the two regions`,
      allowed: `${regions.primary} or ${regions.dr}`,
      fix: "set it as in the failover record; before the first failover leave it out",
    },
  ];
};

/** The first deployment serves from `regions.primary`, and each role change makes it the other one. */
const generationFitsTheActiveRegion: Check = ({ regions, activeRegion, generation }) => {
  if (!regions?.primary || !regions.dr || generation === undefined) return [];
  const active = activeRegion ?? regions.primary;
  if (active !== regions.primary && active !== regions.dr) return [];
  const serves = generation % 2 === 1 ? "primary" : "dr";
  if (active === regions[serves]) return [];
  return [
    {
      path: "generation",
      wrong: `is ${generation}, in which regions.${serves} (${regions[serves]}) serves, but activeRegion is ${show(active)}`,
      allowed: "an odd number while regions.primary serves, an even one while regions.dr does",
      fix: "npm run adopt sets both as in the failover record; before the first failover leave both out",
    },
  ];
};

/** Without it a region that took over would start with an empty home. Asked of a right generation alone. */
const activeHomeIsNamed: Check = (given) => {
  const { program, regions, activeRegion, generation, homeFileSystemId } = given;
  if (!program || !regions?.primary || !regions.dr || generation === undefined) return [];
  const serves = generation % 2 === 1 ? "primary" : "dr";
  const isActive = program === serves && (activeRegion ?? regions.primary) === regions[program];
  if (!isActive || generation === 1 || homeFileSystemId !== undefined) return [];
  return [
    {
      path: "homeFileSystemId",
      wrong: `is missing, although ${regions[program]} serves by a failover`,
      allowed: "the file system that the failover freed",
      fix: "npm run adopt sets it from the failover record",
    },
  ];
};

const failoverIsAskedOfTheWaitingRegion: Check = (given) => {
  const { failover, program, regions, activeRegion } = given;
  if (failover !== true || !program || !regions?.primary || !regions.dr) return [];
  const active = activeRegion ?? regions.primary;
  const other = program === "primary" ? "dr" : "primary";
  // In the stack whose region serves it does nothing; a flag left set by the failover is to go.
  if (active !== regions[program]) return [];
  return [
    {
      path: "failover",
      wrong: "is true in the stack whose region serves, where it can do nothing",
      allowed: "true in the waiting region's stack alone",
      fix: `pulumi config rm failover --stack ${program} (and, to fail over: pulumi config set failover true --stack ${other})`,
    },
  ];
};

const certificatesAreInTheirRegions: Check = ({ certificates, regions }) =>
  keys.flatMap((key) => {
    const arn = certificates?.[key];
    const region = regions?.[key];
    const actual = arn?.split(":")[3];
    if (!region || !actual || actual === region) return [];
    return [
      {
        path: `certificates.${key}`,
        wrong: `is in ${actual}, but regions.${key} is ${region}`,
        allowed: `an ACM certificate of ${region}`,
        fix: "request one there (certificates do not cross regions), or leave it out and the stack makes it",
      },
    ];
  });

/** Two subscriptions of one address would be one resource by two names. */
const recipientsAreGivenOnce: Check = ({ alerts }) =>
  (["emails", "sms"] as const).flatMap((kind) => {
    const recipients = alerts?.[kind] ?? [];
    return recipients.flatMap((recipient, index) => {
      const first = recipients.indexOf(recipient);
      if (recipient === undefined || first === index) return [];
      return [
        {
          path: `alerts.${kind}[${index}]`,
          wrong: `is ${show(recipient)}, as alerts.${kind}[${first}] is`,
          allowed: "each recipient once",
          fix: "remove one of the two",
        },
      ];
    });
  });

const looksLikeACredential = /(passw(or)?d|secret|token|api[-_]?key|private[-_]?key)$/i;

const parametersHoldNoCredentials: Check = ({ parameters }) =>
  Object.keys(parameters ?? {})
    .filter((name) => looksLikeACredential.test(name))
    .map((name) => ({
      path: `parameters.${name}`,
      wrong: "is named like a credential, but parameters are readable in clear",
      allowed: "plain settings",
      fix: `move it: pulumi config set --secret --path secrets.${name}`,
    }));

const agentsKeyIsOurs: Check = ({ secrets }) =>
  secrets?.[agentKeySecret] === undefined
    ? []
    : [
        {
          path: `secrets.${agentKeySecret}`,
          wrong: "has the name of the key to the agents, which the deployment makes itself",
          allowed: "any other name",
          fix: "rename it",
        },
      ];

/** What the deployment is and whom it talks to. */
export const deploymentChecks: readonly Check[] = [
  regionsDiffer,
  activeRegionIsOneOfThePair,
  generationFitsTheActiveRegion,
  activeHomeIsNamed,
  failoverIsAskedOfTheWaitingRegion,
  certificatesAreInTheirRegions,
  recipientsAreGivenOnce,
  parametersHoldNoCredentials,
  agentsKeyIsOurs,
];

/** Credentials in a file that is committed are credentials given away. */
export function secretsAreEncrypted(
  secrets: object | undefined,
  encrypted: ReadonlySet<string>,
): readonly Problem[] {
  if (Object.keys(secrets ?? {}).length === 0 || encrypted.has("secrets")) return [];
  return [
    {
      path: "secrets",
      wrong: "is stored in clear",
      allowed: "values that Pulumi encrypts",
      fix: "replace those credentials (they may have been seen), then: pulumi config set --secret --path secrets.<name>",
    },
  ];
}
