import type { Properties } from "./typeRow";

/** One resource as the program asked the engine for it, with what the mocks answered. */
export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the parent; undefined for the stack itself and for what lost its parent. */
  readonly parent: string | undefined;
  /** False for components. */
  readonly custom: boolean;
  /** True for components that another plugin constructs (awsx). */
  readonly remote: boolean;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Undefined leaves it to the provider, which says true wherever the name is ours. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  /** URNs of everything that must exist first, by option or by a used output. */
  readonly dependsOn: readonly string[];
  /** URNs by input property whose outputs it was computed from. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** `urn::id` of the explicit provider; undefined for the default one. */
  readonly provider: string | undefined;
  /** The region that the resource lands in; undefined for components and global services. */
  readonly region: string | undefined;
  readonly importId: string | undefined;
  readonly customTimeouts: Readonly<Record<string, string>>;
  /** Plain values, secrets unwrapped. */
  readonly inputs: Properties;
  /** Paths of inputs that were marked secret, e.g. `secretString` or `environment.variables`. */
  readonly secretInputs: readonly string[];
  readonly id: string;
  readonly outputs: Properties;
}

/** One invoke that the program made. */
export interface Call {
  readonly token: string;
  readonly inputs: Properties;
  readonly provider: string | undefined;
}

/** Everything that one run of a program registered, with the questions that tests ask of it. */
export class Registrations {
  constructor(
    readonly all: readonly Registration[],
    readonly calls: readonly Call[],
  ) {}

  /** All of a type. */
  ofType(type: string): readonly Registration[] {
    return this.all.filter((each) => each.type === type);
  }

  /** The only one of a type, or of a type with a logical name; anything else is an error. */
  one(type: string, name?: string): Registration {
    const found = this.ofType(type).filter((each) => name === undefined || each.name === name);
    const [only] = found;
    if (only === undefined || found.length > 1) {
      const names = this.ofType(type).map((each) => each.name);
      throw new Error(
        `expected one ${type}${name === undefined ? "" : ` named ${name}`}, found ${found.length}; ` +
          `of that type are: ${names.join(", ") || "none"}`,
      );
    }
    return only;
  }

  byUrn(urn: string): Registration {
    const found = this.all.find((each) => each.urn === urn);
    if (found === undefined) throw new Error(`nothing was registered as ${urn}`);
    return found;
  }

  childrenOf(parent: Registration): readonly Registration[] {
    return this.all.filter((each) => each.parent === parent.urn);
  }

  /** Logical names of a type, sorted: what two runs are compared by. */
  namesOf(type: string): readonly string[] {
    return this.ofType(type)
      .map((each) => each.name)
      .sort();
  }
}
