import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

/** Files that decide or render and therefore must not be able to do anything else. */
const pureFiles = [
  "failover/model.ts",
  "failover/reconcile.ts",
  "failover/reconcile/**/*.ts",
  "failover/teamHealth.ts",
  "failover/**/*Plan.ts",
  "explore/{runs,rules,sabotage,search,world}/*.ts",
  "components/**/*Renderer.ts",
  "components/container/{application,imageReference}.ts",
  "components/**/*Plan.ts",
  "stacks/config/*Renderer.ts",
  "stacks/config/parseSettings.ts",
  "stacks/failoverRecord/agreement.ts",
  "stacks/failoverRecord/reading.ts",
  "stacks/failoverRecord/refusals.ts",
];

const effectfulModules = [
  { group: ["@pulumi/*"], message: "A pure file must not create resources." },
  { group: ["@aws-sdk/*", "@smithy/*"], message: "A pure file must not call AWS." },
  {
    group: ["node:*", "fs", "fs/*", "net", "http", "https", "child_process", "os", "path", "dns"],
    message: "A pure file must not do I/O.",
  },
];

/** The product stands alone. */
const productAlone = {
  selector: "ImportDeclaration[source.value=/(^|\\u002F)(local|lab|test|explore)\\u002F/]",
  message: "The product must deploy with local/, lab/, explore/ and test/ deleted.",
};

/** Refuses imports from the folders of workloads among the components. */
function noWorkload(folders, message) {
  return {
    selector: `ImportDeclaration[source.value=/(^|\\u002F)(${folders.join("|")})\\u002F/]`,
    message,
  };
}

/** Each carries a workload; everything else among the components must serve any of them. */
const workloads = ["jenkins", "pair", "webapp", "container"];

/** What a promotion decides, renders and says; its effects have folders of their own. */
const purePromotionFiles = [
  "promotion/*.ts",
  "promotion/files/files*.ts",
  "promotion/servers/{dialect,replicaStatus}.ts",
];

const deployedModules = {
  group: ["**/components/**", "**/stacks/**", "**/failover/**", "@pulumi/*"],
  message: "A promotion needs neither Pulumi nor what is deployed, only its target.",
};

export default tseslint.config(
  { ignores: ["node_modules/", "bin/", ".cache/"] },
  eslint.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      // Numbers read well in messages and cannot surprise there.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The AWS SDK is loaded lazily inside the functions that Pulumi serializes.
      "@typescript-eslint/no-require-imports": "off",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { disallowTypeAnnotations: false, fixStyle: "inline-type-imports" },
      ],
      eqeqeq: "error",
    },
  },
  {
    files: pureFiles,
    // The component BackupPlan has its file's name from its class; it is not a plan of ours.
    ignores: ["components/operations/backupPlan.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: effectfulModules }] },
  },
  {
    files: [
      "index.ts",
      "stacks/**/*.ts",
      "components/**/*.ts",
      "failover/**/*.ts",
      "promotion/**/*.ts",
      "commands/**/*.ts",
    ],
    rules: {
      "no-restricted-syntax": ["error", productAlone],
    },
  },
  {
    files: [
      "components/*.ts",
      "components/{network,loadBalancer,machine,home,data,recovery,operations,image}/**/*.ts",
    ],
    rules: {
      "no-restricted-syntax": [
        "error",
        productAlone,
        noWorkload(workloads, "A shared component must not know which workload it carries."),
      ],
    },
  },
  {
    files: ["components/{jenkins,pair}/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        productAlone,
        noWorkload(["webapp", "container"], "Workloads must not know of each other."),
      ],
    },
  },
  {
    files: ["components/{webapp,container}/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        productAlone,
        noWorkload(["jenkins", "pair"], "Workloads must not know of each other."),
      ],
    },
  },
  {
    // The stacks take its target's shape from it, and not the reverse.
    files: ["promotion/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [deployedModules] }] },
  },
  {
    files: purePromotionFiles,
    rules: {
      "no-restricted-imports": ["error", { patterns: [...effectfulModules, deployedModules] }],
    },
  },
  {
    // The lab takes of the local AWS what every command and report has and what runs a war, and nothing of AWS.
    files: ["lab/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "ImportDeclaration[source.value=/\\u002Flocal\\u002F(?!(commandSyntax|writableFolder|(page|war)\\u002F.*)$)/]",
          message: "Of local/, lab/ uses commandSyntax, writableFolder, page/ and war/ alone.",
        },
      ],
    },
  },
  {
    files: ["local/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [{ group: ["**/lab/**"], message: "The local AWS knows nothing of the lab." }],
        },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // chai's assertions are property accesses.
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
