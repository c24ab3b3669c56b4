import type { Promotion } from "../../components/webapp/promotion";
import { readTarget, type StackPromotion } from "../../promotion/target";
import { sampleTarget } from "./fakeEnvironment";

describe("the output `promotion` of stack web-prod", () => {
  it("is a target", () => {
    // Also checked by the compiler: either shape can stand for the other.
    const output: Promotion = sampleTarget as StackPromotion;
    const target: StackPromotion = output;
    readTarget("the output", target);
  });
});
