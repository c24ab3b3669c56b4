import { expect } from "chai";
import { type AskForItem, readRecord } from "../../../stacks/failoverRecord/readRecord";

const limitMs = 30;

/** An item as DynamoDB writes it; `undefined` leaves an attribute out. */
function itemOf(changed: Readonly<Record<string, object | undefined>> = {}): string {
  return JSON.stringify({
    id: { S: "failover" },
    version: { N: "7" },
    generation: { N: "2" },
    activeRegion: { S: "eu-west-1" },
    phase: { S: "serving" },
    record: { S: "{}" },
    ...changed,
  });
}

/** An error as it comes through engine and bridge. */
function failing(why: string): AskForItem {
  const token = "aws:dynamodb/getTableItem:getTableItem";
  const text = `invocation of ${token} returned an error: invoking ${token}: 1 error occurred:\n\t* ${why}\n\n`;
  return () => Promise.reject(new Error(text));
}

const answering =
  (item: string): AskForItem =>
  () =>
    Promise.resolve({ item });

describe("reading the failover record", () => {
  it("takes generation, active region and phase from the item", async () => {
    expect(await readRecord(answering(itemOf()), limitMs)).to.deep.equal({
      kind: "found",
      record: { generation: 2, activeRegion: "eu-west-1", phase: "serving" },
    });
  });

  it("takes the open fence, and whether a person accepted it, from the whole record", async () => {
    const seen = async (whole: object) => {
      const item = itemOf({ record: { S: JSON.stringify(whole) } });
      const reading = await readRecord(answering(item), limitMs);
      return reading.kind === "found" ? reading.record : undefined;
    };
    const open = { phase: "serving", steps: { fence: { state: "unconfirmed" } }, silentSince: 5 };
    const unfencedAcceptance = { id: "a", at: 5, by: "ada", reason: "lost" };
    expect(await seen(open))
      .to.include({ unfenced: true })
      .and.not.have.property("accepted");
    expect(await seen({ ...open, unfencedAcceptance })).to.include({
      unfenced: true,
      accepted: true,
    });
    const back = { ...open, unfencedAcceptance, silentSince: 6 };
    expect(await seen(back)).not.to.have.property("accepted");
    const done = { ...open, unfencedAcceptance, steps: { fence: { state: "done" } } };
    expect(await seen(done)).not.to.have.any.keys("unfenced", "accepted");
  });

  const absent: readonly [string, string, "table" | "item"][] = [
    [
      "no table",
      "reading DynamoDB Table Item (jenkins-failover|failover): couldn't find resource",
      "table",
    ],
    [
      "no table, in AWS's words",
      "reading DynamoDB Table Item (jenkins-failover|failover): operation error DynamoDB: GetItem, ResourceNotFoundException: Requested resource not found",
      "table",
    ],
    ["no item", "reading DynamoDB Table Item (jenkins-failover|failover): empty result", "item"],
  ];
  for (const [what, why, missing] of absent) {
    it(`finds ${what}`, async () => {
      const reading = await readRecord(failing(why), limitMs);
      expect(reading).to.deep.equal({ kind: "absent", missing });
    });
  }

  const unreadable: readonly [string, string][] = [
    [
      "access that is denied",
      "reading DynamoDB Table Item (jenkins-failover|failover): operation error DynamoDB: GetItem, AccessDeniedException: User is not authorized to perform: dynamodb:GetItem",
    ],
    ["expired credentials", "ExpiredTokenException: The security token is expired"],
    ["a network that breaks", "RequestError: dial tcp: lookup dynamodb.eu-west-1.amazonaws.com"],
    ["another thing that could not be found", "couldn't find resource"],
  ];
  for (const [what, why] of unreadable) {
    it(`does not take ${what} for a missing record`, async () => {
      const reading = await readRecord(failing(why), limitMs);
      expect(reading.kind).to.equal("unreadable");
      expect(reading).to.have.property("error").that.includes(why).and.does.not.include("\n");
    });
  }

  const strange: readonly [string, string][] = [
    ["no JSON", "gone"],
    ["nothing", "null"],
    ["without a phase", itemOf({ phase: undefined })],
    ["with a phase of a later version", itemOf({ phase: { S: "rehearsing" } })],
    ["without a generation", itemOf({ generation: undefined })],
    ["with a generation that is no number", itemOf({ generation: { N: "two" } })],
    ["without an active region", itemOf({ activeRegion: undefined })],
  ];
  for (const [what, item] of strange) {
    it(`does not go by an item ${what}`, async () => {
      const reading = await readRecord(answering(item), limitMs);
      expect(reading.kind).to.equal("unreadable");
      expect(reading).to.have.property("error").that.includes("no record that this version knows");
    });
  }

  it("gives up on a region that does not answer, and says after how long", async () => {
    const silent: AskForItem = () => new Promise(() => undefined);
    expect(await readRecord(silent, limitMs)).to.deep.equal({
      kind: "unreadable",
      error: "no answer within 0.03 s",
    });
  });

  it("leaves an answer unheard that comes too late, be it an error", async () => {
    let refuse: (error: Error) => void = () => undefined;
    const late: AskForItem = () => new Promise((_, reject) => (refuse = reject));
    expect((await readRecord(late, limitMs)).kind).to.equal("unreadable");
    refuse(new Error("late"));
    await new Promise((resolve) => setImmediate(resolve));
  });

  it("shortens what a provider says at length", async () => {
    const reading = await readRecord(failing("x".repeat(5_000)), limitMs);
    expect(reading).to.have.property("error").with.length(400);
  });
});
