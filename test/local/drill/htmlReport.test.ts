import { expect } from "chai";
import { renderHtmlReport } from "../../../local/drill/htmlReport";
import type { DrillReport } from "../../../local/drill/report";
import { summarise } from "../../../local/drill/summary";

const nasty = `<script>alert("1")</script> & 'more'`;

const report: DrillReport = {
  format: 1,
  verdict: "missed",
  startedAt: "2026-01-02T03:04:05Z",
  realSeconds: 61,
  setup: {
    workload: "jenkins",
    engine: "standin",
    database: null,
    emulator: nasty,
    edge: "route53",
    seed: 1,
    timeScale: 60,
    lostRegion: "eu-central-1",
    servingRegion: "eu-west-1",
    resources: { primary: 2, dr: 3 },
  },
  stages: [{ name: "Deploy both regions", seconds: 50 }],
  timeline: [
    {
      name: "database",
      start: 0,
      end: 90_000,
      outcome: "missed",
      waitedFor: `${nasty} ${"and much more ".repeat(20)}`,
      onCriticalPath: true,
    },
  ],
  moments: [{ at: -1_000, kind: "world", text: nasty }],
  recovery: {
    rto: 900_000,
    criticalPath: 0,
    criticalPathParts: [{ name: nasty, milliseconds: 1, steps: [] }],
    rpo: { database: null, home: 12 },
    generation: 2,
    fenced: false,
  },
  rules: [{ rule: "S1", statement: nasty, held: false, evidence: `${nasty} `.repeat(10) }],
  teams: [{ team: nasty, url: "https://a", strategy: "active-passive", healthyAt: null }],
  measured: {
    jenkins: null,
    database: nasty,
    requests: { total: 400, failed: 120 },
    teams: [
      {
        team: nasty,
        requests: 100,
        failed: 30,
        acknowledged: 35,
        longestGap: { modelledMilliseconds: 600_000, realMilliseconds: 10_000, from: -1_000 },
        longestWriteGap: { modelledMilliseconds: 900_000, realMilliseconds: 15_000, from: -1_000 },
        lastServedBy: null,
      },
    ],
    builds: { acknowledged: 35, lost: 7, withinLag: 9, lagSeconds: 12, unexplained: 0 },
    rows: { acknowledged: 35, lost: 1, withinLag: 0, lagSeconds: null, unexplained: 1 },
    homes: { read: 2, lines: 40, damaged: 0, writers: 2, twoWriters: [nasty] },
    acceptedByOldSide: [nasty],
  },
  calls: [{ service: nasty, action: "A", region: "r", count: 1, refused: 0 }],
  modelled: [{ name: "n", milliseconds: 1, source: nasty }],
  limits: [nasty],
};

describe("the drill's report", () => {
  it("escapes whatever it was given, everywhere on the page", () => {
    const page = renderHtmlReport(report);
    expect(page).not.to.contain("<script");
    expect(page).to.contain(
      "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;",
    );
  });

  it("fetches nothing from anywhere", () => {
    expect(renderHtmlReport(report)).not.to.match(/<(script|link|img|iframe)|url\(|@import/);
  });

  it("says missed, unknown and never where it was so", () => {
    const page = renderHtmlReport(report);
    for (const word of ['class="verdict missed"', "unknown", "never", "unconfirmed"]) {
      expect(page).to.contain(word);
    }
  });

  it("separates what was measured from what was modelled, and says when nothing was", () => {
    const page = renderHtmlReport(report);
    expect(page).to.match(/Measured here.*Modelled: what AWS/s);
    expect(page).to.contain("10 min (10.0 s)").and.to.contain("15 min (15.0 s)");
    expect(page).to.contain("of 35; the lag of 12 s explains up to 9");
    const modelled = { ...report, measured: null };
    expect(renderHtmlReport(modelled)).to.contain("the data plane was modelled");
    expect(summarise(modelled, [])).to.contain("Measured here: nothing");
    expect(summarise(report, [])).to.contain("builds lost: 7 of 35 acknowledged");
  });

  it("tells what became of a real Jenkins's builds, in the place of its users' writes", () => {
    const [team] = report.measured?.teams ?? [];
    const trial = {
      team: "ma",
      job: nasty,
      before: [{ number: 1, result: "SUCCESS", console: nasty }],
      after: null,
      next: null,
      problem: nasty,
      inOldHome: [1],
    };
    const real = {
      ...report,
      measured: {
        ...report.measured!,
        teams: [{ ...team!, longestWriteGap: null }],
        builds: null,
        rows: null,
        jenkins: { product: "Hudson 1.395", teams: [trial] },
      },
    };
    const page = renderHtmlReport(real);
    expect(page).to.contain("Hudson 1.395: jobs and builds").and.to.contain("1 SUCCESS");
    expect(page).not.to.contain("<script");
    expect(page).not.to.contain("Builds lost");
    expect(summarise(real, [])).to.match(/1 builds before the loss, no job after it/);
    expect(summarise(real, [])).not.to.contain("without a write");
  });

  it("draws a page even if the failover never began", () => {
    const empty = { ...report, timeline: [], moments: [], teams: [], calls: [] };
    expect(renderHtmlReport(empty)).not.to.match(/NaN|Infinity|undefined/);
  });

  it("fits 100 columns on a terminal", () => {
    const lines = summarise(report, ["/tmp/drill-report.html"]).split("\n");
    expect(lines[1]).to.contain("MISSED");
    const tables = lines.filter((line) => /^[│┌├└]/.test(line));
    expect(tables).not.to.be.empty;
    for (const line of tables) expect(line.length, line).to.be.at.most(100);
  });
});
