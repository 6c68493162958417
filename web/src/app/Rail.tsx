/** Where one can go: beside everything on a desk, at the foot on a phone. */
import { Avatar } from '../design/Avatar';
import { Badge } from '../design/controls';
import { Icon, type IconName } from '../design/Icon';
import { useSay } from '../platform/words';
import { useKnown, useOffice } from '../session/hooks';

interface RailProps {
  section: string;
  unread: number;
  onGo(path: string): void;
}

export function Rail({ section, unread, onGo }: RailProps) {
  const say = useSay();
  const me = useOffice((office) => office.me);
  const isLive = useKnown((known) => known.link === 'live');
  const places: { path: string; icon: IconName; label: string; key: string; end?: boolean }[] = [
    { path: '/', icon: 'chat', label: say('rail.talk'), key: 'talk' },
    { path: '/people', icon: 'people', label: say('rail.people'), key: 'people' },
    ...(me.is_admin
      ? [{ path: '/admin', icon: 'shield' as const, label: say('rail.admin'), key: 'admin' }]
      : []),
    { path: '/settings', icon: 'gear', label: say('rail.settings'), key: 'settings', end: true },
  ];
  return (
    <nav className="rail" aria-label={say('rail.main')} data-testid="rail">
      <button
        type="button"
        className="rail-me"
        title={me.display_name}
        aria-label={me.display_name}
        onClick={() => onGo('/settings')}
      >
        <Avatar id={me.id} name={me.display_name} online={isLive} />
      </button>
      {places.map((place) => (
        <a
          key={place.path}
          href={place.path}
          className={`${section === place.path ? 'on' : ''}${place.end ? ' end' : ''}`}
          title={place.label}
          aria-current={section === place.path ? 'page' : undefined}
          data-testid={`rail-${place.key}`}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            onGo(place.path);
          }}
        >
          <Icon name={place.icon} />
          <span className="rail-label">{place.label}</span>
          {place.path === '/' && <Badge count={unread} label={say('inbox.unreadCount', { count: unread })} />}
        </a>
      ))}
    </nav>
  );
}
