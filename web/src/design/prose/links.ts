/** Which addresses a message may lead to. */

const ALLOWED = /^(https?|mailto):/i;
// Browsers drop tabs, line breaks and control signs inside a scheme, so we look at the address without them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const INVISIBLE = /[\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]/g;

/** Whether `address` is one that may be opened: web or mail, said outright. */
export function isSafeLink(address: string): boolean {
  const bare = address.replace(INVISIBLE, '');
  if (!ALLOWED.test(bare)) return false;
  try {
    const url = new URL(bare);
    return url.protocol === 'http:' || url.protocol === 'https:' || url.protocol === 'mailto:';
  } catch {
    return false;
  }
}
