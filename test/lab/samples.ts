import type { Sample } from "../../lab/users/samples";

/** Requests of one team, 50 ms apart from 0 on: `.` served, `x` failed, `s` taken only after a second. */
export function samples(pattern: string, servedBy = "ba-m1"): Sample[] {
  return Array.from(pattern, (mark, index) => {
    const common = { team: "ba", begun: index * 50 };
    switch (mark) {
      case ".":
        return { ...common, connected: 1, took: 5, servedBy };
      case "s":
        return { ...common, connected: 1_001, took: 1_005, servedBy };
      case "x":
        return { ...common, took: 3_000, failure: "no connection" };
      default:
        throw new Error(`"${mark}" is none of . s x`);
    }
  });
}
