import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { signatureKey } from "../../../local/engine/propertyValue";
import { StandinEngine } from "../../../local/engine/standin/standinEngine";
import { inlineHost } from "../../support/inlineHost";
import { failureOf, Sandbox, steps } from "./support/sandbox";

const engine = new StandinEngine();

/** For what the engine does with a program that succeeds, wherever that runs: see there. */
const inline = new StandinEngine(inlineHost);

describe("the stand-in engine", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await Sandbox.start();
  });
  afterEach(() => {
    sandbox.stop();
  });

  it("creates, keeps, updates, replaces and deletes, each in its order", async () => {
    const program = `
      const provider = new TestProvider("region", { region: "eu" });
      const opts = { provider };
      const a = new Thing("a", { name: "a", zone: config.get("zone") }, opts);
      const b = new Thing("b", { name: "b", uses: a.arn, tags: { x: config.get("x") || "1" } },
        { ...opts, ignoreChanges: ["tags.x"] });
      if (!config.get("less")) {
        const c = new Thing("c", { name: "c", uses: b.arn }, opts);
        new Thing("d", { name: "d" }, { ...opts, dependsOn: [c] });
      }
      const s = new Thing("s", { name: "s", zone: config.get("zone") }, opts, "test:index:Solo");
      new Thing("t", { name: "t", zone: s.arn }, opts);
      exports.arn = a.arn;`;
    const stack = sandbox.stack(program);
    const first = await engine.up(stack);
    expect(steps(first.operations)).to.deep.equal(
      ["a", "b", "c", "d", "s", "t"].map((name) => `create ${name}`),
    );
    const order = sandbox.changes();
    for (const [before, after] of ["ab", "bc", "cd", "st"].map((pair) => pair.split(""))) {
      expect(order.indexOf(`create ${before!}`)).to.be.lessThan(order.indexOf(`create ${after!}`));
    }

    const changed = { ...stack, config: { zone: "z2", x: "2", less: "yes" } };
    const plan = await inline.preview(changed);
    expect(sandbox.changes(), "a preview changes nothing").to.deep.equal([]);
    const second = await inline.up(changed);
    const expected = ["delete c", "delete d", "replace a", "replace s", "replace t", "update b"];
    expect(steps(second.operations)).to.deep.equal(expected);
    expect(steps(plan.operations), "the plan says what up does").to.deep.equal(expected);
    const calls = sandbox.changes();
    const at = (step: string) => calls.indexOf(step);
    expect(at("create a"), "the replacement first").to.be.lessThan(at("delete a"));
    expect(at("update b"), "dependents move over first").to.be.lessThan(at("delete a"));
    expect(at("delete t"), "what a delete-first takes along").to.be.lessThan(at("delete s"));
    expect(at("delete s")).to.be.lessThan(at("create s"));
    expect(at("delete d")).to.be.lessThan(at("delete c"));
    expect(first.outputs.arn?.value).not.to.equal(second.outputs.arn?.value);
    expect(plan.outputs.arn).to.include({ known: false });
    const b = second.requests.find(({ name }) => name === "b");
    expect(b?.ignoreChanges).to.deep.equal(["tags.x"]);
    expect(Object.values(sandbox.world()).find(({ name }) => name === "b")?.tags).to.deep.equal({
      x: "1",
    });

    await inline.destroy(changed);
    expect(sandbox.world()).to.deep.equal({});
    const gone = sandbox.changes();
    expect(gone.indexOf("delete b")).to.be.lessThan(gone.indexOf("delete a"));
  });

  it("records parents, providers and protection, and refuses to delete what is protected", async () => {
    const stack = sandbox.stack(`
      const provider = new TestProvider("region", { region: "eu" });
      const box = new Box("box", { providers: [provider], protect: true });
      const kept = new Thing("kept", {}, { parent: box });
      new Thing("free", { uses: kept.arn }, { parent: box, protect: false });
      box.registerOutputs({ arn: kept.arn });`);
    const { requests, operations } = await inline.up(stack);
    const byName = (name: string) => requests.find((request) => request.name === name)!;
    expect(byName("kept")).to.deep.include({ parent: byName("box").urn, protect: true });
    expect(byName("kept").provider).to.match(/pulumi:providers:test::region::[0-9a-f-]{36}$/);
    expect(byName("box").providers).to.have.property("test", byName("kept").provider);
    expect(byName("free")).to.deep.include({ protect: false, dependsOn: [byName("kept").urn] });
    expect(operations.find(({ name }) => name === "kept")).to.include({ protect: true });
    sandbox.calls();

    const failure = await failureOf(inline.destroy(stack));
    expect(failure.message).to.contain(byName("kept").urn).and.to.contain("protected");
    expect(sandbox.changes(), "nothing is deleted, not even what is free").to.deep.equal([]);
    const without = await failureOf(inline.up(sandbox.stack("")));
    expect(without.message).to.contain(byName("kept").urn);
    expect(Object.keys(sandbox.world())).to.have.length(2);
  });

  it("keeps secrets out of the state, the record, the log and providers' envelopes", async () => {
    const stack = sandbox.stack(
      `
      const provider = new TestProvider("region", { region: "eu" });
      const password = config.requireSecret("password");
      const thing = new Thing("thing", { password, tags: { inner: password } },
        { provider, additionalSecretOutputs: ["token"] });
      password.apply((text) => pulumi.log.info("the password is " + text));
      exports.token = thing.token;
      exports.password = password;`,
      { config: { password: { secret: "hunter22" } } },
    );
    const { outputs, requests, diagnostics } = await inline.up(stack);
    const [created] = sandbox.calls().filter(({ call }) => call === "create");
    expect(created?.inputs).to.include({ password: "hunter22" });
    expect(JSON.stringify(created)).not.to.contain(signatureKey);
    expect(outputs.password).to.deep.equal({ value: "hunter22", secret: true, known: true });
    expect(outputs.token?.secret).to.equal(true);
    const clear = [JSON.stringify(requests), JSON.stringify(diagnostics), sandbox.stateText()];
    for (const text of clear) {
      expect(text).not.to.contain("hunter22");
      expect(text).not.to.contain("token-of-");
    }
    expect(requests.find(({ name }) => name === "thing")?.inputs.password).to.equal("[secret]");
    expect(diagnostics.map(({ message }) => message)).to.include("the password is [secret]");
    expect(steps((await inline.up(stack)).operations)).to.deep.equal(["same thing"]);
    let wrong: Error | undefined;
    await inline.up({ ...stack, passphrase: "wrong" }).catch((error: unknown) => {
      wrong = error as Error;
    });
    expect(wrong?.message).to.contain("another passphrase");
  });

  it("ends a failing program at once, says why, and deletes nothing", async () => {
    const ok = sandbox.stack(`
      const provider = new TestProvider("region", { region: "eu" });
      new Thing("a", {}, { provider });`);
    await inline.up(ok);
    const start = Date.now();
    const failure = await failureOf(engine.up(sandbox.stack(`throw new Error("no such region");`)));
    expect(failure.message).to.contain("no such region");
    expect(Date.now() - start).to.be.lessThan(20_000);
    expect(Object.keys(sandbox.world())).to.have.length(1);
  });

  it("leaves a state to go on from when a provider fails in the middle", async () => {
    const program = (fail: string) => `
      const provider = new TestProvider("region", { region: "eu" });
      new Thing("slow", { delay: 700 }, { provider });
      const half = new Thing("half", { fail: ${fail} }, { provider });
      new Thing("after", { uses: half.arn }, { provider });`;
    const failure = await failureOf(engine.up(sandbox.stack(program(`"half"`))));
    expect(failure.message).to.contain("half").and.to.contain("it never became ready");
    expect(sandbox.changes()).to.have.members(["create slow", "create half"]);
    const next = await inline.up(sandbox.stack(program("undefined")));
    expect(steps(next.operations)).to.deep.equal(["create after", "same slow", "update half"]);
  });

  it("reads another stack's outputs, and says which stack to deploy first", async () => {
    const reader = sandbox.stack(
      `exports.arn = new pulumi.StackReference("primary").requireOutput("arn");`,
      { name: "dr" },
    );
    const failure = await failureOf(engine.up(reader));
    expect(failure.message).to.contain("Deploy primary first");
    const plan = await inline.preview(reader);
    expect(plan.outputs.arn).to.include({ known: false });
    expect(plan.diagnostics.find(({ severity }) => severity === "warning")?.message).to.contain(
      "has not been deployed",
    );
    await inline.up(sandbox.stack(`exports.arn = pulumi.secret("arn:1");`, { name: "primary" }));
    const { outputs, operations } = await inline.up(
      sandbox.stack(`exports.arn = new pulumi.StackReference("primary").requireOutput("arn");`, {
        name: "dr",
      }),
    );
    expect(outputs.arn).to.deep.equal({ value: "arn:1", secret: true, known: true });
    expect(operations.map(({ op }) => op)).to.include("read");
  });

  it("takes over on refresh what has changed and forgets what is gone", async () => {
    const stack = sandbox.stack(`
      const provider = new TestProvider("region", { region: "eu" });
      new Thing("a", { name: "a", size: 1 }, { provider });
      new Thing("b", { name: "b" }, { provider });`);
    await inline.up(stack);
    for (const [id, thing] of Object.entries(sandbox.world())) {
      sandbox.meddle(id, thing.name === "a" ? { ...thing, size: 9 } : undefined);
    }
    const refreshed = await inline.refresh(stack);
    expect(steps(refreshed.operations)).to.deep.equal(["delete b", "update a"]);
    expect(steps((await inline.up(stack)).operations)).to.deep.equal(["create b", "update a"]);
  });

  it("refuses what it does not model, by name", async () => {
    const stack = sandbox.stack(`
      const provider = new TestProvider("region", { region: "eu" });
      new Thing("a", {}, { provider, import: "id-1" });
      new pulumi.CustomResource("other:index:Thing", "b", {});`);
    const { message } = await failureOf(engine.up(stack));
    expect(message).to.match(/a \(test:index:Thing\) uses import|package other/);
    expect(sandbox.changes()).to.deep.equal([]);
  });

  it("begins nothing when it was interrupted before it began", async () => {
    const stack = sandbox.stack(`new Thing("a", {}, {});`);
    const failure = await failureOf(engine.up(stack, { signal: AbortSignal.abort() }));
    expect(failure.message).to.contain("interrupted");
    expect(sandbox.changes()).to.deep.equal([]);
  });

  it("goes on after it was killed in the middle", async () => {
    const stack = sandbox.stack(`
      const provider = new TestProvider("region", { region: "eu" });
      const a = new Thing("a", {}, { provider });
      new Thing("b", { uses: a.arn }, { provider });`);
    const { operations } = await inline.up(stack);
    const urn = (name: string) => operations.find((operation) => operation.name === name)!.urn;
    // As a kill leaves it: the last write torn, a call begun, the lock of a process that is gone.
    const base = path.join(stack.stateDir, "standin", "sample", "dev");
    const journal = [
      JSON.stringify({ remove: urn("b") }),
      JSON.stringify({ begin: { urn: urn("b"), call: "create" } }),
      `{"put":[{"urn":"tor`,
    ];
    fs.writeFileSync(`${base}.journal`, journal.join("\n"));
    fs.writeFileSync(`${base}.json.lock`, "999999999");
    const next = await inline.up(stack);
    expect(steps(next.operations)).to.deep.equal(["create b", "same a"]);
    const warning = next.diagnostics.find(({ severity }) => severity === "warning");
    expect(warning).to.include({ urn: urn("b") });
    expect(warning?.message).to.contain("interrupted during the create");
    fs.writeFileSync(`${base}.json.lock`, String(process.pid));
    let refused: Error | undefined;
    await inline.up(stack).catch((error: unknown) => {
      refused = error as Error;
    });
    expect(refused?.message).to.contain("already running an operation on stack");
  });
});
