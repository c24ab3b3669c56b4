import { expect } from "chai";
import { keepSnapshots, type SnapshotPorts } from "../../../failover/snapshot/snapshot";
import {
  newestCopyAge,
  type SeenSnapshot,
  snapshotRequests,
  type SnapshotRequest,
  type SnapshotSettings,
} from "../../../failover/snapshot/snapshotPlan";

const settings: SnapshotSettings = {
  prefix: "jenkins",
  databaseIdentifier: "jenkins-g1",
  sourceRegion: "eu-central-1",
  copyRegion: "eu-west-1",
  copyKmsKeyArn: "key",
  retentionDays: 3,
  hourUtc: 2,
};
const now = Date.parse("2026-03-10T05:00:00Z");

function snapshot(day: string, changes: Partial<SeenSnapshot> = {}): SeenSnapshot {
  const identifier = `jenkins-daily-jenkins-g1-${day}`;
  return { identifier, arn: `arn:${identifier}`, status: "available", tagged: true, ...changes };
}

const days = (...names: string[]): SeenSnapshot[] =>
  names.map((name) => snapshot(`2026-03-${name}`));

function decide(
  source: SeenSnapshot[] | undefined,
  copies: SeenSnapshot[] | undefined,
  at = now,
): readonly SnapshotRequest[] {
  return snapshotRequests({ settings, source, copies }, at);
}

const kinds = (requests: readonly SnapshotRequest[]): string[] =>
  requests.map((request) => `${request.kind} ${request.identifier.slice(-2)}`);

describe("the daily snapshot", () => {
  it("is taken once a day, from its hour on", () => {
    expect(kinds(decide([], []))).to.deep.equal(["create 10"]);
    expect(decide(days("10"), days("10"))).to.be.empty;
    expect(decide([], [], Date.parse("2026-03-10T01:59:00Z"))).to.be.empty;
  });

  it("is not taken again while it is being made, nor over another's of its name", () => {
    expect(decide([snapshot("2026-03-10", { status: "creating" })], [])).to.be.empty;
    expect(decide([snapshot("2026-03-10", { tagged: false })], [])).to.be.empty;
  });

  it("is copied once it is complete, and again when a copy was missed", () => {
    expect(kinds(decide(days("08", "09", "10"), days("08")))).to.deep.equal(["copy 10", "copy 09"]);
    expect(decide(days("10"), [snapshot("2026-03-10", { status: "copying" })])).to.be.empty;
  });
});

describe("the snapshots' retention", () => {
  it("deletes what is older than the days and has as many newer ones, in both regions", () => {
    const all = days("05", "06", "08", "09", "10");
    const requests = decide(all, all);
    expect(requests).to.deep.include({
      kind: "delete",
      region: "eu-central-1",
      identifier: "jenkins-daily-jenkins-g1-2026-03-05",
    });
    expect(kinds(requests).sort()).to.deep.equal([
      "delete 05",
      "delete 05",
      "delete 06",
      "delete 06",
    ]);
  });

  it("empties no shelf while no new ones come", () => {
    const old = [snapshot("2025-01-01"), snapshot("2025-01-02"), snapshot("2025-01-03")];
    expect(kinds(decide(undefined, old))).to.be.empty;
  });

  it("never touches what is not its own", () => {
    const others = [
      snapshot("2020-01-01", { tagged: false }),
      snapshot("2020-01-01", { identifier: "before-the-upgrade" }),
      snapshot("2020-01-01", { identifier: "jenkins-daily-jenkins-g0-2020-01-01" }),
      snapshot("2020-01-01", { identifier: "jenkins-daily-jenkins-g1-final-2020-01-01" }),
    ];
    const full = [...days("08", "09", "10"), ...others];
    expect(decide(full, full)).to.be.empty;
  });

  it("counts only what can be restored", () => {
    const broken = [
      ...days("06", "09", "10"),
      snapshot("2026-03-08", { status: "failed" }),
      snapshot("2026-03-05", { status: "failed" }),
    ];
    expect(kinds(decide(broken, broken).filter(({ kind }) => kind === "delete"))).to.deep.equal([
      "delete 05",
      "delete 05",
    ]);
  });

  it("knows how old the newest copy is", () => {
    expect(newestCopyAge(settings, days("08", "09"), now)).to.equal(27 * 3_600_000);
    expect(newestCopyAge(settings, [], now)).to.equal(undefined);
  });
});

describe("a run of the snapshot function", () => {
  function world(changes: Partial<SnapshotPorts>): { ports: SnapshotPorts; done: string[] } {
    const done: string[] = [];
    const ports: SnapshotPorts = {
      list: () => Promise.resolve([]),
      carryOut: (request) => {
        done.push(...kinds([request]));
        return Promise.resolve();
      },
      publishAge: (hours) => {
        done.push(`age ${hours}`);
        return Promise.resolve();
      },
      now: () => now,
      log: () => undefined,
      ...changes,
    };
    return { ports, done };
  }
  const failureOf = (run: Promise<unknown>): Promise<string> =>
    run.then(
      () => "no failure",
      (error: unknown) => String(error),
    );

  it("repeated at once does nothing a second time", async () => {
    const shelf: SeenSnapshot[] = [];
    const { ports, done } = world({ list: () => Promise.resolve(shelf) });
    await keepSnapshots(settings, ports);
    shelf.push(...days("10"));
    await keepSnapshots(settings, ports);
    expect(done.filter((each) => each.startsWith("create"))).to.have.length(1);
  });

  it("tidies the region that answers and reports the one that does not", async () => {
    const { ports, done } = world({
      list: (region) =>
        region === "eu-central-1"
          ? Promise.reject(new Error("no answer"))
          : Promise.resolve(days("01", "08", "09", "10")),
    });
    expect(await failureOf(keepSnapshots(settings, ports))).to.include(
      "list eu-central-1: no answer",
    );
    expect(done).to.deep.equal(["delete 01", "age 3"]);
  });

  it("carries out the rest when one request is refused, and says which", async () => {
    const done: string[] = [];
    const { ports } = world({
      list: (region) => Promise.resolve(region === "eu-central-1" ? days("08", "09") : []),
      carryOut: (request) => {
        if (request.kind === "create") return Promise.reject(new Error("InvalidDBInstanceState"));
        done.push(request.kind);
        return Promise.resolve();
      },
    });
    expect(await failureOf(keepSnapshots(settings, ports))).to.include("InvalidDBInstanceState");
    expect(done).to.deep.equal(["copy", "copy"]);
  });
});
