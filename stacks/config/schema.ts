import { z } from "zod";
import { containerFields } from "./containerSettings";
import { identityFields } from "./identitySettings";
import { networkFields } from "./networkSettings";
import { operationsFields } from "./operationsSettings";
import { pairFields } from "./pairSettings";
import { recoveryFields } from "./recoverySettings";
import { stateFields } from "./stateSettings";
import { teamFields } from "./teamSettings";

/** Every setting there is, in the order in which the documentation lists them. */
export const settingsSchema = z.strictObject({
  ...identityFields,
  ...operationsFields,
  ...teamFields,
  ...pairFields,
  ...containerFields,
  ...networkFields,
  ...stateFields,
  ...recoveryFields,
});

/** The settings as they are written, each checked by itself, with defaults filled in. */
export type GivenSettings = z.output<typeof settingsSchema>;
