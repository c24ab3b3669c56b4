import { imageProblems, parseImage } from "../../components/container/imageReference";
import { targetGroupNameLimit } from "../../components/limits";
import type { Check, Given } from "./crossChecks";
import { architectureProblems } from "./machineChecks";
import type { Problem } from "./problem";

const containersGoWithTheWorkload: Check = ({ workload, containers }) => {
  if (workload === undefined || (workload === "containers") === (containers !== undefined)) {
    return [];
  }
  return workload === "containers"
    ? [
        {
          path: "containers",
          wrong: "is missing although workload is containers",
          allowed: "an object with at least the key services",
          fix: "name the images below containers.services; Pulumi.app-primary.yaml is a sample",
        },
      ]
    : [
        {
          path: "containers",
          wrong: `is set although workload is ${workload}, which would ignore it`,
          allowed: "nothing, unless workload is containers",
          fix: "remove it, or set workload to containers",
        },
      ];
};

const imagesCanBePulled: Check = ({ containers }) => {
  // A registry is known once it is written down, also where its own entry is wrong.
  const registries = Object.fromEntries(
    Object.keys(containers?.registries ?? {}).map((host) => [host, {}]),
  );
  return services({ containers }).flatMap(({ image }, index) =>
    image === undefined
      ? []
      : imageProblems(image, registries).map((problem) => ({
          path: `containers.services[${index}].image`,
          ...problem,
        })),
  );
};

const imagesOfEcrAreInThePair: Check = ({ containers, regions }) => {
  if (!regions?.primary || !regions.dr) return [];
  const allowed = [regions.primary, ...(containers?.replicateImages === false ? [regions.dr] : [])];
  return services({ containers }).flatMap(({ image }, index) => {
    const ecr = image === undefined ? undefined : parseImage(image)?.ecr;
    if (ecr === undefined || allowed.some((region) => region === ecr.region)) return [];
    return [
      {
        path: `containers.services[${index}].image`,
        wrong: `is in ECR of ${ecr.region}, from where it is not copied into both regions`,
        allowed: `ECR of ${allowed.join(" or ")}`,
        fix: `push it to ECR of ${regions.primary ?? ""}; it is replicated to ${regions.dr ?? ""}`,
      },
    ];
  });
};

const oneServiceGetsTheRest: Check = ({ containers }) => {
  const list = services({ containers });
  const rest = list.filter(({ paths }) => paths === undefined).length;
  if (list.length === 0 || rest === 1) return [];
  return [
    {
      path: "containers.services",
      wrong: `has ${rest} services without paths`,
      allowed: "exactly one, which gets all requests that no other one gets",
      fix:
        rest === 0
          ? "leave the paths of one service out"
          : "give paths to all but one, such as /api/*",
    },
  ];
};

const namesDiffer: Check = ({ containers }) =>
  services({ containers }).flatMap(({ name }, index, list) =>
    name === undefined || list.findIndex((other) => other.name === name) === index
      ? []
      : [
          {
            path: `containers.services[${index}].name`,
            wrong: `is "${name}", as an earlier service is called`,
            allowed: "a name of its own for each service",
            fix: "choose another name",
          },
        ],
  );

const namesFitTheTargetGroup: Check = ({ containers, prefix }) => {
  const application = containers?.name;
  if (!application || !prefix) return [];
  return services({ containers }).flatMap(({ name }, index) => {
    const whole = `${prefix}-${application}-${name ?? ""}`;
    if (whole.length <= targetGroupNameLimit) return [];
    return [
      {
        path: `containers.services[${index}].name`,
        wrong: `makes the target group ${whole}, ${whole.length} characters long`,
        allowed: `up to ${targetGroupNameLimit} characters with prefix and containers.name`,
        fix: `shorten one of the three by ${whole.length - targetGroupNameLimit} characters`,
      },
    ];
  });
};

/** Health is asked for as a user would: the path must lead to the service that it is about. */
const healthPathsLeadHome: Check = ({ containers }) => {
  const list = services({ containers });
  return list.flatMap(({ healthPath, paths }, index): Problem[] => {
    if (healthPath === undefined) return [];
    const others = list.flatMap((other) =>
      (other.paths ?? []).filter((each) => each !== undefined),
    );
    const own = paths?.filter((each) => each !== undefined);
    const leadsHome =
      own === undefined
        ? !others.some((pattern) => matches(pattern, healthPath))
        : own.some((pattern) => matches(pattern, healthPath));
    if (leadsHome) return [];
    return [
      {
        path: `containers.services[${index}].healthPath`,
        wrong: `is "${healthPath}", which ${own === undefined ? "leads to another service" : "is not among its paths"}`,
        allowed:
          own === undefined
            ? "a path that no other service gets"
            : `a path below ${own.join(", ")}`,
        fix:
          own === undefined
            ? "choose another one"
            : `add it to paths, or use one such as ${(own[0] ?? "/").replace("*", "health")}`,
      },
    ];
  });
};

/** As load balancers match: `*` is any number of characters, `?` is one. */
function matches(pattern: string, path: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(path);
}

const settingsAreThere: Check = ({ containers, parameters, program }) =>
  program !== "primary" || parameters === undefined
    ? []
    : services({ containers }).flatMap(({ settings }, index) =>
        Object.entries(settings ?? {}).flatMap(([name, key]): Problem[] => {
          const path = `containers.services[${index}].settings.${name}`;
          const value = key === undefined ? "" : parameters[key];
          if (value === undefined) {
            return [
              {
                path,
                wrong: `names "${key ?? ""}", which is not among parameters`,
                allowed: Object.keys(parameters).join(", ") || "a key under parameters",
                fix: `pulumi config set --path 'parameters["${key ?? ""}"]' <value>`,
              },
            ];
          }
          if (!value.includes("\n")) return [];
          return [
            {
              path,
              wrong: `names "${key ?? ""}", whose value has several lines`,
              allowed: "one line, as an environment variable is given",
              fix: "make it a secret, which is a file",
            },
          ];
        }),
      );

/** Values are the primary stack's, which writes them in both regions. */
const secretsAreThere: Check = ({ containers, secrets, program }) => {
  if (program !== "primary" || secrets === undefined) return [];
  const wanted = [
    ...services({ containers }).flatMap((service, index) =>
      Object.entries(service.secrets ?? {}).map(
        ([name, key]) => [`containers.services[${index}].secrets.${name}`, key] as const,
      ),
    ),
    ...Object.entries(containers?.registries ?? {}).map(
      ([host, access]) =>
        [`containers.registries.${host}.credentials`, access?.credentials] as const,
    ),
  ];
  return wanted.flatMap(([path, key]) =>
    key === undefined || key in secrets
      ? []
      : [
          {
            path,
            wrong: `names "${key}", which is not among secrets`,
            allowed: Object.keys(secrets).join(", ") || "a key under secrets",
            fix: `pulumi config set --secret --path 'secrets["${key}"]' <value>`,
          },
        ],
  );
};

const registriesAreOneOrTheOther: Check = ({ containers }) =>
  Object.entries(containers?.registries ?? {}).flatMap(([host, access]) =>
    access === undefined || (access.credentials === undefined) !== (access.public === undefined)
      ? []
      : [
          {
            path: `containers.registries.${host}`,
            wrong: access.public
              ? "has credentials and is public"
              : "has neither credentials nor public",
            allowed: "one of the two",
            fix: access.public ? "leave one out" : "add credentials: <key under secrets>",
          },
        ],
  );

const capacityIsInOrder: Check = ({ containers }) => {
  const { min, desired, max } = containers?.capacity ?? {};
  if (min === undefined || desired === undefined || max === undefined) return [];
  if (min <= desired && desired <= max) return [];
  return [
    {
      path: "containers.capacity",
      wrong: `is min ${min}, desired ${desired}, max ${max}, which is not in order`,
      allowed: "min ≤ desired ≤ max",
      fix: desired > max ? `raise max to ${Math.max(min, desired)}` : `raise desired to ${min}`,
    },
  ];
};

const machineFitsTheImage: Check = ({ containers, image }) => {
  const type = containers?.instanceType;
  return architectureProblems(
    type === undefined ? [] : [["containers.instanceType", type]],
    image?.architecture,
  );
};

/** Its machines copy homes and start Jenkins without a lease: nothing that containers have. */
const rehearsalIsForJenkins: Check = ({ workload, recovery }) =>
  workload !== "containers" || recovery?.rehearsal === undefined
    ? []
    : [
        {
          path: "recovery.rehearsal",
          wrong: "is set although workload is containers, for which nothing rehearses",
          allowed: "nothing, unless workload is jenkins",
          fix: "leave it out; npm run drill -- --workload containers shows a failover in the local AWS",
        },
      ];

type Service = NonNullable<NonNullable<NonNullable<Given["containers"]>["services"]>[number]>;

function services({ containers }: Pick<Given, "containers">): readonly Service[] {
  return (containers?.services ?? []).map((each) => each ?? {});
}

/** An application of containers. */
export const containerChecks: readonly Check[] = [
  containersGoWithTheWorkload,
  imagesCanBePulled,
  imagesOfEcrAreInThePair,
  oneServiceGetsTheRest,
  namesDiffer,
  namesFitTheTargetGroup,
  healthPathsLeadHome,
  settingsAreThere,
  secretsAreThere,
  registriesAreOneOrTheOther,
  capacityIsInOrder,
  machineFitsTheImage,
  rehearsalIsForJenkins,
];
