import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { basicEnvironment } from "../../emulator/isolatedEnvironment";
import { giveTo, type MachineUser } from "../machineUser";

const run = promisify(execFile);

/** Files of an authority and of a server that it vouches for, PEM. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes an authority and a certificate for a name, valid for a day, with openssl.
 *
 * @param name DNS name that the certificate is for
 */
export async function makeCertificates(
  folder: string,
  name: string,
  user: MachineUser | undefined,
): Promise<Certificates> {
  const at = (file: string): string => join(folder, file);
  const request = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
  ];
  await openssl(
    ...request,
    ...[
      "-days",
      "1",
      "-subj",
      "/CN=Local databases",
      "-keyout",
      at("ca.key"),
      "-out",
      at("ca.pem"),
    ],
  );
  // Some versions of openssl cannot sign and set extensions from the command line at once.
  writeFileSync(at("names.cnf"), `subjectAltName=DNS:${name}\nbasicConstraints=CA:FALSE\n`);
  await openssl(
    ...["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-subj", `/CN=${name}`, "-keyout", at("server.key"), "-out", at("server.csr")],
  );
  await openssl(
    ...["x509", "-req", "-days", "1", "-in", at("server.csr"), "-CA", at("ca.pem")],
    ...["-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("names.cnf")],
    ...["-out", at("server.pem")],
  );
  for (const file of ["ca.pem", "server.pem", "server.key"]) giveTo(user, at(file));
  return { ca: at("ca.pem"), certificate: at("server.pem"), key: at("server.key") };
}

/** The authority's certificate, as text. */
export function readAuthority({ ca }: Certificates): string {
  return readFileSync(ca, "utf8");
}

async function openssl(...args: string[]): Promise<void> {
  await run("openssl", args, { env: basicEnvironment() });
}
