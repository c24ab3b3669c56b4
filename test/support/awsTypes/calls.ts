import type { CallTable } from "../typeRow";

/** The invokes that the program may make. Each costs a round trip at every preview: keep them few. */
export const callTable: CallTable = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, { accountId }) => ({
    accountId,
    arn: `arn:aws:iam::${accountId}:root`,
    id: accountId,
    userId: accountId,
  }),
  "aws:index/getRegion:getRegion": (_, { region }) => ({ id: region, name: region, region }),
  "aws:index/getPartition:getPartition": () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_, { region }) => ({
    id: region,
    names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
    zoneIds: ["az1", "az2", "az3"],
  }),
  /** Nothing was failed over yet; a test that has a record answers the call itself. */
  "aws:dynamodb/getTableItem:getTableItem": ({ tableName }) => {
    throw new Error(`reading DynamoDB Table Item (${String(tableName)}|failover): empty result`);
  },
  "aws:secretsmanager/getRandomPassword:getRandomPassword": ({ passwordLength }) => ({
    randomPassword: "x".repeat(passwordLength as number),
  }),
  "aws:ssm/getParameter:getParameter": ({ name }) => ({
    name: name as string,
    value: `value-of-${String(name)}`,
  }),
};
