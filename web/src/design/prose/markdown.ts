/** Markdown as a tree of tokens. Drawn by `Prose.tsx`; no HTML is made anywhere. */
import MarkdownIt from 'markdown-it';
import { isSafeLink } from './links';

const parser = new MarkdownIt({
  html: false,
  linkify: true,
  breaks: true,
  typographer: false,
  maxNesting: 20,
});
parser.validateLink = isSafeLink;
// Pictures would be fetched from wherever the writer says; they stay links (see `Prose.tsx`).
// Bare words such as `limits.c` must not become links to a domain.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });

// `- [ ] to do` and `- [x] done`: such an item says in its `meta` whether it is `done`.
parser.core.ruler.push('tasks', ({ tokens }) => {
  for (const [index, item] of tokens.entries()) {
    if (item.type !== 'list_item_open' || tokens[index + 1]?.type !== 'paragraph_open') continue;
    const first = tokens[index + 2]?.children?.[0];
    const box = first?.type === 'text' ? /^\[([ xX])\]\s+/.exec(first.content) : null;
    if (!first || !box) continue;
    first.content = first.content.slice(box[0].length);
    item.meta = { done: box[1] !== ' ' };
  }
});

export type Token = ReturnType<typeof parser.parse>[number];

/** A token with what stands inside it. */
export interface Node {
  readonly token: Token;
  readonly children: readonly Node[];
}

export function parse(text: string): Node[] {
  return nested(parser.parse(text, {}));
}

function nested(tokens: readonly Token[]): Node[] {
  const root: Node[] = [];
  const open: { token: Token; children: Node[] }[] = [];
  for (const token of tokens) {
    const into = open[open.length - 1]?.children ?? root;
    if (token.nesting === 1) {
      const node = { token, children: [] as Node[] };
      into.push(node);
      open.push(node);
    } else if (token.nesting === -1) {
      open.pop();
    } else {
      into.push({ token, children: token.children ? nested(token.children) : [] });
    }
  }
  return root;
}

/** The text of a message in one line, without its signs: for lists, quotes and titles. */
export function plain(text: string, most = 200): string {
  // Only the beginning is shown, so only the beginning is read.
  const words = flat(parse(text.slice(0, most * 4)));
  return words.replace(/\s+/g, ' ').trim().slice(0, most);
}

function flat(nodes: readonly Node[]): string {
  return nodes
    .map(({ token, children }) => {
      if (children.length > 0) return flat(children) + (token.block ? ' ' : '');
      if (token.type === 'softbreak' || token.type === 'hardbreak') return ' ';
      return token.content + (token.block ? ' ' : '');
    })
    .join('');
}
