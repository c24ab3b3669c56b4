import { expect } from "chai";
import { readOptions, requestOf, UsageError } from "../../commands/failoverRequest";

describe("npm run failover: the command line", () => {
  const now = new Date("2026-11-21T03:00:00Z");
  const request = (...argv: string[]) => requestOf(readOptions(argv), 4, now, "direct-1");

  it("asks for a failover of the generation that the person looks at", () => {
    expect(request("--stack", "dr")).to.deep.equal({
      source: "direct",
      command: "failover",
      id: "direct-1",
      at: "2026-11-21T03:00:00.000Z",
      generation: 4,
      force: false,
    });
  });

  it("asks for an abort, and for force with its reason", () => {
    expect(request("--stack=dr", "--abort")).to.include({ command: "abort", force: false });
    expect(request("--stack", "dr", "--force", "--reason", " incident 4711 ")).to.include({
      command: "failover",
      force: true,
      reason: "incident 4711",
    });
  });

  it("asks for a planned role change", () => {
    expect(request("--stack", "primary", "--planned")).to.include({ planned: true, force: false });
  });

  it("gives the old region up, with who and why", () => {
    const argv = ["--stack", "dr", "--accept-unfenced", "--reason", "lost for weeks"];
    expect(requestOf(readOptions(argv), 4, now, "direct-1", "ada on laptop")).to.include({
      command: "acceptUnfenced",
      reason: "lost for weeks",
      by: "ada on laptop",
      force: false,
    });
  });

  const refused: [string[], string][] = [
    [["--stack", "dr", "--accept-unfenced"], "--accept-unfenced needs --reason"],
    [["--stack", "dr", "--accept-unfenced", "--reason", "x", "--force"], "stands alone"],
    [["--stack", "dr", "--accept-unfenced", "--reason", "x", "--abort"], "stands alone"],
    [["--stack", "dr", "--accept-unfenced", "--reason", "x", "--planned"], "stands alone"],
    [[], "--stack is missing"],
    [["--stack", ""], "--stack is missing"],
    [["--stack", "dr", "--force"], "--force needs --reason"],
    [["--stack", "dr", "--force", "--reason", "  "], "--reason is empty"],
    [["--stack", "dr", "--force", "--reason", "x", "--abort"], "contradict"],
    [["--stack", "dr", "--planned", "--force", "--reason", "x"], "--planned and --force"],
    [["--stack", "dr", "--planned", "--abort"], "--planned and --abort"],
    [["--stack", "dr", "--rehearse", "--planned"], "--rehearse and --planned"],
    [["--stack", "dr", "--rehearse", "--force", "--reason", "x"], "--rehearse and --force"],
    [["--stack", "dr", "--forse"], "--forse"],
    [["--stack", "dr", "abort"], "abort"],
  ];
  for (const [argv, says] of refused) {
    it(`refuses: ${argv.join(" ") || "nothing at all"}`, () => {
      expect(() => readOptions(argv))
        .to.throw(UsageError)
        .with.property("message")
        .that.includes(says)
        .and.includes("Usage: npm run failover");
    });
  }
});
