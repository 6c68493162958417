/** Buttons and badges, small and the same everywhere. */
import type { ButtonHTMLAttributes, Ref } from 'react';
import { Icon, type IconName } from './Icon';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { ref?: Ref<HTMLButtonElement> };

export function Button({
  primary,
  danger,
  className = '',
  ...rest
}: ButtonProps & { primary?: boolean; danger?: boolean }) {
  const looks = `btn${primary ? ' primary' : ''}${danger ? ' danger' : ''} ${className}`;
  return <button type="button" {...rest} className={looks.trim()} />;
}

/** A button that is only an icon; `label` is its name for the ear and for the pointer that rests. */
export function IconButton({
  icon,
  label,
  size,
  className = '',
  ...rest
}: ButtonProps & { icon: IconName; label: string; size?: number }) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={`icon-btn ${className}`.trim()}
    >
      <Icon name={icon} size={size ?? 20} />
    </button>
  );
}

export function Badge({ count, quiet, label }: { count: number; quiet?: boolean; label?: string }) {
  if (count <= 0) return null;
  return (
    <span className={`badge${quiet ? ' quiet' : ''}`} title={label}>
      {count > 999 ? '999+' : count}
    </span>
  );
}
