/** A message's Markdown as elements: what is not known here is shown as text. */
import { Fragment, memo, type ReactNode, useMemo } from 'react';
import { Icon } from '../Icon';
import { CodeBlock, type CodeWords } from './CodeBlock';
import { EmojiText } from './Emoji';
import { isSafeLink } from './links';
import { type Node, parse, type Token } from './markdown';
import './prose.css';

export interface ProseProps {
  text: string;
  /** The names that are spoken to: `@name` is marked; `mine` is the reader's own. */
  mentions?: readonly { readonly name: string; readonly mine: boolean }[];
  words: CodeWords;
}

export const Prose = memo(function Prose({ text, mentions, words }: ProseProps) {
  const nodes = useMemo(() => parse(text), [text]);
  const draw = new Drawing(mentions ?? [], words);
  return <div className="prose">{draw.all(nodes)}</div>;
});

class Drawing {
  private readonly mention: RegExp | null;
  private readonly mentions: NonNullable<ProseProps['mentions']>;
  private readonly words: CodeWords;
  private isInLink = false;

  constructor(mentions: NonNullable<ProseProps['mentions']>, words: CodeWords) {
    this.mentions = mentions;
    this.words = words;
    // The longest first, so that @张三丰 is not taken for @张三.
    const names = [...mentions].sort((a, b) => b.name.length - a.name.length).map((one) => escaped(one.name));
    this.mention = names.length > 0 ? new RegExp(`@(${names.join('|')})`, 'g') : null;
  }

  all(nodes: readonly Node[]): ReactNode[] {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other identity
    return nodes.map((node, index) => <Fragment key={index}>{this.one(node)}</Fragment>);
  }

  private one({ token, children }: Node): ReactNode {
    const inside = () => this.all(children);
    switch (token.type) {
      case 'inline':
        return inside();
      case 'text':
        return this.text(token.content);
      case 'softbreak':
      case 'hardbreak':
        return <br />;
      case 'paragraph_open':
        return token.hidden ? inside() : <p>{inside()}</p>;
      case 'heading_open':
        return <p className={`heading ${token.tag}`}>{inside()}</p>;
      case 'blockquote_open':
        return <blockquote>{inside()}</blockquote>;
      case 'bullet_list_open':
        return <ul>{inside()}</ul>;
      case 'ordered_list_open':
        return <ol start={Number(token.attrGet('start') ?? 1) || 1}>{inside()}</ol>;
      case 'list_item_open':
        return token.meta === null ? <li>{inside()}</li> : this.task(token.meta.done === true, inside);
      case 'em_open':
        return <em>{inside()}</em>;
      case 'strong_open':
        return <strong>{inside()}</strong>;
      case 's_open':
        return <s>{inside()}</s>;
      case 'code_inline':
        return <code>{token.content}</code>;
      case 'fence':
      case 'code_block':
        return (
          <CodeBlock
            code={token.content.replace(/\n$/, '')}
            language={languageOf(token)}
            words={this.words}
          />
        );
      case 'link_open':
        return this.link(String(token.attrGet('href') ?? ''), () => inside());
      case 'image':
        return this.link(String(token.attrGet('src') ?? ''), () => token.content || token.attrGet('src'));
      case 'hr':
        return <hr />;
      case 'table_open':
        return (
          <div className="table">
            <table>{inside()}</table>
          </div>
        );
      case 'thead_open':
        return <thead>{inside()}</thead>;
      case 'tbody_open':
        return <tbody>{inside()}</tbody>;
      case 'tr_open':
        return <tr>{inside()}</tr>;
      case 'th_open':
        return <th>{inside()}</th>;
      case 'td_open':
        return <td>{inside()}</td>;
      default:
        return children.length > 0 ? inside() : token.content;
    }
  }

  private link(href: string, inside: () => ReactNode): ReactNode {
    // A picture inside a link is a link inside a link, which HTML has not.
    if (this.isInLink || !isSafeLink(href)) return inside();
    this.isInLink = true;
    const drawn = inside();
    this.isInLink = false;
    return (
      <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
        {drawn}
      </a>
    );
  }

  private task(isDone: boolean, inside: () => ReactNode): ReactNode {
    return (
      <li className={isDone ? 'task done' : 'task'}>
        <span role="img" aria-label={isDone ? '☑' : '☐'}>
          {isDone && <Icon name="check" size={12} />}
        </span>
        {inside()}
      </li>
    );
  }

  private text(content: string): ReactNode {
    if (!this.mention) return <EmojiText text={content} />;
    return content.split(this.mention).map((part, index) => {
      // Every second part is a name that the expression caught.
      if (index % 2 === 0) {
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other identity
        return <EmojiText key={index} text={part} />;
      }
      const isMine = this.mentions.some((one) => one.name === part && one.mine);
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other identity
        <span key={index} className={isMine ? 'at mine' : 'at'}>
          @<EmojiText text={part} />
        </span>
      );
    });
  }
}

function languageOf(token: Token): string {
  const word = token.info.trim().split(/\s+/)[0] ?? '';
  return /^[A-Za-z0-9+#._-]{1,40}$/.test(word) ? word : '';
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
