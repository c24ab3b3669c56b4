import { expect } from "chai";
import type { Phase } from "../../../failover/model";
import { parseSettings } from "../../../stacks/config";
import { type Agreement, agreement } from "../../../stacks/failoverRecord/agreement";
import {
  type AgreementSettings,
  isPhase,
  type RecordReading,
  recordRegion,
} from "../../../stacks/failoverRecord/reading";
import { sampleSettings } from "../sampleSettings";

type StackName = "primary" | "dr";
const stacks: readonly StackName[] = ["primary", "dr"];
const [primaryRegion, drRegion] = ["eu-central-1", "eu-west-1"];

/** Every phase, and whether the function is at work in it; a new one does not compile without. */
const phases: Readonly<Record<Phase, "at rest" | "at work">> = {
  standby: "at rest",
  confirming: "at work",
  recovering: "at work",
  serving: "at rest",
  aborted: "at rest",
  blocked: "at work",
};
const allPhases = Object.keys(phases) as Phase[];

function settingsOf(stack: StackName, changed: Record<string, string> = {}): AgreementSettings {
  return parseSettings({ ...sampleSettings(stack), ...changed }, stack);
}

function found(phase: Phase, generation = 1, activeRegion = primaryRegion): RecordReading {
  return { kind: "found", record: { phase, generation, activeRegion } };
}

function refusalOf(verdict: Agreement): string {
  if (verdict.agrees) throw new Error("The stack was let go on.");
  return verdict.refusal;
}

/** The commands of a message: its lines that are indented and begin with a program's name. */
function commandsOf(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => /^ {2}(pulumi|npm) /.test(line))
    .map((line) => line.trim());
}

describe("a stack's agreement with the failover record", () => {
  for (const stack of stacks) {
    describe(stack, () => {
      const plain = settingsOf(stack);

      for (const phase of allPhases) {
        const resting = phases[phase] === "at rest";

        it(`${resting ? "runs" : "does not run"} in ${phase} when both values agree`, () => {
          const verdict = agreement(plain, found(phase));
          if (resting) {
            expect(verdict).to.deep.equal({ agrees: true });
            return;
          }
          const refusal = refusalOf(verdict);
          expect(refusal).to.include("A failover is under way").and.include(`phase ${phase}`);
          expect(refusal).to.include("nothing was changed");
          expect(commandsOf(refusal)).to.deep.equal([
            "npm run failover -- --stack dr --abort",
            `pulumi up --stack ${stack}`,
          ]);
        });

        it(`does not run in ${phase} after a failover that the configuration does not know`, () => {
          const refusal = refusalOf(agreement(plain, found(phase, 2, drRegion)));
          expect(refusal).to.include(`configuration of stack "${stack}" disagrees`);
          expect(refusal).to.include(
            "activeRegion: eu-central-1 in the configuration, eu-west-1 in the record",
          );
          expect(refusal).to.include("generation: 1 in the configuration, 2 in the record");
          expect(refusal).to.include(`table jenkins-failover in eu-west-1, phase ${phase}`);
          expect(commandsOf(refusal)).to.deep.equal([
            `pulumi config set activeRegion eu-west-1 --stack ${stack}`,
            `pulumi config set generation 2 --stack ${stack}`,
          ]);
          expect(refusal, "the commands are not enough yet").to.include("leave both stacks alone");
        });

        it(`does not run in ${phase} on another generation of the same region`, () => {
          const refusal = refusalOf(agreement(plain, found(phase, 3)));
          expect(refusal).to.include("generation: 1 in the configuration, 3 in the record");
          expect(refusal).not.to.include("activeRegion:");
          expect(commandsOf(refusal)).to.deep.equal([
            `pulumi config set activeRegion eu-central-1 --stack ${stack}`,
            `pulumi config set generation 3 --stack ${stack}`,
          ]);
          expect(refusal, "these commands are enough").not.to.include("leave both stacks alone");
        });

        it(`does not run in ${phase} when the configuration is ahead of the record`, () => {
          const ahead = settingsOf(stack, { activeRegion: drRegion, generation: "2" });
          const refusal = refusalOf(agreement(ahead, found(phase)));
          expect(refusal).to.include("generation: 2 in the configuration, 1 in the record");
          expect(refusal).to.include("moves nobody");
          expect(commandsOf(refusal)).to.have.length(2);
        });
      }

      it("runs before there is a table, and before the function wrote its item", () => {
        for (const missing of ["table", "item"] as const) {
          const verdict = agreement(plain, { kind: "absent", missing });
          expect(verdict).to.deep.equal({ agrees: true });
        }
      });

      it("does not run when the record cannot be read, and names the way to run all the same", () => {
        const error = "AccessDeniedException: no";
        const refusal = refusalOf(agreement(plain, { kind: "unreadable", error }));
        expect(refusal).to.include("cannot be read").and.include(error);
        expect(refusal).to.include("dynamodb:GetItem");
        expect(commandsOf(refusal)).to.deep.equal([
          `pulumi config set runWithoutRecord true --stack ${stack} && pulumi up --stack ${stack}`,
          `pulumi config rm runWithoutRecord --stack ${stack}`,
        ]);
      });

      it("runs without a record that cannot be read where that was set, and warns", () => {
        const brave = settingsOf(stack, { runWithoutRecord: "true" });
        const verdict = agreement(brave, { kind: "unreadable", error: "no answer" });
        expect(verdict).to.include({ agrees: true });
        expect(verdict.agrees && verdict.warning).to.include(
          `pulumi config rm runWithoutRecord --stack ${stack}`,
        );
      });

      it("obeys a record that can be read, whatever was set", () => {
        const brave = settingsOf(stack, { runWithoutRecord: "true" });
        expect(agreement(brave, found("serving", 2, drRegion)).agrees).to.equal(false);
        expect(agreement(brave, found("confirming")).agrees).to.equal(false);
      });

      it("does not run with swapped roles, even where the record agrees", () => {
        const swapped = settingsOf(stack, { activeRegion: drRegion, generation: "2" });
        const agreed = refusalOf(agreement(swapped, found("serving", 2, drRegion)));
        expect(agreed).to.include("roles of its regions swapped");
        expect(agreed).to.include("docs/runbook.md, Afterwards");
        expect(commandsOf(agreed), "nothing to undo: the region does serve").to.deep.equal([]);
        const alone = refusalOf(agreement(swapped, { kind: "absent", missing: "table" }));
        expect(commandsOf(alone)).to.deep.equal([
          `pulumi config set activeRegion eu-central-1 --stack ${stack}`,
          `pulumi config set generation 1 --stack ${stack}`,
        ]);
        const brave: AgreementSettings = { ...swapped, runWithoutRecord: true };
        expect(agreement(brave, { kind: "unreadable", error: "x" }).agrees).to.equal(false);
      });

      it("does not run on a record of other regions, and says what to put back", () => {
        const refusal = refusalOf(agreement(plain, found("standby", 1, "us-east-1")));
        expect(refusal).to.include("Put back").and.include("us-east-1");
        expect(commandsOf(refusal), "no command knows what was there").to.deep.equal([]);
      });
    });
  }

  describe("the update that asks for a failover by the config flag", () => {
    const asking = settingsOf("dr", { failover: "true" });

    for (const phase of allPhases) {
      it(`runs in ${phase} while nothing irreversible was decided`, () => {
        const verdict = agreement(asking, found(phase));
        expect(verdict.agrees).to.equal(true);
        const warning = verdict.agrees ? verdict.warning : undefined;
        if (phases[phase] === "at rest") expect(warning).to.equal(undefined);
        else expect(warning).to.include(`phase ${phase}`).and.include("a repeat changes nothing");
      });

      it(`does not run in ${phase} once it was, and says that no update is needed`, () => {
        const refusal = refusalOf(agreement(asking, found(phase, 2, drRegion)));
        expect(refusal).to.include("decided and needs no further update");
      });
    }

    it("does not let the serving region's stack run while a failover is under way", () => {
      const misplaced: AgreementSettings = { ...settingsOf("primary"), failover: true };
      expect(agreement(misplaced, found("recovering")).agrees).to.equal(false);
    });
  });

  it("names the stack as it is called", () => {
    const settings: AgreementSettings = { ...settingsOf("dr"), stackName: "standby-eu" };
    const refusal = refusalOf(agreement(settings, found("recovering")));
    expect(commandsOf(refusal)).to.deep.equal([
      "npm run failover -- --stack standby-eu --abort",
      "pulumi up --stack standby-eu",
    ]);
  });

  it("looks where the dr stack made the table, whatever the configuration says of the roles", () => {
    for (const activeRegion of [primaryRegion, drRegion]) {
      const settings = settingsOf("primary", { activeRegion, generation: "2" });
      expect(recordRegion(settings)).to.equal(drRegion);
    }
  });

  it("knows the phases of this version alone", () => {
    expect(allPhases.every(isPhase)).to.equal(true);
    for (const other of ["rehearsing", "", "constructor", undefined, 1]) {
      expect(isPhase(other), String(other)).to.equal(false);
    }
  });
});
