// node verify.mjs TRUSTED_ROOT BUNDLE ARTIFACT|- IDENTITY ISSUER
// Prints the identity in the certificate; ends with 1 and the reason if the bundle does not hold.
import fs from 'node:fs';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

const [rootPath, bundlePath, artifactPath, identity, issuer] = process.argv.slice(2);
const read = (path) => JSON.parse(fs.readFileSync(path, 'utf8'));
// The client takes the identity for an unanchored regular expression.
const exactly = (text) => `^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;

try {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(read(rootPath)));
  const artifact = artifactPath === '-' ? undefined : fs.readFileSync(artifactPath);
  const verifier = new Verifier(trust, { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 });
  const policy = { subjectAlternativeName: exactly(identity), extensions: { issuer } };
  const signer = verifier.verify(toSignedEntity(bundleFromJSON(read(bundlePath)), artifact), policy);
  console.log(signer.identity.subjectAlternativeName);
} catch (error) {
  console.error(`${error.code ?? error.name}: ${error.message}`);
  process.exit(1);
}
