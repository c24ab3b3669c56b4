import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface CertificateArgs {
  readonly domain: string;
  readonly hostedZoneId: pulumi.Input<string>;
}

/**
 * A free, self-renewing certificate for a domain and every name directly below it, validated by DNS. Certificates are
 * regional, so each region has its own; ACM asks both for the same record, which either stack may
 * write. Destroying one stack removes it: the other one's next `pulumi up` puts it back, and ACM
 * needs it only when it renews, 60 days before a certificate ends.
 */
export function createCertificate(
  name: string,
  args: CertificateArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const certificate = new aws.acm.Certificate(
    `${name}-certificate`,
    {
      domainName: args.domain,
      subjectAlternativeNames: [`*.${args.domain}`],
      validationMethod: "DNS",
      keyAlgorithm: "EC_prime256v1",
      tags: { Name: args.domain },
    },
    { parent },
  );
  // A domain and its wildcard have one validation record.
  const option = certificate.domainValidationOptions.apply(([first]) => {
    if (first === undefined) throw new Error(`ACM named no validation record for ${args.domain}`);
    return first;
  });
  const record = new aws.route53.Record(
    `${name}-certificate-validation`,
    {
      zoneId: args.hostedZoneId,
      name: option.resourceRecordName,
      type: option.resourceRecordType,
      records: [option.resourceRecordValue],
      ttl: 300,
      allowOverwrite: true,
    },
    { parent },
  );
  return new aws.acm.CertificateValidation(
    `${name}-certificate-issued`,
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    { parent },
  ).certificateArn;
}
