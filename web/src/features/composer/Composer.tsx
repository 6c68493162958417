/** Where one writes: text with mentions and emoji, or code; sent at once, kept as a draft meanwhile. */
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { type Draft, NO_DRAFT } from '../../cache/drafts';
import { IconButton } from '../../design/controls';
import { Icon } from '../../design/Icon';
import { EmojiText } from '../../design/prose/Emoji';
import { useSay } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useKnown, useOffice, usePerson, useSession } from '../../session/hooks';
import { lineOf, titleOf } from '../../session/sentences';
import type { LogEvent } from '../../state/events';
import { CodeBar } from './CodeBar';
import { bodyOf, type Mention, mentionAt, mentionsOf } from './draft';
import { MentionPicker, type MentionPickerHandle } from './MentionPicker';
import { Preview } from './Preview';
import { Tools } from './Tools';
import './composer.css';

export const MOST_CHARACTERS = 20_000;

export interface ComposerHandle {
  write(text: string): void;
  focus(): void;
}

interface ComposerProps {
  conversation: Conversation;
  /** The message that is answered, or changed. */
  reply: LogEvent | null;
  editing: LogEvent | null;
  onReplied(): void;
  onEdited(target: LogEvent, body: ReturnType<typeof bodyOf>): void;
  onCancel(): void;
  /** The up-arrow in an empty composer: change my newest message. */
  onEditLast(): void;
  ref?: Ref<ComposerHandle>;
}

export function Composer(props: ComposerProps) {
  const { conversation, reply, editing, onReplied, onEdited, onCancel, onEditLast, ref } = props;
  const say = useSay();
  const session = useSession();
  const id = conversation.id;
  const me = useOffice((office) => office.me.id);
  const people = useOffice((office) => office.people);
  const sendKey = useOffice((office) => office.me.settings.send_key) ?? 'enter';
  const kept = useKnown((known) => known.drafts[id]);

  const [text, setText] = useState(() => textOf(editing) ?? kept?.text ?? '');
  const [mentions, setMentions] = useState<readonly Mention[]>(() =>
    editing ? mentionsOf(editing.body, people) : (kept?.mentions ?? []),
  );
  const [language, setLanguage] = useState<string | null>(() => languageOf(editing));
  const [isPreview, setPreview] = useState(false);
  const [asked, setAsked] = useState<{ words: string; from: number } | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<MentionPickerHandle>(null);
  const caret = useRef<number | null>(null);

  const isCode = language !== null;
  const length = Array.from(text).length;
  const isTooLong = length > MOST_CHARACTERS;
  const canSend = text.trim() !== '' && !isTooLong;
  const quoted = editing ?? reply;
  const quotedPerson = usePerson(quoted?.sender ?? null);

  useImperativeHandle(ref, () => ({
    write(more) {
      setText((now) => (now.trim() === '' ? more : `${now}\n${more}`));
      area.current?.focus();
    },
    focus: () => area.current?.focus(),
  }));

  // Drafts are kept as one writes, but a change of an old message is none.
  useEffect(() => {
    if (editing) return;
    const draft: Draft = isCode ? NO_DRAFT : { ...NO_DRAFT, text, mentions };
    session.keepDraft(id, draft);
  }, [session, id, text, mentions, editing, isCode]);

  useEffect(() => {
    if (reply || editing) area.current?.focus();
  }, [reply, editing]);

  // As tall as its text, up to a limit that the style sets.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text and its kind make the height
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
    if (caret.current !== null) {
      element.setSelectionRange(caret.current, caret.current);
      caret.current = null;
    }
  }, [text, isCode, isPreview]);

  function insert(
    words: string,
    from = area.current?.selectionStart ?? text.length,
    to = area.current?.selectionEnd ?? from,
  ): void {
    caret.current = from + words.length;
    setText(text.slice(0, from) + words + text.slice(to));
    area.current?.focus();
  }

  function changed(value: string, at: number): void {
    setText(value);
    setAsked(isCode || conversation.kind === 'direct' ? null : mentionAt(value, at));
    if (value !== '') session.hints.typing(id);
  }

  function mention(chosen: Mention): void {
    if (!asked) return;
    insert(`@${chosen.name} `, asked.from, area.current?.selectionStart ?? text.length);
    setMentions((now) => (now.some((one) => one.id === chosen.id) ? now : [...now, chosen]));
    setAsked(null);
  }

  function clear(): void {
    setText('');
    setMentions([]);
    setLanguage(null);
    setPreview(false);
    setAsked(null);
  }

  function send(): void {
    if (!canSend) return;
    const body = bodyOf(text, mentions, language);
    if (editing) {
      onEdited(editing, body);
    } else {
      session.messages.send(id, body, reply?.seq ?? null);
      if (reply) onReplied();
    }
    clear();
    area.current?.focus();
  }

  function pressed(event: KeyboardEvent<HTMLTextAreaElement>): void {
    // Enter that ends the input of Chinese is not ours. Old Chromium says so by its code only.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (asked && picker.current?.press(event.key)) {
      event.preventDefault();
      return;
    }
    if (event.key === 'Escape') {
      if (asked) setAsked(null);
      else if (quoted) cancel();
      return;
    }
    if (event.key === 'ArrowUp' && text === '' && !editing) {
      event.preventDefault();
      onEditLast();
      return;
    }
    if (isCode && event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      insert('    ');
      return;
    }
    if (event.key !== 'Enter' || event.shiftKey || event.altKey) return;
    const withControl = event.ctrlKey || event.metaKey;
    // In code Enter is a new line always.
    const sends = isCode || sendKey === 'ctrl_enter' ? withControl : !withControl;
    if (sends) {
      event.preventDefault();
      send();
    } else if (withControl) {
      event.preventDefault();
      insert('\n');
    }
  }

  function cancel(): void {
    if (editing) clear();
    onCancel();
  }

  /** A little later, so that a click in the picker arrives; and not when one is back by then. */
  function closePicker(): void {
    setTimeout(() => {
      if (document.activeElement !== area.current) setAsked(null);
    }, 150);
  }

  const name = titleOf(conversation, me, people, say);
  return (
    <div className={`comp${isTooLong ? ' bad' : ''}`} data-testid="composer">
      {quoted && (
        <div className="comp-quote">
          <Icon name={editing ? 'edit' : 'quote'} size={16} />
          <b>
            <EmojiText
              text={
                editing
                  ? say('composer.editing')
                  : say('composer.replying', { name: quotedPerson?.display_name ?? '' })
              }
            />
          </b>
          <span className="ell">
            <EmojiText text={lineOf(quoted, say)} />
          </span>
          <IconButton
            icon="close"
            size={16}
            label={say('common.cancel')}
            onClick={cancel}
            data-testid="cancel-quote"
          />
        </div>
      )}
      {asked && (
        <MentionPicker
          ref={picker}
          conversation={conversation}
          words={asked.words}
          onChoose={mention}
          onClose={() => setAsked(null)}
        />
      )}
      {isCode && <CodeBar language={language} onChange={setLanguage} />}
      {isPreview && !isCode ? (
        <Preview text={text} mentions={mentions} />
      ) : (
        <textarea
          ref={area}
          className={isCode ? 'code-input' : ''}
          rows={1}
          value={text}
          placeholder={isCode ? say('composer.codePlaceholder') : say('composer.placeholder', { name })}
          aria-label={say('composer.label')}
          aria-invalid={isTooLong}
          spellCheck={false}
          data-testid="composer-input"
          onChange={(event) => changed(event.target.value, event.target.selectionStart)}
          onKeyDown={pressed}
          onBlur={closePicker}
        />
      )}
      <Tools
        isGroup={conversation.kind === 'group'}
        isCode={isCode}
        isPreview={isPreview}
        isEditing={editing !== null}
        entersSend={!isCode && sendKey === 'enter'}
        canSend={canSend}
        tooLong={isTooLong ? { count: length, limit: MOST_CHARACTERS } : null}
        onEmoji={(emoji) => insert(emoji)}
        onMention={() => {
          const from = area.current?.selectionStart ?? text.length;
          insert('@');
          setAsked({ words: '', from });
        }}
        onCode={() => {
          setLanguage(isCode ? null : '');
          setPreview(false);
          area.current?.focus();
        }}
        onPreview={() => setPreview(!isPreview)}
        onSend={send}
      />
    </div>
  );
}

function textOf(event: LogEvent | null): string | null {
  const body = event?.body;
  return body?.type === 'text' || body?.type === 'code' ? body.text : null;
}

function languageOf(event: LogEvent | null): string | null {
  return event?.body?.type === 'code' ? (event.body.language ?? '') : null;
}
