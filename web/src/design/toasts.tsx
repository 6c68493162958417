/** Short sentences at the foot of the page that go by themselves. */
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import { Icon } from './Icon';
import { EmojiText } from './prose/Emoji';
import './states.css';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'good' | 'bad';
}

type Tell = (text: string, kind?: Toast['kind']) => void;

const ToastContext = createContext<Tell>(() => undefined);

const GOOD_LASTS_MS = 2500;
const BAD_LASTS_MS = 6000;

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const next = useRef(1);
  const tell = useCallback<Tell>((text, kind = 'good') => {
    const id = next.current++;
    setToasts((now) => [...now.slice(-2), { id, text, kind }]);
    setTimeout(
      () => setToasts((now) => now.filter((one) => one.id !== id)),
      kind === 'good' ? GOOD_LASTS_MS : BAD_LASTS_MS,
    );
  }, []);
  return (
    <ToastContext.Provider value={tell}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} className={`toast ${toast.kind}`}>
            <Icon name={toast.kind === 'good' ? 'check' : 'alert'} size={16} />
            <span>
              <EmojiText text={toast.text} />
            </span>
          </div>
        ))}
      </div>
    </ToastContext.Provider>
  );
}

export function useToast(): Tell {
  return useContext(ToastContext);
}
