/** The highlighter's answer as data, so that none of it is ever set as HTML. */

export interface Coloured {
  readonly text: string;
  /** The kinds of what it stands in, outermost first. */
  readonly kinds: readonly string[];
}

const PARTS = /<span class="([^"]*)">|<\/span>|([^<]+)/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

export function coloured(html: string): Coloured[] {
  const parts: Coloured[] = [];
  const open: string[] = [];
  for (const [whole, kind, text] of html.matchAll(PARTS)) {
    if (text !== undefined) parts.push({ text: unescaped(text), kinds: [...open] });
    else if (whole === '</span>') open.pop();
    else open.push(kind ?? '');
  }
  return parts;
}

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#x27);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
