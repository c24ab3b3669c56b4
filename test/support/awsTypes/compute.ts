import type { TypeTable } from "../typeRow";

/** Launch templates, Auto Scaling, ECS, ECR. */
export const computeTypes: TypeTable = {};
