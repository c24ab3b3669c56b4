import type * as aws from "@pulumi/aws";
import { present, type Operation } from "../operation";
import { replace, resourceType, unread, update, type AnyResourceType } from "../resourceType";
import { keysAsTags, retagWith, tagsIfAny } from "./tagging";

type CertificateOperation = Operation<aws.acm.Certificate, aws.acm.CertificateArgs>;

const certificate = resourceType<aws.acm.Certificate, aws.acm.CertificateArgs>({
  token: "aws:acm/certificate:Certificate",
  inputs: {
    domainName: replace,
    subjectAlternativeNames: unread(replace),
    validationMethod: replace,
    keyAlgorithm: unread(replace),
    options: unread(update),
  },
  async create(operation) {
    const answer = await operation.call("acm", "requestCertificate", {
      ...operation.arguments(),
      idempotencyToken: operation.idempotencyToken,
      tags: tagsIfAny(operation),
    });
    return present(answer.CertificateArn, "the certificate's ARN");
  },
  /** The records to validate by are not there at once. */
  async ready(operation) {
    if (operation.inputs.validationMethod !== "DNS") return;
    await operation.untilTrue("ready to be validated", async () => {
      const options = (await describe(operation))?.DomainValidationOptions ?? [];
      return options.length > 0 && options.every((item) => item.ResourceRecord !== undefined);
    });
  },
  async read(operation) {
    const found = await describe(operation);
    if (found === undefined) return undefined;
    return {
      arn: found.CertificateArn,
      domainName: found.DomainName,
      domainValidationOptions: found.DomainValidationOptions?.map((option) => ({
        domainName: option.DomainName ?? "",
        resourceRecordName: option.ResourceRecord?.Name ?? "",
        resourceRecordType: option.ResourceRecord?.Type ?? "",
        resourceRecordValue: option.ResourceRecord?.Value ?? "",
      })),
      notAfter: found.NotAfter?.toISOString(),
      notBefore: found.NotBefore?.toISOString(),
      renewalEligibility: found.RenewalEligibility,
      status: found.Status,
      type: found.Type,
    };
  },
  async update(operation) {
    await operation.call("acm", "updateCertificateOptions", {
      CertificateArn: operation.id,
      Options: operation.inputs.options,
    });
  },
  retag: retagWith("acm", {
    tag: "addTagsToCertificate",
    untag: "removeTagsFromCertificate",
    resource: ({ id }) => ({ CertificateArn: id }),
    keys: keysAsTags,
  }),
  async delete(operation) {
    await operation.call("acm", "deleteCertificate", { CertificateArn: operation.id });
  },
});

async function describe(operation: CertificateOperation) {
  const answer = await operation.call("acm", "describeCertificate", {
    CertificateArn: operation.id,
  });
  return answer.Certificate;
}

const validation = resourceType<aws.acm.CertificateValidation, aws.acm.CertificateValidationArgs>({
  token: "aws:acm/certificateValidation:CertificateValidation",
  inputs: { certificateArn: replace, validationRecordFqdns: replace },
  async create(operation) {
    const CertificateArn = operation.inputs.certificateArn;
    const issued = await operation.until("issued", async () => {
      const { Certificate } = await operation.call("acm", "describeCertificate", {
        CertificateArn,
      });
      if (Certificate?.Status === "FAILED") {
        throw new Error(`${CertificateArn} was not issued: ${Certificate.FailureReason ?? "?"}`);
      }
      return Certificate?.Status === "ISSUED" ? Certificate : undefined;
    });
    return (issued.IssuedAt ?? new Date(0)).toISOString();
  },
  async read(operation) {
    const CertificateArn = operation.inputs.certificateArn;
    const { Certificate } = await operation.call("acm", "describeCertificate", { CertificateArn });
    return Certificate?.Status === "ISSUED" ? { certificateArn: CertificateArn } : undefined;
  },
  // Nothing to undo: it only waits.
  delete: () => Promise.resolve(),
});

/** Certificates. */
export const types: readonly AnyResourceType[] = [certificate, validation];
