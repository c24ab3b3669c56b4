import { expect } from "chai";
import { PromoteUsageError, readPromoteOptions } from "../../commands/promoteOptions";

describe("the promotion's command line", () => {
  it("names the stack of prod unless told otherwise", () => {
    expect(readPromoteOptions(["status"])).to.deep.equal({
      verb: "status",
      from: { kind: "stack", stack: "web-prod" },
      ...{ stopAfter: false, delete: false, yes: false, direct: false },
    });
    const given = ["start", "--target", "t.yaml", "--stop-after", "--delete", "--yes", "--direct"];
    expect(readPromoteOptions(given)).to.deep.equal({
      verb: "start",
      from: { kind: "file", file: "t.yaml" },
      ...{ stopAfter: true, delete: true, yes: true, direct: true },
    });
  });

  const wrong: [string, string[], string][] = [
    ["no verb", [], "There is no verb: say start, stop, status or plan."],
    ["a wrong verb", ["restart"], '"restart" is no verb: say start, stop, status or plan.'],
    ["two verbs", ["start", "stop"], "too many arguments"],
    ["an unknown option", ["start", "--force"], "unknown option '--force'"],
    ["an option without its value", ["start", "--stack"], "argument missing"],
    ["an empty stack", ["start", "--stack", ""], "--stack is empty"],
    ["two targets", ["start", "--stack", "a", "--target", "b"], "give one of them"],
    ["--stop-after without start", ["stop", "--stop-after"], "--stop-after belongs to start."],
    ["--delete without start", ["status", "--delete"], "--delete belongs to start and plan."],
    ["--yes to nothing", ["start", "--yes"], "--yes belongs to --delete."],
  ];
  for (const [name, argv, message] of wrong)
    it(`refuses ${name}`, () => {
      expect(() => readPromoteOptions(argv))
        .to.throw(PromoteUsageError)
        .with.property("message")
        .that.includes(message)
        .and.includes("Usage: npm run promote --");
    });
});
