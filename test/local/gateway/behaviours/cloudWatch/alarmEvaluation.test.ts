import { expect } from "chai";
import {
  evaluate,
  type AlarmState,
  type MissingData,
} from "../../../../../local/gateway/behaviours/cloudWatch/alarmEvaluation";
import { parseAlarmRule } from "../../../../../local/gateway/behaviours/cloudWatch/alarmRule";

/** `0` good, `X` breaching, `-` missing; oldest first. */
function judge(
  range: string,
  missingData: MissingData,
  before: AlarmState,
  datapointsToAlarm = 3,
): AlarmState {
  const values = range.split(" ").map((mark) => (mark === "-" ? undefined : mark === "X" ? 10 : 1));
  return evaluate(
    {
      comparison: "GreaterThanThreshold",
      threshold: 5,
      evaluationPeriods: 3,
      datapointsToAlarm,
      missingData,
    },
    values,
    before,
  );
}

describe("the evaluation of a metric alarm", () => {
  // The tables of the CloudWatch User Guide, "How alarm state is evaluated when data is missing".
  const keeps = "keeps";
  type Row = [string, string, string, string, string];
  const threeOfThree: Row[] = [
    ["0 - X - X", "OK", "OK", "OK", "OK"],
    ["0 - - - -", "OK", "OK", "OK", "OK"],
    ["- - - - -", "INSUFFICIENT_DATA", keeps, "ALARM", "OK"],
    ["0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["- - X - -", "ALARM", keeps, "ALARM", "OK"],
  ];
  const twoOfThree: Row[] = [
    ["0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["0 - X - -", "OK", "OK", "ALARM", "OK"],
    ["- - - - 0", "OK", "OK", "ALARM", "OK"],
    ["- - - X -", "ALARM", keeps, "ALARM", "OK"],
  ];
  const treatments: MissingData[] = ["missing", "ignore", "breaching", "notBreaching"];
  for (const [needed, rows] of [
    [3, threeOfThree],
    [2, twoOfThree],
  ] as const) {
    for (const [range, ...expected] of rows) {
      it(`${needed} of 3 on ${range}`, () => {
        for (const before of ["OK", "ALARM"] as const) {
          const states = treatments.map((each) => judge(range, each, before, needed));
          expect(states).to.deep.equal(expected.map((state) => (state === keeps ? before : state)));
        }
      });
    }
  }

  it("compares as told", () => {
    const state = (comparison: string) =>
      evaluate(
        {
          comparison,
          threshold: 5,
          evaluationPeriods: 1,
          datapointsToAlarm: 1,
          missingData: "missing",
        },
        [5],
        "OK",
      );
    expect(state("GreaterThanOrEqualToThreshold")).to.equal("ALARM");
    expect(state("GreaterThanThreshold")).to.equal("OK");
    expect(state("LessThanOrEqualToThreshold")).to.equal("ALARM");
    expect(state("LessThanThreshold")).to.equal("OK");
    expect(() => state("LessThanLowerThreshold")).to.throw("LessThanLowerThreshold");
  });
});

describe("a composite alarm's rule", () => {
  const states: Record<string, AlarmState> = { a: "ALARM", b: "OK", "c d": "INSUFFICIENT_DATA" };
  const holds = (text: string) => parseAlarmRule(text).holds((name) => states[name] ?? "OK");

  const rows: [string, boolean][] = [
    ['ALARM("a") AND ALARM("b")', false],
    ['ALARM("a") AND OK("b")', true],
    ["ALARM(a) OR ALARM(b)", true],
    ["NOT ALARM(a)", false],
    ["NOT ALARM(b) AND ALARM(a)", true],
    ["ALARM(b) AND ALARM(a) OR ALARM(a)", true],
    ["ALARM(b) AND (ALARM(a) OR ALARM(a))", false],
    ['INSUFFICIENT_DATA("c d")', true],
    ['ALARM("arn:aws:cloudwatch:us-west-2:123456789012:alarm:a")', true],
    ["TRUE AND NOT FALSE", true],
  ];
  for (const [text, expected] of rows) {
    it(`${text} is ${expected}`, () => {
      expect(holds(text)).to.equal(expected);
    });
  }

  it("names its members once", () => {
    expect(parseAlarmRule('ALARM("a") OR (OK("a") AND ALARM(b))').members).to.deep.equal([
      "a",
      "b",
    ]);
  });

  for (const text of [
    "",
    "ALARM",
    "ALARM()",
    "ALARM(a) ALARM(b)",
    "ALARM(a) AND",
    "(ALARM(a)",
    "AT_LEAST(1, ALARM, (a))",
  ]) {
    it(`'${text}' is refused`, () => {
      expect(() => parseAlarmRule(text)).to.throw(SyntaxError, "expected");
    });
  }
});
