import { expect } from "chai";
import type { Phase } from "../../../failover/model";
import { parseSettings } from "../../../stacks/config";
import { type Agreement, agreement } from "../../../stacks/failoverRecord/agreement";
import {
  type AgreementSettings,
  isPhase,
  type Readings,
  type RecordReading,
  settles,
  waitingRegion,
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

/** As `npm run adopt` sets them after the first failover. */
const adopted = { activeRegion: drRegion, generation: "2", homeFileSystemId: "fs-0123456789" };

function record(phase: Phase, generation = 1, activeRegion = primaryRegion): RecordReading {
  return { kind: "found", record: { phase, generation, activeRegion } };
}

/** The waiting region has it. */
function found(...of: Parameters<typeof record>): Readings {
  return { waiting: record(...of) };
}

const absent: RecordReading = { kind: "absent", missing: "item" };

function unreadable(error: string): RecordReading {
  return { kind: "unreadable", error };
}

function adoption(stack: StackName): string[] {
  return ["npm run adopt", `pulumi up --stack ${stack}`];
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
          expect(commandsOf(refusal)).to.deep.equal(adoption(stack));
        });

        it(`does not run in ${phase} on another generation of the same region`, () => {
          const refusal = refusalOf(agreement(plain, found(phase, 3)));
          expect(refusal).to.include("generation: 1 in the configuration, 3 in the record");
          expect(refusal).not.to.include("activeRegion:");
          expect(commandsOf(refusal)).to.deep.equal(adoption(stack));
        });

        it(`does not run in ${phase} when the configuration is ahead of the record`, () => {
          const ahead = settingsOf(stack, adopted);
          const readings = { waiting: absent, active: record(phase) };
          const refusal = refusalOf(agreement(ahead, readings));
          expect(refusal).to.include("generation: 2 in the configuration, 1 in the record");
          expect(refusal).to.include("moves nobody");
          expect(commandsOf(refusal)).to.have.length(2);
        });
      }

      it("runs before there is a table, and before the function wrote its item", () => {
        for (const missing of ["table", "item"] as const) {
          const verdict = agreement(plain, { waiting: { kind: "absent", missing } });
          expect(verdict).to.deep.equal({ agrees: true });
        }
      });

      it("does not run when the record cannot be read, and names the way to run all the same", () => {
        const error = "AccessDeniedException: no";
        const refusal = refusalOf(agreement(plain, { waiting: unreadable(error) }));
        expect(refusal).to.include("cannot be read").and.include(error);
        expect(refusal).to.include("dynamodb:GetItem");
        expect(commandsOf(refusal)).to.deep.equal([
          `pulumi config set runWithoutRecord true --stack ${stack} && pulumi up --stack ${stack}`,
          `pulumi config rm runWithoutRecord --stack ${stack}`,
        ]);
      });

      it("runs without a record that cannot be read where that was set, and warns", () => {
        const brave = settingsOf(stack, { runWithoutRecord: "true" });
        const verdict = agreement(brave, { waiting: unreadable("no answer") });
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

      describe("after it was adopted", () => {
        const swapped = settingsOf(stack, adopted);

        it("runs on the record of the region that took over, while the other has none yet", () => {
          const active = record("serving", 2, drRegion);
          expect(agreement(swapped, { waiting: absent, active })).to.deep.equal({ agrees: true });
          const former = record("standby");
          expect(agreement(swapped, { waiting: former, active }), "an older one").to.deep.equal({
            agrees: true,
          });
        });

        it("runs on the waiting region's own record, and obeys it first", () => {
          expect(agreement(swapped, found("standby", 2, drRegion))).to.deep.equal({ agrees: true });
          const refusal = refusalOf(agreement(swapped, found("recovering", 2, drRegion)));
          expect(refusal).to.include("under way").and.include("eu-central-1, phase recovering");
          const failedBack = refusalOf(agreement(swapped, found("serving", 3)));
          expect(commandsOf(failedBack)).to.deep.equal(adoption(stack));
        });

        it("does not run while the former region is not fenced", () => {
          const active: RecordReading = {
            kind: "found",
            record: { phase: "serving", generation: 2, activeRegion: drRegion, unfenced: true },
          };
          const refusal = refusalOf(agreement(swapped, { waiting: absent, active }));
          expect(refusal).to.include("eu-central-1 is not fenced yet");
          expect(commandsOf(refusal)).to.deep.equal(adoption(stack));
        });

        describe("with the former region given up as lost", () => {
          const lost: RecordReading = {
            kind: "found",
            record: {
              phase: "serving",
              generation: 2,
              activeRegion: drRegion,
              unfenced: true,
              accepted: true,
            },
          };
          const given = stack === "dr" ? "runs, and goes on to fence" : "does not run";

          for (const [how, waiting] of [
            ["silent", unreadable("timeout")],
            ["without a record", absent],
          ] as const) {
            it(`${given} while that is ${how}`, () => {
              const verdict = agreement(swapped, { waiting, active: lost });
              if (stack === "dr") {
                expect(verdict).to.include({ agrees: true, formerLost: true });
                expect(verdict.agrees && verdict.warning).to.include("eu-central-1 was never seen");
              } else {
                expect(refusalOf(verdict)).to.include("eu-central-1 is not fenced yet");
              }
            });
          }

          it("disagrees with a configuration that did not adopt the failover", () => {
            expect(refusalOf(agreement(plain, { waiting: lost }))).to.include("disagrees");
            const behind = { waiting: unreadable("x"), active: lost };
            const other = { ...swapped, generation: 1 };
            expect(refusalOf(agreement(other, behind))).to.include("disagrees");
          });

          it("needs that word: silence alone, or runWithoutRecord, does not lead past an open fence", () => {
            const open: RecordReading = {
              kind: "found",
              record: { phase: "serving", generation: 2, activeRegion: drRegion, unfenced: true },
            };
            const readings = { waiting: unreadable("timeout"), active: open };
            for (const settings of [swapped, { ...swapped, runWithoutRecord: true }]) {
              const refusal = refusalOf(agreement(settings, readings));
              expect(refusal).to.include("not fenced yet");
              const way = "--stack dr --accept-unfenced --reason";
              if (stack === "dr") expect(refusal).to.include(way);
              else expect(refusal).not.to.include(way);
            }
          });

          it("is not asked for once that is fenced: its silence is a record that cannot be read", () => {
            const fenced = record("serving", 2, drRegion);
            const readings = { waiting: unreadable("timeout"), active: fenced };
            expect(refusalOf(agreement(swapped, readings))).to.include("cannot be read");
          });
        });

        it("does not run on no record at all, nor where the one that counts cannot be read", () => {
          const nobody = refusalOf(agreement(swapped, { waiting: absent, active: absent }));
          expect(nobody).to.include("No failover record knows of generation 2");
          expect(commandsOf(nobody)).to.have.length(2);
          const unread = refusalOf(
            agreement(swapped, { waiting: absent, active: unreadable("x") }),
          );
          expect(unread).to.include("cannot be read").and.include("in eu-west-1");
          const silent = refusalOf(agreement(swapped, { waiting: unreadable("x") }));
          expect(silent).to.include("in eu-central-1");
          const brave: AgreementSettings = { ...swapped, runWithoutRecord: true };
          expect(agreement(brave, { waiting: unreadable("x") }).agrees).to.equal(true);
          const warned = agreement(brave, { waiting: absent, active: unreadable("x") });
          expect(warned.agrees && warned.warning).to.include("in eu-west-1");
        });
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

  it("asks the region that waits, and the other one only for a role change that this one missed", () => {
    const [first, second] = [settingsOf("dr"), settingsOf("dr", adopted)];
    expect(waitingRegion(first)).to.equal(drRegion);
    expect(waitingRegion(second)).to.equal(primaryRegion);
    expect(settles(first, absent), "nothing was ever failed over").to.equal(true);
    expect(settles(first, record("standby"))).to.equal(true);
    expect(settles(second, absent)).to.equal(false);
    expect(settles(second, record("standby")), "an older generation").to.equal(false);
    expect(settles(second, record("standby", 2, drRegion))).to.equal(true);
    expect(settles(first, unreadable("x")), "nobody else can know").to.equal(true);
    expect(settles(second, unreadable("x")), "the other knows if it was given up").to.equal(false);
  });

  it("knows the phases of this version alone", () => {
    expect(allPhases.every(isPhase)).to.equal(true);
    for (const other of ["rehearsing", "", "constructor", undefined, 1]) {
      expect(isPhase(other), String(other)).to.equal(false);
    }
  });
});
