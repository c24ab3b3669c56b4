import { expect } from "chai";
import type { GroupState, TrafficState } from "../../../failover/model";
import {
  fenceActions,
  isEmptied,
  judgeFence,
  noteSilence,
} from "../../../failover/reconcile/fence";
import { allEmptied, emptied, groupNames, known, now, recordOf, unknown } from "./situations";

describe("the fence", () => {
  const notEmpty: Record<string, Partial<GroupState>> = {
    "an instance that still ends": { instances: 1 },
    "a size that a scaling policy could use": { max: 1 },
    "launches that are not suspended": { launchSuspended: false },
  };
  for (const [what, changes] of Object.entries(notEmpty)) {
    it(`does not stand with ${what}, in one group of several`, () => {
      const group = emptied("jenkins-ma", changes);
      expect(isEmptied(group)).to.equal(false);
      const groups = known([...allEmptied, group]);
      expect(judgeFence(recordOf(), { activeGroups: groups }, now, 1)).to.equal("open");
    });
  }

  it("stands once every group is empty and can launch nothing", () => {
    const seen = { activeGroups: known(allEmptied) };
    expect(judgeFence(recordOf(), seen, now, Number.POSITIVE_INFINITY)).to.equal("confirmed");
  });

  describe("expires", () => {
    const silent = { activeGroups: unknown("unreachable") };
    const tried = recordOf({ silentSince: now - 300_000, steps: { fence: { state: "running" } } });

    it("when the region that was asked for it has been silent for the whole timeout", () => {
      expect(judgeFence(tried, silent, now, 300_000)).to.equal("expired");
    });

    it("also when it answers with nothing but server errors", () => {
      const seen = { activeGroups: unknown("faulty") };
      expect(judgeFence(tried, seen, now, 300_000)).to.equal("expired");
      expect(judgeFence(tried, seen, now, 300_001)).to.equal("open");
    });

    it("not a moment before", () => {
      expect(judgeFence(tried, silent, now, 300_001)).to.equal("open");
    });

    it("not before a round has asked for it, however long the silence was", () => {
      const untried = recordOf({ silentSince: 0 });
      expect(judgeFence(untried, silent, now, 1)).to.equal("open");
    });

    it("not while nobody has noted since when it is silent", () => {
      const unnoted = recordOf({ steps: { fence: { state: "running" } } });
      expect(judgeFence(unnoted, silent, now, 0)).to.equal("open");
    });

    for (const failure of ["refused", "failed"] as const) {
      it(`not while the control plane answers, be it by a request that ${failure}`, () => {
        const seen = { activeGroups: unknown(failure) };
        expect(judgeFence(tried, seen, now, 1)).to.equal("open");
      });
    }

    it("not by itself where nobody looked", () => {
      expect(judgeFence(tried, {}, now, 1)).to.equal("open");
    });
  });

  describe("counts silence", () => {
    it("from the first unanswered question", () => {
      expect(noteSilence(recordOf(), unknown("unreachable"), now).silentSince).to.equal(now);
      const earlier = recordOf({ silentSince: 5 });
      expect(noteSilence(earlier, unknown("unreachable"), now).silentSince).to.equal(5);
    });

    it("with server errors too, and remembers that there were some", () => {
      const silent = recordOf({ silentSince: 5 });
      const faulty = noteSilence(silent, unknown("faulty"), now);
      expect(faulty).to.include({ silentSince: 5, silentErrors: true });
      const later = noteSilence(faulty, unknown("unreachable"), now);
      expect(later).to.include({ silentSince: 5, silentErrors: true });
      const mute = noteSilence(silent, unknown("unreachable"), now);
      expect(mute).not.to.have.property("silentErrors");
    });

    const answers = {
      "a group": known([]),
      "a refusal": unknown("refused"),
      "an error": unknown("failed"),
      "nobody having asked": undefined,
    };
    for (const [what, reading] of Object.entries(answers)) {
      it(`anew after ${what}`, () => {
        const silent = recordOf({ silentSince: 5, silentErrors: true });
        const heard = noteSilence(silent, reading, now);
        expect(heard).not.to.have.any.keys("silentSince", "silentErrors");
      });
    }
  });

  describe("asks for", () => {
    const closed: TrafficState = { waitingOpen: true, activeClosed: true };
    const open: TrafficState = { waitingOpen: false, activeClosed: false };

    it("nothing where all is empty and closed", () => {
      const seen = { activeGroups: known(allEmptied), traffic: known(closed) };
      expect(fenceActions(seen, groupNames)).to.deep.equal([]);
    });

    const lacking: Record<string, Partial<GroupState>> = {
      "its greatest size": { max: 1 },
      "its wanted size": { desired: 1 },
      "its launches": { launchSuspended: false },
    };
    for (const [what, changes] of Object.entries(lacking)) {
      it(`the group alone that lacks the fence by ${what}`, () => {
        const groups = [emptied("jenkins-ba"), emptied("jenkins-ma", changes)];
        const seen = { activeGroups: known(groups), traffic: known(closed) };
        const fence = { kind: "fenceGroups", groups: ["jenkins-ma"] };
        expect(fenceActions(seen, groupNames)).to.deep.equal([fence]);
      });
    }

    it("every group of a region that does not answer, and the edge", () => {
      const seen = { activeGroups: unknown("unreachable"), traffic: known(open) };
      expect(fenceActions(seen, groupNames)).to.deep.equal([
        { kind: "fenceGroups", groups: groupNames },
        { kind: "closeTraffic" },
      ]);
    });

    it("the edge as long as nobody can see that it is closed", () => {
      const seen = { activeGroups: known(allEmptied), traffic: unknown("unreachable") };
      expect(fenceActions(seen, [])).to.deep.equal([{ kind: "closeTraffic" }]);
    });

    it("the groups alone where the edge was not looked at", () => {
      expect(fenceActions({ activeGroups: known(allEmptied) }, [])).to.deep.equal([]);
    });
  });
});
