import { expect } from "chai";
import { classify, read } from "../../../failover/aws/clients";
import type { ReadFailure } from "../../../failover/model";
import { isSilence } from "../../../failover/silence";

/** What the SDK throws for an answer of AWS. */
const answer = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

/** What Node throws for a connection that came to nothing. */
const network = (code: string): Error => Object.assign(new Error(code), { code });

describe("what an error of AWS says about the region", () => {
  const errors: Record<ReadFailure, Record<string, unknown>> = {
    unreachable: {
      "a connection that is refused": network("ECONNREFUSED"),
      "a connection that is cut": network("ECONNRESET"),
      "a name that does not resolve": network("ENOTFOUND"),
      "a call that was given up": Object.assign(new Error(), { name: "AbortError" }),
      "a call that took too long": Object.assign(new Error(), { name: "TimeoutError" }),
    },
    faulty: {
      "an internal error": answer("InternalFailure", 500),
      "a gateway in front of nothing": answer("UnknownError", 502),
      "a service that is unavailable": answer("ServiceUnavailable", 503),
      "a gateway that waited in vain": answer("GatewayTimeout", 504),
    },
    refused: {
      "a missing permission": answer("AccessDenied", 403),
      "a refusal by status alone": answer("Forbidden", 403),
      "credentials that nobody knows": answer("UnrecognizedClientException", 401),
      "credentials that cannot be had": Object.assign(new Error(), {
        name: "CredentialsProviderError",
      }),
    },
    failed: {
      "throttling as Auto Scaling says it": answer("Throttling", 400),
      "throttling by status": answer("TooManyRequestsException", 429),
      "throttling as EC2 says it, with 503": answer("RequestLimitExceeded", 503),
      "throttling as S3 says it, with 503": answer("SlowDown", 503),
      "a request that it does not understand": answer("ValidationError", 400),
      "a mistake of our own": new TypeError("undefined is not a function"),
    },
  };
  for (const [failure, cases] of Object.entries(errors)) {
    for (const [what, error] of Object.entries(cases)) {
      it(`${what} is ${failure}`, () => {
        expect(classify(error)).to.equal(failure);
      });
    }
  }

  it("counts as silence only where nobody answered, or with server errors (S3)", () => {
    const silent = (Object.keys(errors) as ReadFailure[]).filter(isSilence);
    expect(silent).to.deep.equal(["unreachable", "faulty"]);
  });

  it("becomes part of the reading, for the messages", async () => {
    const reading = await read(() => Promise.reject(answer("InternalFailure", 500)));
    expect(reading).to.deep.equal({
      known: false,
      failure: "faulty",
      error: "InternalFailure: InternalFailure",
    });
  });
});
