/** The type of the resource at the root of every stack. */
export const stackType = "pulumi:pulumi:Stack";
export const stackReferenceType = "pulumi:pulumi:StackReference";
const providerPrefix = "pulumi:providers:";

/** What a URN says: `urn:pulumi:<stack>::<project>::<parent type$type>::<name>`. */
export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  /** With the types of all its parents. */
  readonly qualifiedType: string;
  readonly type: string;
  readonly name: string;
}

/** @throws Error when the text is no URN. */
export function parseUrn(urn: string): UrnParts {
  const [stack, project, qualifiedType, ...names] = urn.replace(/^urn:pulumi:/, "").split("::");
  if (stack === undefined || project === undefined || qualifiedType === undefined) {
    throw new Error(`${JSON.stringify(urn)} is not a resource's URN.`);
  }
  const type = qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1);
  return { stack, project, qualifiedType, type, name: names.join("::") };
}

/** The URN of a resource. The root stack does not count as a parent. */
export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const above = parent === undefined || parent === "" ? undefined : parseUrn(parent).qualifiedType;
  const qualified = above === undefined || above === stackType ? type : `${above}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** The package whose provider this type is, or undefined for other types. */
export function providerPackage(type: string): string | undefined {
  return type.startsWith(providerPrefix) ? type.slice(providerPrefix.length) : undefined;
}

/** The type of the provider of a package. */
export function providerType(packageName: string): string {
  return providerPrefix + packageName;
}

/** The package of a type or function token: `aws` of `aws:s3/bucket:Bucket`. */
export function packageOf(token: string): string {
  const [packageName] = token.split(":", 1);
  if (packageName === undefined || packageName === "" || packageName === token) {
    throw new Error(`${JSON.stringify(token)} is not a type or function token.`);
  }
  return packageName;
}

/** Providers that nobody asked for: the engine makes one for each package that lacks one. */
export function isDefaultProvider(urn: string): boolean {
  const { type, name } = parseUrn(urn);
  return providerPackage(type) !== undefined && /^default(_|$)/.test(name);
}
