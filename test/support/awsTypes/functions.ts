import type { TypeTable } from "../typeRow";

/** Lambda, SNS, SQS, DynamoDB, EventBridge. */
export const functionsTypes: TypeTable = {};
