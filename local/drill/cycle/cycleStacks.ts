import { join } from "node:path";
import type { Adoption } from "../../../commands/adoptionPlan";
import { adoptStacks } from "../../../commands/adoptStacks";
import type { Settings } from "../../../stacks/config";
import {
  type Engine,
  OperationFailed,
  type OperationResult,
  type StackSpec,
} from "../../engine/engine";
import type { LocalAws } from "../../localAws";
import { workDir } from "../deployment";
import type { Tell } from "../stage";
import type { StackName } from "../account";
import { CycleConfiguration, type Overrides } from "./configuration";
import { readRecord } from "./formerState";

/** Both stacks as a person has them: configuration files, state, and what is done to them. */
export class CycleStacks {
  private readonly configuration: CycleConfiguration;

  constructor(
    private readonly local: LocalAws,
    private readonly engine: Engine,
    /** Of the state of both, and of their configuration files. */
    private readonly stateDir: string,
    overrides: Overrides,
    /** Ends a run of an engine. */
    private readonly signal: AbortSignal,
  ) {
    this.configuration = new CycleConfiguration(join(stateDir, "project"), workDir, overrides);
  }

  /** As the files say now. */
  settings(stack: StackName): Settings {
    return this.configuration.settings(stack);
  }

  /** `pulumi up`. */
  up(stack: StackName, tell: Tell): Promise<OperationResult> {
    let done = 0;
    return this.engine.up(this.spec(stack), {
      signal: this.signal,
      onEvent: (event) => {
        if (event.kind !== "finished") return;
        done += 1;
        tell(`${stack}: ${done} resources, last ${event.operation.name}`, "passing");
      },
    });
  }

  /** What a preview that does not succeed says; nothing where it does. */
  async refusal(stack: StackName): Promise<string[]> {
    try {
      await this.engine.preview(this.spec(stack));
      return [];
    } catch (error) {
      if (!(error instanceof OperationFailed)) throw error;
      return error.result.diagnostics.map(({ message }) => message);
    }
  }

  /** `npm run adopt`. @throws Error with its reason where it does not adopt */
  async adopt(): Promise<Adoption> {
    const { verdict } = await adoptStacks(
      this.configuration.folder,
      { primary: "primary", dr: "dr" },
      { readRecord: (region, prefix) => readRecord(this.local, region, prefix) },
    );
    if (verdict.kind !== "adopt") throw new Error(`Adoption was refused: ${verdict.because}`);
    const { letGo } = verdict;
    if (letGo !== undefined) await this.engine.unprotect(this.spec(letGo.program), letGo.urns);
    return verdict;
  }

  private spec(stack: StackName): StackSpec {
    const { stateDir } = this;
    return this.local.stack(stack, { workDir, stateDir }, this.configuration.values(stack));
  }
}
