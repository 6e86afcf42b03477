/**
 * Whether a package in a command, like `likes@^1.0.0`, or a version in package.json leads to a registry, not to a tarball, a
 * folder or git. For those, a registry may have another package of the same name, by somebody else.
 */
export function isRegistrySpec(spec: string): boolean {
  if (/(?:^|@)(?:npm|catalog):/.test(spec)) return true;
  const unscoped = spec.replace(/^@[^/]+\//, '');
  return !/[:/\\]|\.(?:tgz|tar|tar\.gz)$/i.test(unscoped);
}
