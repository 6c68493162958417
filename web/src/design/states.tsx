/** What stands where nothing is yet, nothing ever was, or something went wrong. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import './states.css';

export function Empty({
  icon,
  title,
  hint,
  children,
}: {
  icon: IconName;
  title: string;
  hint?: string;
  children?: ReactNode;
}) {
  return (
    <div className="state">
      <span className="art">
        <Icon name={icon} size={26} />
      </span>
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      {children && <div className="actions">{children}</div>}
    </div>
  );
}

/** What happened, what to do, and the code to copy for whoever helps. */
export function Failure({
  title,
  hint,
  code,
  children,
}: {
  title: string;
  hint: string;
  code?: string;
  children?: ReactNode;
}) {
  return (
    <div className="state" role="alert">
      <span className="art">
        <Icon name="alert" size={26} />
      </span>
      <h2>{title}</h2>
      <p>{hint}</p>
      {code && <code>{code}</code>}
      {children && <div className="actions">{children}</div>}
    </div>
  );
}

/** Rows of a list that is on its way. */
export function ListSkeleton({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label} style={{ padding: '.06rem .12rem' }}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
        <div key={index} style={{ display: 'flex', gap: '.1rem', padding: '.09rem 0', alignItems: 'center' }}>
          <div className="bone" style={{ width: '.4rem', height: '.4rem', borderRadius: '.1rem' }} />
          <div style={{ flex: 1 }}>
            <div
              className="bone"
              style={{ width: `${45 + ((index * 17) % 35)}%`, height: '.13rem', marginBottom: '.08rem' }}
            />
            <div className="bone" style={{ width: `${60 + ((index * 23) % 30)}%`, height: '.1rem' }} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** Messages that are on their way. */
export function LogSkeleton({ label }: { label: string }) {
  const shapes = [
    { width: 2.2, height: 0.38, mine: false },
    { width: 3.4, height: 0.62, mine: false },
    { width: 1.8, height: 0.38, mine: true },
    { width: 2.8, height: 0.38, mine: false },
    { width: 3, height: 0.62, mine: true },
  ];
  return (
    <div
      className="skeleton"
      role="status"
      aria-label={label}
      style={{ padding: '.2rem', marginTop: 'auto' }}
    >
      {shapes.map((shape) => (
        <div
          key={`${shape.width}${shape.mine}`}
          style={{
            display: 'flex',
            gap: '.1rem',
            marginTop: '.16rem',
            flexDirection: shape.mine ? 'row-reverse' : 'row',
          }}
        >
          <div className="bone" style={{ width: '.32rem', height: '.32rem', borderRadius: '.08rem' }} />
          <div
            className="bone"
            style={{
              width: `${shape.width}rem`,
              maxWidth: '70%',
              height: `${shape.height}rem`,
              borderRadius: '.12rem',
            }}
          />
        </div>
      ))}
    </div>
  );
}
