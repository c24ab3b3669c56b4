import type { Application } from "../../../components/container/application";
import type { ContainerUserData } from "../../../components/container/containerUserDataRenderer";

export const ecr = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

/** A shop of two tiers: one image from ECR, one from a private registry of its own. */
export const shop: Application = {
  name: "shop",
  services: [
    {
      name: "frontend",
      image: `${ecr}/shop/frontend:1.4.2`,
      port: 80,
      healthPath: "/",
      settings: { BACKEND_URL: "backend-url" },
      secrets: {},
      database: false,
    },
    {
      name: "backend",
      image: `registry.example.com:5000/shop/backend@sha256:${"0a".repeat(32)}`,
      port: 3000,
      paths: ["/api/*"],
      healthPath: "/api/health",
      settings: { LOG_LEVEL: "log/level" },
      secrets: { SESSION_KEY: "session-key" },
      database: true,
    },
  ],
  capacity: { min: 2, desired: 2, max: 4 },
  instanceType: "m7g.large",
  scaling: { cpuPercent: 60, requestsPerMinute: 3_000 },
  registries: { "registry.example.com:5000": { credentials: "registry-login" } },
};

export const shopUserData: ContainerUserData = {
  compose: {
    application: shop,
    region: "eu-central-1",
    images: shop.services.map(({ image }) => image),
    assetBucket: "app-assets-123456789012-eu-central-1",
    database: { engine: "postgres", address: "db.example.internal", port: 5432, name: "app" },
    logGroup: "/app/containers",
  },
  source: {
    region: "eu-central-1",
    parameterPrefix: "/app/shared/",
    secretPrefix: "app/shared/",
    databaseSecret: "app-database",
  },
  monitoring: {
    team: "shop",
    region: "eu-central-1",
    logGroup: "/app/containers",
    namespace: "JenkinsPilotLight",
    autoScalingGroup: "app-shop",
  },
};
