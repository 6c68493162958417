/** The row under the text: what can be put in, how it looks, and sending it. */
import { useState } from 'react';
import { Button, IconButton } from '../../design/controls';
import { EmojiGrid } from '../../design/EmojiGrid';
import { below, type Place, Popup } from '../../design/Menu';
import { useSay } from '../../platform/words';

interface ToolsProps {
  isGroup: boolean;
  isCode: boolean;
  isPreview: boolean;
  isEditing: boolean;
  /** Whether Enter alone sends. */
  entersSend: boolean;
  canSend: boolean;
  /** How many characters there are, when they are too many. */
  tooLong: { readonly count: number; readonly limit: number } | null;
  onEmoji(emoji: string): void;
  onMention(): void;
  onCode(): void;
  onPreview(): void;
  onSend(): void;
}

/** At the button, but above all that is written, which it would hide. */
function beside(button: Element): Place {
  const composer = button.closest('.comp')?.getBoundingClientRect();
  const place = below(button);
  return composer ? { ...place, above: composer.top - 4 } : place;
}

export function Tools(props: ToolsProps) {
  const { isGroup, isCode, isPreview, isEditing, entersSend, canSend, tooLong } = props;
  const say = useSay();
  const [emojiAt, setEmojiAt] = useState<Place | null>(null);
  return (
    <div className="tb">
      <IconButton
        icon="smile"
        label={say('composer.emoji')}
        disabled={isPreview}
        onClick={(click) => setEmojiAt(beside(click.currentTarget))}
        data-testid="emoji"
      />
      {isGroup && !isCode && (
        <IconButton
          icon="at"
          label={say('composer.mention')}
          disabled={isPreview}
          data-testid="mention"
          // The text keeps the focus, so that the picker stays open.
          onMouseDown={(down) => down.preventDefault()}
          onClick={props.onMention}
        />
      )}
      <IconButton
        icon="code"
        label={say(isCode ? 'composer.codeOff' : 'composer.code')}
        aria-pressed={isCode}
        data-testid="code-mode"
        onClick={props.onCode}
      />
      {!isCode && (
        <IconButton
          icon="eye"
          label={say(isPreview ? 'composer.previewOff' : 'composer.preview')}
          aria-pressed={isPreview}
          data-testid="preview"
          onClick={props.onPreview}
        />
      )}
      <div className="send">
        {tooLong ? (
          <span className="too-long" role="alert">
            {say('composer.tooLong', tooLong)}
          </span>
        ) : (
          <span className="wide">{say(entersSend ? 'composer.enter' : 'composer.ctrlEnter')}</span>
        )}
        <Button primary disabled={!canSend} onClick={props.onSend} data-testid="send">
          {say(isEditing ? 'composer.saveEdit' : 'composer.send')}
        </Button>
      </div>
      {emojiAt && (
        <Popup
          place={emojiAt}
          label={say('composer.emoji')}
          className="emoji-pop"
          onClose={() => setEmojiAt(null)}
        >
          <EmojiGrid
            onChoose={(emoji) => {
              setEmojiAt(null);
              props.onEmoji(emoji);
            }}
          />
        </Popup>
      )}
    </div>
  );
}
