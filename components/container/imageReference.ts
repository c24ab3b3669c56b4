/** How a registry lets machines pull. */
export interface RegistryAccess {
  /**
   * Key under `secrets` of `{"username":"…","password":"…"}`. Absent: the registry asks for no log-on.
   */
  readonly credentials?: string;
}

/** What an image's name says. */
export interface ImageReference {
  /** Host, with the port if there is one. Docker Hub, which names leave out, is `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  /** Where the registry is Amazon ECR's private one. */
  readonly ecr?: { readonly accountId: string; readonly region: string };
}

/** Something about an image that cannot be deployed; each part is one clause of a message. */
export interface ImageProblem {
  readonly wrong: string;
  readonly allowed: string;
  readonly fix: string;
}

/** Registries from which anybody may pull what is public there. */
const publicRegistries = [
  "docker.io",
  "ghcr.io",
  "public.ecr.aws",
  "quay.io",
  "registry.k8s.io",
  "mcr.microsoft.com",
  "gcr.io",
] as const;

const example =
  "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/frontend:1.4.2, or …@sha256:<64 hexadecimal digits>";
const allowed = `registry, repository, and a tag other than latest or a digest, such as ${example}`;

// The grammar of names: https://github.com/distribution/reference
const hostForm =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::\d{1,5})?$/;
const repositoryForm =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;
const ecrForm =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|on\.aws)(?:\.cn)?$/;
const longestName = 255;

interface Parts {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

function split(text: string): Parts {
  const [name = "", ...digests] = text.split("@");
  const digest = digests.length === 0 ? undefined : digests.join("@");
  const lastSlash = name.lastIndexOf("/");
  const colon = name.indexOf(":", lastSlash + 1);
  const path = colon < 0 ? name : name.slice(0, colon);
  const tag = colon < 0 ? undefined : name.slice(colon + 1);
  const [first = "", ...rest] = path.split("/");
  const namesHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  if (namesHost) return { registry: first, repository: rest.join("/"), tag, digest };
  const official = path.includes("/") ? path : `library/${path}`;
  return { registry: "docker.io", repository: official, tag, digest };
}

/** The parts of an image's name; undefined where {@link imageProblems} finds its form wrong. */
export function parseImage(text: string): ImageReference | undefined {
  if (formProblems(text).length > 0) return undefined;
  const { registry, repository, tag, digest } = split(text);
  const [, accountId, region] = ecrForm.exec(registry) ?? [];
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    ...(accountId === undefined || region === undefined ? {} : { ecr: { accountId, region } }),
  };
}

/**
 * Everything for which an image could not be pulled, or not twice the same: in both regions, and by a
 * machine that starts next year.
 */
export function imageProblems(
  text: string,
  registries: Readonly<Record<string, RegistryAccess>>,
): readonly ImageProblem[] {
  return [...formProblems(text), ...versionProblems(text), ...accessProblems(text, registries)];
}

function formProblems(text: string): ImageProblem[] {
  const complain = (wrong: string, fix: string): ImageProblem => ({
    wrong: `is "${text}", ${wrong}`,
    allowed,
    fix,
  });
  if (/^[a-z]+:\/\//i.test(text)) {
    const bare = text.replace(/^[a-z]+:\/\//i, "");
    return [complain("which begins like a web address", `leave the beginning out: ${bare}`)];
  }
  if (isIllegible(text)) {
    return [
      complain("which is empty, or has blanks or :// in it", "write it as docker pull takes it"),
    ];
  }
  const { registry, repository, tag, digest } = split(text);
  const problems: ImageProblem[] = [];
  if (!hostForm.test(registry)) {
    problems.push(
      complain(`whose registry "${registry}" is no host`, "use a lower-case host name"),
    );
  }
  if (!repositoryForm.test(repository) || repository.length + registry.length > longestName) {
    const lower = repository.toLowerCase();
    const fix = repositoryForm.test(lower)
      ? `use lower case: ${lower}`
      : "use lower-case letters and digits, with single . _ or - between them, and / between parts";
    problems.push(complain(`whose repository "${repository}" is no repository's name`, fix));
  }
  if (tag !== undefined && !tagForm.test(tag)) {
    const fix = "use letters, digits and . _ -, 128 at most, the first one a letter, digit or _";
    problems.push(complain(`whose tag "${tag}" is no tag`, fix));
  }
  if (digest !== undefined && !digestForm.test(digest)) {
    const found = digest.startsWith("sha256:")
      ? `has ${digest.length - "sha256:".length} characters after sha256: where 64 hexadecimal digits belong`
      : "does not begin with sha256:";
    const fix = "copy it whole from: docker buildx imagetools inspect <image>";
    problems.push(complain(`whose digest ${found}`, fix));
  }
  return problems;
}

/** Nothing can be said of its parts. */
function isIllegible(text: string): boolean {
  return text === "" || /\s|:\/\//.test(text);
}

function versionProblems(text: string): ImageProblem[] {
  const { tag, digest } = split(text);
  if (digest !== undefined || isIllegible(text)) return [];
  if (tag === undefined || tag === "latest") {
    const what = tag === undefined ? "has no tag" : 'has the tag "latest"';
    const because = "the next machine that starts would run something else than the last one";
    return [
      {
        wrong: `is "${text}", which ${what}: ${because}`,
        allowed,
        fix: "name the version that you tested: its tag, or better its digest",
      },
    ];
  }
  return [];
}

function accessProblems(
  text: string,
  registries: Readonly<Record<string, RegistryAccess>>,
): ImageProblem[] {
  const reference = parseImage(text);
  if (reference === undefined) return [];
  const { registry, ecr } = reference;
  const isPublic = (publicRegistries as readonly string[]).includes(registry);
  if (ecr !== undefined || isPublic || Object.hasOwn(registries, registry)) return [];
  return [
    {
      wrong: `is "${text}", from a registry that is not known to be public, without credentials`,
      allowed: `Amazon ECR, ${publicRegistries.join(", ")}, or a registry under containers.registries`,
      fix:
        `add containers.registries.${registry} with credentials: <key under secrets>, or with ` +
        "public: true if it asks for no log-on",
    },
  ];
}

/**
 * The same image as a region pulls it. Of ECR's images each region has its own copy, which is there
 * when the other region is not; any other registry is asked from both.
 *
 * @param pair the regions between which ECR replicates
 */
export function imageIn(region: string, image: string, pair: readonly string[]): string {
  const ecr = parseImage(image)?.ecr;
  if (ecr === undefined || !pair.includes(ecr.region)) return image;
  return image.replace(`.${ecr.region}.`, `.${region}.`);
}
