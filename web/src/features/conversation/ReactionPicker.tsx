/** A few emoji at hand, all of them below. */
import { useState } from 'react';
import { EmojiGrid, QUICK } from '../../design/EmojiGrid';
import { Icon } from '../../design/Icon';
import { type Place, Popup } from '../../design/Menu';
import { Emoji } from '../../design/prose/Emoji';
import { useSay } from '../../platform/words';

export function ReactionPicker({
  place,
  onChoose,
  onClose,
}: {
  place: Place;
  onChoose(emoji: string): void;
  onClose(): void;
}) {
  const say = useSay();
  const [isFull, setFull] = useState(false);
  return (
    <Popup place={place} label={say('message.react')} className="emoji-pop" onClose={onClose}>
      <div className="emoji-quick" data-testid="reaction-picker">
        {QUICK.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-label={emoji}
            data-emoji={emoji}
            onClick={() => onChoose(emoji)}
          >
            {/^[\u3400-\u9fff]/.test(emoji) ? emoji : <Emoji emoji={emoji} />}
          </button>
        ))}
        <button
          type="button"
          aria-label={say('common.more')}
          aria-expanded={isFull}
          onClick={() => setFull(!isFull)}
        >
          <Icon name="down" size={16} />
        </button>
      </div>
      {isFull && <EmojiGrid onChoose={onChoose} />}
    </Popup>
  );
}
