import type { WebSettings } from "./config";
import { webDevelopment } from "./webDevelopment";
import { webProduction } from "./webProduction";

/**
 * The highly available web application (a WordPress, say): dev and what both environments share in one
 * stack, prod in another, which reads the first one's outputs.
 */
export function webApp(settings: WebSettings): Record<string, unknown> {
  return settings.program === "web-dev" ? webDevelopment(settings) : webProduction(settings);
}
