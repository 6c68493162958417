/** A dialog above the page: holds the focus, closes by Escape, gives the focus back. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button, IconButton } from './controls';
import { EmojiText } from './prose/Emoji';
import './Dialog.css';

interface DialogProps {
  title: string;
  closeLabel: string;
  onClose(): void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  testId?: string;
}

export function Dialog({ title, closeLabel, onClose, children, footer, wide, testId }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the keyboard's way, and it comes as `cancel`
    <dialog
      ref={dialog}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <header>
        <h2 id={heading}>
          <EmojiText text={title} />
        </h2>
        <IconButton icon="close" label={closeLabel} onClick={onClose} />
      </header>
      <div className="body">{children}</div>
      {footer && <footer>{footer}</footer>}
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  /** What follows from it, in a sentence. */
  consequence: string;
  act: string;
  cancel: string;
  busy?: boolean;
  onAct(): void;
  onCancel(): void;
}

/** Asks before what cannot be undone. */
export function Confirm({ title, consequence, act, cancel, busy, onAct, onCancel }: ConfirmProps) {
  return (
    <Dialog
      title={title}
      closeLabel={cancel}
      onClose={onCancel}
      testId="confirm"
      footer={
        <>
          <Button onClick={onCancel}>{cancel}</Button>
          <Button primary danger disabled={busy} onClick={onAct} data-testid="confirm-act">
            {act}
          </Button>
        </>
      }
    >
      <p>{consequence}</p>
    </Dialog>
  );
}
