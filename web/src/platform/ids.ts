/** Fresh ids for what this device writes, unique without asking anybody. */

/** 128 random bits as hexadecimal. `crypto.randomUUID` is younger than the browsers that we serve. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
