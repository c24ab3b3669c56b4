import { expect } from "chai";
import { readOptions } from "../../../local/drill/options";

const read = (...words: string[]) => readOptions(["node", "drill", ...words]);

describe("the drill's options with a real Jenkins", () => {
  it("take two teams, unless told of one", () => {
    expect(read("--war", "j.war")).to.include({ war: "j.war", teams: 2 });
    expect(read("--war", "j.war", "--teams", "1")).to.include({ teams: 1 });
    expect(read()).not.to.have.property("teams");
  });

  it("refuse what does not go with it, and say what does", () => {
    const refused: readonly [words: string[], why: RegExp][] = [
      [["--teams", "3"], /--teams 3 is too many.* at most 2 teams/],
      [["--data-plane", "modelled"], /needs the real data plane/],
      [["--cycle"], /leave --cycle out/],
    ];
    for (const [words, why] of refused) {
      expect(() => read("--war", "j.war", ...words), words.join(" ")).to.throw(why);
    }
  });
});
