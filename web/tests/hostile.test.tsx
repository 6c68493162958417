/** Markdown from somebody who means harm (security checklist 30 to 33): nothing of it may act. */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { coloured } from '../src/design/prose/colouring';
import { highlight } from '../src/design/prose/highlighting';
import { isSafeLink } from '../src/design/prose/links';
import { plain } from '../src/design/prose/markdown';
import { Prose } from '../src/design/prose/Prose';

const WORDS = { copy: 'copy', copied: 'copied', code: 'code', onCopy: async () => true };

function drawn(text: string): string {
  const html = renderToStaticMarkup(<Prose text={text} words={WORDS} />);
  // React's writer of HTML asks for pictures ahead; in the page there is no such element.
  return html.replace(/<link rel="preload" as="image" href="\/assets\/emoji-15\/[0-9a-f-]+\.svg"\/>/g, '');
}

const CORPUS: readonly string[] = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>',
  '<style>*{display:none}</style>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<details open ontoggle=alert(1)>',
  '<input autofocus onfocus=alert(1)>',
  '<object data="data:text/html,<script>alert(1)</script>">',
  '<base href="https://evil.example/">',
  '<form action="https://evil.example/"><button>x</button></form>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](java&#10;script:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](&#x6A;&#x61;vascript:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](%6Aavascript:alert(1))',
  '[x](\u0001javascript:alert(1))',
  '[x](\u200bjavascript:alert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](data:image/svg+xml,<svg onload=alert(1)>)',
  '[x](file:///etc/passwd)',
  '[x](//evil.example/x)',
  '[x](\\\\evil.example\\share)',
  '[x](smb://evil.example/share)',
  '[x](ms-word:ofe|u|https://evil.example/a.docx)',
  '[x](../../api/v1/admin/users)',
  '[x](/api/v1/me)',
  '[x](blob:https://a.example/1)',
  '[x](view-source:https://a.example)',
  '[x](https://ok.example "onclick=alert(1)")',
  '[x](https://ok.example/"onmouseover="alert(1))',
  "[x](https://ok.example/'onmouseover='alert(1))",
  '<javascript:alert(1)>',
  '<data:text/html,x>',
  '![x](https://evil.example/track.png)',
  '![x](javascript:alert(1))',
  '![x](data:image/svg+xml;base64,PHN2Zy8+)',
  '![<img src=x onerror=alert(1)>](https://ok.example)',
  '[![x](javascript:alert(1))](https://ok.example)',
  '[![x](https://ok.example/a.png)](https://ok.example)',
  '[ref]\n\n[ref]: javascript:alert(1)',
  '[ref][1]\n\n[1]: data:text/html,<script>alert(1)</script>',
  '`<script>alert(1)</script>`',
  '```html\n<script>alert(1)</script>\n```',
  '```"><img src=x onerror=alert(1)>\nx\n```',
  '```js" onload="alert(1)\nx\n```',
  '# <img src=x onerror=alert(1)>',
  '> > > > > > > > > > > > > > > > > > > > > > > > > > > > > > deep',
  '- - - - - - - - - - - - - - - - - - - - - - - - - - deep',
  `${'['.repeat(5000)}x`,
  `${'*'.repeat(5000)}x`,
  `${'`'.repeat(4999)}x`,
  `${'![x]('.repeat(2000)}`,
  `${'> '.repeat(3000)}x`,
  '| a |\n|---|\n| <img src=x onerror=alert(1)> |',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;alert(1)&#60;/script&#62;',
  'http://ok.example/<script>alert(1)</script>',
  'https://ok.example/?q="><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  'data:text/html,<b>x</b>',
  '\u202ehttps://ok.example/gpj.exe',
  'mailto:a@b.example?subject=<script>',
  '@<img src=x onerror=alert(1)>',
  '👍<img src=x onerror=alert(1)>👍',
  '\u0000<script>alert(1)</script>',
];

const TAGS = new Set([
  'div',
  'p',
  'br',
  'a',
  'em',
  'strong',
  's',
  'code',
  'pre',
  'ul',
  'ol',
  'li',
  'blockquote',
  'hr',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'span',
  'img',
  'header',
  'button',
]);
const ATTRIBUTES = new Set([
  'class',
  'href',
  'target',
  'rel',
  'title',
  'src',
  'alt',
  'draggable',
  'start',
  'type',
  'data-testid',
  'tabindex',
]);

describe('hostile Markdown', () => {
  test.each(CORPUS.map((text) => [text.slice(0, 60), text] as const))('%s', (_, text) => {
    const html = drawn(text);
    for (const [, name, rest] of html.matchAll(/<([a-z0-9]+)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>/g)) {
      expect(TAGS).toContain(name);
      for (const [, attribute, value = ''] of (rest ?? '').matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
        expect(ATTRIBUTES).toContain((attribute ?? '').toLowerCase());
        if (attribute === 'href') expect(value).toMatch(/^(https?:\/\/|mailto:)/);
        if (attribute === 'src') expect(value).toMatch(/^\/assets\/emoji-15\/[0-9a-f-]+\.svg$/);
        if (attribute === 'rel') expect(value).toBe('noopener noreferrer');
      }
    }
    // Every `<` that is left opens or closes one of ours.
    expect(html.replace(/<\/?[a-z0-9]+(?:\s+[a-zA-Z-]+(?:="[^"]*")?)*\s*\/?>/g, '')).not.toContain('<');
  });

  test('a picture becomes a link, and a link opens apart', () => {
    expect(drawn('![plan](https://wiki.example/plan.png)')).toContain(
      '<a href="https://wiki.example/plan.png" target="_blank" rel="noopener noreferrer"',
    );
  });

  test('no link stands inside a link', () => {
    const html = drawn('[![x](https://a.example/a.png)](https://b.example)');
    expect(html.match(/<a /g)).toHaveLength(1);
  });

  test('a name of a file is no link', () => {
    expect(drawn('see limits.c and main.rs and a@b.cn')).not.toContain('<a ');
  });

  test('one line of it has no signs left, and is made fast', () => {
    expect(plain('**bold** [x](https://a.example) `code`\n\n> quote')).toBe('bold x code quote');
    const begun = performance.now();
    plain('['.repeat(20_000));
    drawn('*a **b '.repeat(2800));
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  test('coloured code is the same code', () => {
    for (const code of [
      '<b>&amp;"\'</b>',
      'if (a < b && c > d) { x = "</span>" }',
      '&lt;&#x27;',
      '<!-- <span class="x"> -->',
    ]) {
      for (const language of ['xml', 'c', 'javascript', 'python']) {
        expect((highlight(code, language) ?? []).map((part) => part.text).join('')).toBe(code);
      }
    }
    expect(coloured('<span class="hljs-keyword">if</span> &lt;')).toEqual([
      { text: 'if', kinds: ['hljs-keyword'] },
      { text: ' <', kinds: [] },
    ]);
  });
});

describe('which links are safe', () => {
  test.each(['https://a.example', 'http://10.0.0.1:8080/x', 'mailto:a@b.example', 'HTTPS://A.EXAMPLE'])(
    '%s is',
    (address) => {
      expect(isSafeLink(address)).toBe(true);
    },
  );
  test.each([
    'javascript:1',
    ' javascript:1',
    'java\nscript:1',
    'data:,x',
    'file:///x',
    '//a.example',
    '/x',
    'x',
    '',
    'https:',
    'ftp://a',
  ])('%s is not', (address) => {
    expect(isSafeLink(address)).toBe(false);
  });
});

test('tasks have boxes, and only where an item begins with one', () => {
  const html = renderToStaticMarkup(
    <Prose text={'- [ ] write\n- [x] **read** 🏸\n- [y] no\n- see [ ] here\n\n[ ] nor here'} words={WORDS} />,
  );
  expect(html.match(/class="task"/g)).toHaveLength(1);
  expect(html.match(/class="task done"/g)).toHaveLength(1);
  for (const text of ['write', '[y] no', 'see [ ] here', '[ ] nor here']) expect(html).toContain(text);
  expect(html).not.toContain('[ ] write');
  expect(html).not.toContain('[x]');
  expect(plain('- [ ] write\n- [x] read')).toBe('write read');
});
