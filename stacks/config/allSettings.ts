import { z } from "zod";
import { settingsSchema } from "./schema";
import { webEnvironment } from "./webFields";
import { webProduction, webShared } from "./webSettings";

/** Every setting of every program, as the documentation lists them. */
export const allSettings = z.strictObject({
  ...settingsSchema.shape,
  web: webEnvironment,
  webShared,
  webProduction,
});
