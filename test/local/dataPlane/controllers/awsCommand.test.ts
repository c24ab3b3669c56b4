import { expect } from "chai";
import { readAwsCommand, itemColumns } from "../../../../local/dataPlane/controllers/awsCommand";

const cli = ["--cli-connect-timeout", "5", "--cli-read-timeout", "5"];

describe("a stand-in machine's aws", () => {
  it("reads the script's calls into the SDK's input", () => {
    const given = "dynamodb get-item --region eu-west-1 --table-name t --consistent-read --key";
    const query = ["--query", "Item.[generation.N, activeRegion.S]", "--output", "text"];
    const key = '{"id":{"S":"failover"}}';
    expect(readAwsCommand([...cli, ...given.split(" "), key, ...query])).to.deep.equal({
      operation: "get-item",
      region: "eu-west-1",
      input: { TableName: "t", ConsistentRead: true, Key: { id: { S: "failover" } } },
      columns: ["generation", "activeRegion"],
    });
    const update = "dynamodb update-item --region eu-west-1 --table-name t --condition-expression";
    const { input } = readAwsCommand([
      ...update.split(" "),
      "a = :b OR c",
      "--key",
      '{"a":{"N":"1"}}',
    ]);
    expect(input).to.deep.equal({
      TableName: "t",
      ConditionExpression: "a = :b OR c",
      Key: { a: { N: "1" } },
    });
  });

  it("refuses whatever else", () => {
    for (const call of ["s3 ls --region r", "dynamodb scan --region r", "dynamodb get-item", ""]) {
      expect(() => readAwsCommand(call.split(" ")), call).to.throw(
        "the lease script's calls alone",
      );
    }
  });

  it("writes a record as the CLI's text, and None for what is not there", () => {
    const record = { generation: { N: "2" }, planned: { BOOL: true }, phase: { S: "serving" } };
    expect(itemColumns(record, ["phase", "generation", "planned"])).to.equal("serving\t2\tTrue\n");
    expect(itemColumns({}, ["generation", "phase"])).to.equal("None\tNone\n");
    expect(itemColumns(undefined, ["generation"])).to.equal("None\n");
  });
});
