/** One mistake, and what its message must say. */
export interface BadSettings {
  readonly mistake: string;
  /** Laid over the sample's settings; `undefined` removes a key. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly stackName?: string;
  /** Keys that Pulumi keeps encrypted. */
  readonly encrypted?: readonly string[];
  /** Where the problem must be reported. */
  readonly path: string;
  /** Each must occur in the problem's text: the value, what is allowed, the fix. */
  readonly says: readonly string[];
}

const team = (fields: object) => ({ teams: [{ name: "devops", ...fields }] });

const edgePair = {
  address: "100.100.0.1",
  allowFrom: ["10.0.0.0/8"],
  certificateSecret: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:site-AbCdEf",
};

const certificate = `arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0`;

/** Each is also the name of something of ours, such as an IAM role or a target group. */
const takenNames = [
  "edge-1",
  "backup",
  "flow-log",
  "snapshots",
  "x-agents",
  "x-agents-build",
  "x-pair",
];

export const badSettings: readonly BadSettings[] = [
  // Keys
  {
    mistake: "a primary stack with a path in its name",
    settings: { primaryStack: "acme/jenkins/primary" },
    path: "primaryStack",
    says: ["acme/jenkins/primary", "a stack's name", "pulumi stack ls"],
  },
  {
    mistake: "a misspelt key at the top level",
    settings: { regoins: {} },
    path: "regoins",
    says: ["is not a setting", "did you mean regions?"],
  },
  {
    mistake: "another spelling of a key",
    settings: { hosted_zone_id: "Z0123456789" },
    path: "hosted_zone_id",
    says: ["did you mean hostedZoneId?"],
  },
  {
    mistake: "a key that resembles nothing",
    settings: { kubernetes: true },
    path: "kubernetes",
    says: ["is not a setting", "remove it"],
  },
  {
    mistake: "a misspelt key inside an object",
    settings: { recovery: { maxReplicationLag: "5 minutes" } },
    path: "recovery.maxReplicationLag",
    says: ["did you mean recovery.maxReplicaLag?"],
  },
  {
    mistake: "a misspelt key inside a list",
    settings: team({ instancetype: "m7g.large" }),
    path: "teams[0].instancetype",
    says: ["did you mean teams[0].instanceType?"],
  },
  {
    mistake: "an object given as a word",
    settings: { network: "single" },
    path: "network",
    says: ["object or a list is expected", "pulumi config set --path"],
  },
  {
    mistake: "a scalar where an object belongs",
    settings: { recovery: "3" },
    path: "recovery",
    says: ["is 3", "is not an object"],
  },
  {
    mistake: "an object where a list belongs",
    settings: { teams: { name: "devops" } },
    path: "teams",
    says: ["is not a list", "1 to 500 teams"],
  },
  // Identity
  {
    mistake: "a stack name that is no program",
    settings: {},
    stackName: "production",
    path: "program",
    says: ["is missing", "primary, dr", "pulumi config set program"],
  },
  {
    mistake: "an unknown program",
    settings: { program: "primry" },
    path: "program",
    says: ['"primry"', 'did you mean "primary"?'],
  },
  {
    mistake: "a program that is still to come",
    settings: { program: "web-dev" },
    path: "program",
    says: ['"web-dev"', "primary, dr"],
  },
  {
    mistake: "no domain",
    settings: { domain: undefined },
    path: "domain",
    says: ["is missing", "add domain to Pulumi.yaml"],
  },
  {
    mistake: "a URL for a domain",
    settings: { domain: "https://jenkins.example.com" },
    path: "domain",
    says: ["https://jenkins.example.com", "no https://"],
  },
  {
    mistake: "a domain with a dot at its end",
    settings: { domain: "jenkins.example.com." },
    path: "domain",
    says: ["without a dot at the end"],
  },
  {
    mistake: "the console's form of a zone id",
    settings: { hostedZoneId: "/hostedzone/Z0123456789" },
    path: "hostedZoneId",
    says: ["/hostedzone/Z0123456789", "without the leading /hostedzone/"],
  },
  {
    mistake: "no zone",
    settings: { hostedZoneId: undefined },
    path: "hostedZoneId",
    says: ["is missing", "list-hosted-zones-by-name"],
  },
  {
    mistake: "a prefix in capitals",
    settings: { prefix: "Jenkins" },
    path: "prefix",
    says: ['"Jenkins"', "lower-case"],
  },
  {
    mistake: "a prefix that AWS names cannot end with",
    settings: { prefix: "jenkins-" },
    path: "prefix",
    says: ['"jenkins-"'],
  },
  // Regions
  {
    mistake: "equal regions",
    settings: { regions: { primary: "eu-west-1", dr: "eu-west-1" } },
    path: "regions.dr",
    says: ["the same as regions.primary", "another region"],
  },
  {
    mistake: "a misspelt region",
    settings: { regions: { primary: "eu-cental-1", dr: "eu-west-1" } },
    path: "regions.primary",
    says: ['"eu-cental-1"', 'did you mean "eu-central-1"?'],
  },
  {
    mistake: "one region alone",
    settings: { regions: { primary: "eu-central-1" } },
    path: "regions.dr",
    says: ["is missing"],
  },
  {
    mistake: "an active region that is neither",
    settings: { activeRegion: "us-east-1" },
    path: "activeRegion",
    says: ['"us-east-1"', "eu-central-1 or eu-west-1", "failover record"],
  },
  {
    mistake: "an active region that no failover led to",
    settings: { activeRegion: "eu-west-1" },
    path: "generation",
    says: ["is 1", "even", "npm run adopt"],
  },
  {
    mistake: "a generation in which the other region serves",
    settings: { generation: "2" },
    path: "generation",
    says: ["is 2", "regions.dr (eu-west-1) serves", "even", "npm run adopt"],
  },
  {
    mistake: "a region that took over without the home that it took over",
    stackName: "dr",
    settings: { activeRegion: "eu-west-1", generation: "2" },
    path: "homeFileSystemId",
    says: ["is missing", "eu-west-1 serves by a failover", "npm run adopt"],
  },
  {
    mistake: "a home that is no file system",
    settings: { homeFileSystemId: "jenkins-home" },
    path: "homeFileSystemId",
    says: ['"jenkins-home"', "fs-"],
  },
  {
    mistake: "a generation before the first",
    settings: { generation: "0" },
    path: "generation",
    says: ['"0"', "from 1 to"],
  },
  {
    mistake: "a failover to the region that serves",
    settings: { failover: "true" },
    path: "failover",
    says: ["where it can do nothing", "--stack dr"],
  },
  {
    mistake: "an override that is neither true nor false",
    settings: { runWithoutRecord: "once" },
    path: "runWithoutRecord",
    says: ['"once"', "true or false"],
  },
  {
    mistake: "a misspelt override",
    settings: { runWithoutRecords: "true" },
    path: "runWithoutRecords",
    says: ["did you mean runWithoutRecord?"],
  },
  {
    mistake: "a flag that is neither true nor false",
    settings: { failover: "yes" },
    path: "failover",
    says: ['"yes"', "true or false"],
  },
  {
    mistake: "a certificate of the other region",
    settings: { certificates: { dr: certificate } },
    path: "certificates.dr",
    says: ["is in eu-central-1", "regions.dr is eu-west-1"],
  },
  {
    mistake: "a certificate that is no ARN",
    settings: { certificates: { primary: "jenkins.example.com" } },
    path: "certificates.primary",
    says: ["arn:aws:acm:<region>", "aws acm list-certificates"],
  },
  // Alerts and settings for jobs
  {
    mistake: "nobody to tell",
    settings: { alerts: { emails: [] } },
    path: "alerts.emails",
    says: ["at least one address"],
  },
  {
    mistake: "a telephone number without its country",
    settings: { alerts: { emails: ["a@example.com"], sms: ["0151 12345678"] } },
    path: "alerts.sms[0]",
    says: ["0151 12345678", "E.164", "+49"],
  },
  {
    mistake: "a telephone number that YAML took for a number",
    settings: { alerts: { emails: ["a@example.com"], sms: [491511234567] } },
    path: "alerts.sms[0]",
    says: ["491511234567", "is not text", "in quotes"],
  },
  {
    mistake: "two addresses in one",
    settings: { alerts: { emails: ["a@example.com, b@example.com"] } },
    path: "alerts.emails[0]",
    says: ["one address for each list entry"],
  },
  {
    mistake: "an address twice",
    settings: { alerts: { emails: ["a@example.com", "a@example.com"] } },
    path: "alerts.emails[1]",
    says: ["as alerts.emails[0] is", "remove one"],
  },
  {
    mistake: "a credential among the parameters",
    settings: { parameters: { githubToken: "ghp_0" } },
    path: "parameters.githubToken",
    says: ["readable in clear", "pulumi config set --secret --path secrets.githubToken"],
  },
  {
    mistake: "a secret in clear",
    settings: { secrets: { githubToken: "ghp_0" } },
    path: "secrets",
    says: ["is stored in clear", "--secret"],
  },
  {
    mistake: "a secret with the name of our own",
    settings: { secrets: { "agent-ssh-key": "x" } },
    encrypted: ["secrets"],
    path: "secrets.agent-ssh-key",
    says: ["the deployment makes itself", "rename"],
  },
  {
    mistake: "a prefix that load balancers may not have",
    settings: { prefix: "internal-ci" },
    path: "prefix",
    says: ["internal-ci", "not with aws, ssm or internal-"],
  },
  // Network
  {
    mistake: "overlapping networks",
    settings: { network: { cidr: { primary: "10.0.0.0/16", dr: "10.0.128.0/17" } } },
    path: "network.cidr.dr",
    says: ["10.0.128.0/17", "overlaps", "10.0.0.0/16"],
  },
  {
    mistake: "a network that is too small",
    settings: { network: { cidr: { primary: "10.0.0.0/24" } } },
    path: "network.cidr.primary",
    says: ["too small", "/20"],
  },
  {
    mistake: "a network that is too large for a VPC",
    settings: { network: { cidr: { primary: "10.0.0.0/8" } } },
    path: "network.cidr.primary",
    says: ["too large", "/16"],
  },
  {
    mistake: "a network of public addresses",
    settings: { network: { cidr: { dr: "8.8.0.0/16" } } },
    path: "network.cidr.dr",
    says: ["8.8.0.0/16", "private", "10.0.0.0/8"],
  },
  {
    mistake: "a network with bits beyond its prefix",
    settings: { network: { cidr: { primary: "10.0.1.0/16" } } },
    path: "network.cidr.primary",
    says: ["write 10.0.0.0/16"],
  },
  {
    mistake: "an address where a network belongs",
    settings: { network: { cidr: { primary: "10.0.0.300/16" } } },
    path: "network.cidr.primary",
    says: ["is not an IPv4 range"],
  },
  {
    mistake: "one zone",
    settings: { network: { availabilityZones: 1 } },
    path: "network.availabilityZones",
    says: ["is 1", "from 2 to 3", "one zone"],
  },
  {
    mistake: "an unknown NAT strategy",
    settings: { network: { nat: "per-az" } },
    path: "network.nat",
    says: ['"per-az"', 'did you mean "perAz"?'],
  },
  {
    mistake: "no way out and too few endpoints",
    settings: { network: { nat: "none", interfaceEndpoints: ["ssm"] } },
    path: "network.interfaceEndpoints",
    says: ["secretsmanager", "autoscaling", "network.nat is none"],
  },
  {
    mistake: "an endpoint twice",
    settings: { network: { interfaceEndpoints: ["ssm", "ssm"] } },
    path: "network.interfaceEndpoints[1]",
    says: ["for the second time"],
  },
  {
    mistake: "a bastion open to the world",
    settings: { network: { bastion: { allowFrom: ["0.0.0.0/0"] } } },
    path: "network.bastion.allowFrom[0]",
    says: ["0.0.0.0/0", "too large"],
  },
  {
    mistake: "more ranges for the bastion than its access list has rules for",
    settings: {
      network: {
        bastion: { allowFrom: Array.from({ length: 19 }, (_, i) => `203.0.113.${i}/32`) },
      },
    },
    path: "network.bastion.allowFrom",
    says: ["1 to 18"],
  },
  {
    mistake: "a range for the bastion twice",
    settings: { network: { bastion: { allowFrom: ["203.0.113.7/32", "203.0.113.7/32"] } } },
    path: "network.bastion.allowFrom[1]",
    says: ["second time", "remove it"],
  },
  {
    mistake: "flow logs kept for a time that CloudWatch does not know",
    settings: { network: { flowLogRetention: "31 days" } },
    path: "network.flowLogRetention",
    says: ['"31 days"', '"30 days"'],
  },
  // Image, database, home
  {
    mistake: "images promised and not given",
    settings: { image: { source: "given" } },
    path: "image.ids",
    says: ["image.source is given", "both regions"],
  },
  {
    mistake: "images given that nobody uses",
    settings: { image: { ids: { primary: "ami-01234567", dr: "ami-89abcdef" } } },
    path: "image.ids",
    says: ["would ignore it", "set image.source to given"],
  },
  {
    mistake: "a weekly version of Jenkins",
    settings: { image: { jenkinsVersion: "2.562" } },
    path: "image.jenkinsVersion",
    says: ['"2.562"', "LTS"],
  },
  {
    mistake: "a version of another engine",
    settings: { database: { engine: "mysql", version: "17" } },
    path: "database.version",
    says: ['"17"', "no version of mysql", "8.4"],
  },
  {
    mistake: "an EC2 type for a database",
    settings: { database: { instanceClass: "t4g.medium" } },
    path: "database.instanceClass",
    says: ['"t4g.medium"', "begin with db."],
  },
  {
    mistake: "a database without backups",
    settings: { database: { backupRetention: "0 days" } },
    path: "database.backupRetention",
    says: ['"0 days"', '"1 day" to "35 days"'],
  },
  {
    mistake: "too little storage",
    settings: { database: { storageGb: 5 } },
    path: "database.storageGb",
    says: ["is 5", "from 20 to"],
  },
  {
    mistake: "provisioned throughput without an amount",
    settings: { home: { throughput: "provisioned" } },
    path: "home.provisionedMibps",
    says: ["is missing", "elastic"],
  },
  {
    mistake: "an archive without elastic throughput",
    settings: { home: { throughput: "bursting", lifecycle: { toArchive: "90 days" } } },
    path: "home.lifecycle.toArchive",
    says: ["elastic throughput alone"],
  },
  {
    mistake: "an archive before infrequent access",
    settings: { home: { lifecycle: { toInfrequentAccess: "90 days", toArchive: "30 days" } } },
    path: "home.lifecycle.toArchive",
    says: ['"30 days"', "not later than"],
  },
  {
    mistake: "an age that EFS does not know",
    settings: { home: { lifecycle: { toInfrequentAccess: "45 days" } } },
    path: "home.lifecycle.toInfrequentAccess",
    says: ['"45 days"', "next longer"],
  },
  // Teams
  {
    mistake: "no team",
    settings: { teams: [] },
    path: "teams",
    says: ["1 to 500 teams", "- name: devops"],
  },
  {
    mistake: "a team twice",
    settings: { teams: [{ name: "ma" }, { name: "ba" }, { name: "ma" }] },
    path: "teams[2].name",
    says: ['"ma"', "teams[0].name"],
  },
  {
    mistake: "a team name that DNS does not take",
    settings: team({ name: "Dev_Ops" }),
    path: "teams[0].name",
    says: ['"Dev_Ops"', "DNS label"],
  },
  {
    mistake: "a team name too long for its target group",
    settings: { ...team({ name: "mobile-applications-abcdef" }), prefix: "ourjenkins" },
    path: "teams[0].name",
    says: ["ourjenkins-mobile-applications-abcdef", "32", "21 characters"],
  },
  {
    mistake: "an agents' image that neither region has in its registry",
    settings: {
      agents: { containerImage: "123456789012.dkr.ecr.us-east-1.amazonaws.com/agent:jdk21" },
    },
    path: "agents.containerImage",
    says: ["us-east-1", "eu-central-1 or eu-west-1", "put-replication-configuration"],
  },
  {
    mistake: "a team named like a part of the deployment",
    settings: team({ name: "failover" }),
    path: "teams[0].name",
    says: ['"failover"', "call it failover-team"],
  },
  ...takenNames.map((name) => ({
    mistake: `a team called ${name}`,
    settings: team({ name }),
    path: "teams[0].name",
    says: [`"${name}"`, "its own parts", `call it ${name}-team`],
  })),
  {
    mistake: "an unknown strategy",
    settings: team({ strategy: "active-pasive" }),
    path: "teams[0].strategy",
    says: ['did you mean "active-passive"?'],
  },
  {
    mistake: "a warm standby of a team whose controllers are all live",
    settings: team({ standby: "warm", strategy: "active-active" }),
    path: "teams[0].standby",
    says: ["has no meaning for active-active", "active-passive"],
  },
  {
    mistake: "a misspelt key of the pairs",
    settings: { pair: { profil: "fast" } },
    path: "pair.profil",
    says: ["did you mean pair.profile?"],
  },
  {
    mistake: "an edge pair without a team to stand in front of",
    settings: { ...team({}), pair: { edge: edgePair } },
    path: "pair.edge",
    says: ["no team", "standby: warm"],
  },
  {
    mistake: "an edge pair's address inside of a VPC",
    settings: {
      ...team({ standby: "warm" }),
      pair: { edge: { ...edgePair, address: "10.20.0.7" } },
    },
    path: "pair.edge.address",
    says: ["10.20.0.7", "network.cidr.dr", "100.100.0.1"],
  },
  {
    mistake: "an edge pair's address that is none",
    settings: {
      ...team({ standby: "warm" }),
      pair: { edge: { ...edgePair, address: "300.1.1.1" } },
    },
    path: "pair.edge.address",
    says: ["300.1.1.1", "no IPv4 address"],
  },
  {
    mistake: "an edge pair's certificate in the other region",
    settings: {
      ...team({ standby: "warm" }),
      pair: {
        edge: {
          ...edgePair,
          certificateSecret: edgePair.certificateSecret.replace("eu-central-1", "eu-west-1"),
        },
      },
    },
    path: "pair.edge.certificateSecret",
    says: ["is in eu-west-1", "eu-central-1", "replicate it"],
  },
  {
    mistake: "an edge pair for the whole world",
    settings: {
      ...team({ standby: "warm" }),
      pair: { edge: { ...edgePair, allowFrom: ["0.0.0.0/0"] } },
    },
    path: "pair.edge.allowFrom[0]",
    says: ["/8"],
  },
  {
    mistake: "an edge pair of another processor than the image's",
    settings: {
      ...team({ standby: "warm" }),
      pair: { edge: { ...edgePair, instanceType: "t3.small" } },
    },
    path: "pair.edge.instanceType",
    says: ["t3.small", "Graviton"],
  },
  {
    mistake: "machines that cannot reach the API that fences them",
    settings: {
      ...team({ standby: "warm" }),
      agents: { kind: "none" },
      pair: { image: { primary: "ami-0123456789abcdef0", dr: "ami-0123456789abcdef1" } },
      network: {
        nat: "none",
        interfaceEndpoints: [
          "elasticfilesystem",
          "logs",
          "monitoring",
          "secretsmanager",
          "ssm",
          "ssmmessages",
        ],
      },
    },
    path: "network.interfaceEndpoints",
    says: ["lacks ec2,", "network.nat"],
  },
  {
    mistake: "an image that has to be completed without a way out",
    settings: {
      ...team({ standby: "warm" }),
      network: {
        nat: "none",
        interfaceEndpoints: [
          "autoscaling",
          "ec2",
          "elasticfilesystem",
          "logs",
          "monitoring",
          "secretsmanager",
          "ssm",
          "ssmmessages",
        ],
      },
    },
    path: "pair.image",
    says: ["cannot install anything", "network.nat to single"],
  },
  {
    mistake: "capacity out of order",
    settings: team({ strategy: "active-active", capacity: { min: 2, desired: 5, max: 4 } }),
    path: "teams[0].capacity",
    says: ["min 2, desired 5, max 4", "min ≤ desired ≤ max", "raise max to 5"],
  },
  {
    mistake: "one controller of an active-active team",
    settings: team({ strategy: "active-active", capacity: { min: 1, desired: 1, max: 2 } }),
    path: "teams[0].capacity.min",
    says: ["is 1", "2 or more", "active-passive"],
  },
  {
    mistake: "two writers of one home",
    settings: team({ capacity: { min: 1, desired: 2, max: 2 } }),
    path: "teams[0].capacity",
    says: ["two controllers must never write", "active-active"],
  },
  {
    mistake: "an Intel machine for the Graviton image",
    settings: team({ instanceType: "m7i.large" }),
    path: "teams[0].instanceType",
    says: ['"m7i.large"', "x86_64", "arm64 image", "use m7g.large"],
  },
  {
    mistake: "a Graviton machine for the Intel image",
    settings: { ...team({ instanceType: "c7gn.large" }), image: { architecture: "x86_64" } },
    path: "teams[0].instanceType",
    says: ['"c7gn.large"', "arm64 machine", "set image.architecture to arm64"],
  },
  {
    mistake: "an Intel agent for the Graviton image",
    settings: { agents: { instanceTypes: ["m7g.large", "m6a.large"] } },
    path: "agents.instanceTypes[1]",
    says: ['"m6a.large"', "Graviton"],
  },
  {
    mistake: "something that is no machine",
    settings: team({ instanceType: "large" }),
    path: "teams[0].instanceType",
    says: ['"large"', "is not an instance type"],
  },
  {
    mistake: "a heap larger than the machine",
    settings: team({ heapMb: 16384 }),
    path: "teams[0].heapMb",
    says: ["16384", "8 GiB of m7g.large", "512 to 6553"],
  },
  {
    mistake: "a machine too small for a controller",
    settings: team({ instanceType: "t4g.nano" }),
    path: "teams[0].instanceType",
    says: ["t4g.nano", "too little"],
  },
  {
    mistake: "a machine of unknown memory without a heap",
    settings: team({ instanceType: "x2gd.large" }),
    path: "teams[0].heapMb",
    says: ["x2gd.large", "half of the machine's memory"],
  },
  {
    mistake: "more agents at least than at most",
    settings: team({ agents: { min: 20 } }),
    path: "teams[0].agents.min",
    says: ["is 20", "max of 10"],
  },
  {
    mistake: "a Fargate size that AWS does not offer",
    settings: { agents: { kind: "fargate", vcpu: 2, memoryGb: 30 } },
    path: "agents.memoryGb",
    says: ["is 30", "4 to 16", "2 vCPU"],
  },
  {
    mistake: "nothing to recover",
    settings: team({ strategy: "local-only" }),
    stackName: "dr",
    path: "teams",
    says: ["all local-only"],
  },
  // Recovery
  {
    mistake: "a duration without its unit",
    settings: { recovery: { fenceTimeout: 300 } },
    path: "recovery.fenceTimeout",
    says: ["is 300", "has no unit", '"300 seconds"'],
  },
  {
    mistake: "a duration in another notation",
    settings: { recovery: { maxHomeLag: "15m" } },
    path: "recovery.maxHomeLag",
    says: ['"15m"', '"5 minutes"'],
  },
  {
    mistake: "a threshold in percent",
    settings: { recovery: { threshold: 50 } },
    path: "recovery.threshold",
    says: ["is 50", "0.5 is one half"],
  },
  {
    mistake: "an alarm that can never ring",
    settings: { recovery: { detection: { unhealthyPeriods: 5, outOf: 3 } } },
    path: "recovery.detection.unhealthyPeriods",
    says: ["5 out of 3", "can never happen"],
  },
  {
    mistake: "a quorum of nobody",
    settings: { recovery: { quorum: 0 } },
    path: "recovery.quorum",
    says: ["is 0", "from 1 to"],
  },
  {
    mistake: "a rate, which AWS Backup does not take",
    settings: { backup: { schedule: "rate(1 day)" } },
    path: "backup.schedule",
    says: ["rate(1 day)", "write cron(0 3 * * ? *)"],
  },
  {
    mistake: "more daily snapshots than RDS has room for",
    settings: { recovery: { snapshot: { retention: "36 days" } } },
    path: "recovery.snapshot.retention",
    says: ["36 days", '"1 day" to "35 days"'],
  },
  {
    mistake: "a schedule in crontab's notation",
    settings: { backup: { schedule: "0 3 * * *" } },
    path: "backup.schedule",
    says: ['"0 3 * * *"', "cron(0 3 * * ? *)"],
  },
];
