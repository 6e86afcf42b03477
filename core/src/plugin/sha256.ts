/** The SHA-256 of a text, in hex digits. Node takes 10 ms to load what makes it, and many commands have nothing to hash. */
export function sha256(text: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', text);
}
