/** What a person chooses for themselves, their password, and the places where they are signed in. */
import { Segmented, Switch } from 'antd';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button } from '../../design/controls';
import { Confirm } from '../../design/Dialog';
import { Forms } from '../../design/Forms';
import '../../design/page.css';
import { EmojiText } from '../../design/prose/Emoji';
import { useTheme } from '../../platform/screen';
import { useSpeech } from '../../platform/words';
import type { Settings } from '../../protocol/generated';
import { useTellFailure } from '../../session/failures';
import { useOffice, useSession } from '../../session/hooks';
import { PasswordForm } from './PasswordForm';
import { Sessions } from './Sessions';
import './settings.css';

export function SettingsPage({ onSignedOut }: { onSignedOut(): void }) {
  const { say, language } = useSpeech();
  const session = useSession();
  const me = useOffice((office) => office.me);
  const { settings } = me;
  const theme = useTheme(settings.theme);
  const [isLeaving, setLeaving] = useState(false);
  const fontSize = settings.font_size ?? 14;

  const failed = useTellFailure();

  const set = (change: Settings) => void session.account.set(change).catch(failed);

  return (
    <Forms theme={theme} fontSize={fontSize} language={language}>
      <main className="page" data-testid="settings-page">
        <header className="page-head">
          <h1>{say('settings.title')}</h1>
        </header>
        <div className="page-body settings">
          <Group title={say('settings.look')}>
            <Row label={say('settings.language')}>
              <Segmented<'zh-CN' | 'en'>
                value={language}
                onChange={(chosen) => set({ language: chosen })}
                options={[
                  { label: '简体中文', value: 'zh-CN' },
                  { label: 'English', value: 'en' },
                ]}
                data-testid="settings-language"
              />
            </Row>
            <Row label={say('settings.theme')}>
              <Segmented<'system' | 'light' | 'dark'>
                value={settings.theme ?? 'system'}
                onChange={(chosen) => set({ theme: chosen })}
                options={[
                  { label: say('settings.themeSystem'), value: 'system' },
                  { label: say('settings.themeLight'), value: 'light' },
                  { label: say('settings.themeDark'), value: 'dark' },
                ]}
                data-testid="settings-theme"
              />
            </Row>
            <Row label={say('settings.fontSize')}>
              <Segmented<14 | 16 | 18>
                value={fontSize}
                onChange={(chosen) => set({ font_size: chosen })}
                options={[
                  { label: say('settings.small'), value: 14 },
                  { label: say('settings.medium'), value: 16 },
                  { label: say('settings.large'), value: 18 },
                ]}
                data-testid="settings-font-size"
              />
            </Row>
          </Group>
          <Group title={say('settings.habits')}>
            <Row label={say('settings.sendKey')}>
              <Segmented<'enter' | 'ctrl_enter'>
                value={settings.send_key ?? 'enter'}
                onChange={(chosen) => set({ send_key: chosen })}
                options={[
                  { label: 'Enter', value: 'enter' },
                  { label: 'Ctrl+Enter', value: 'ctrl_enter' },
                ]}
                data-testid="settings-send-key"
              />
            </Row>
            <Row label={say('settings.showPresence')}>
              <Switch
                aria-label={say('settings.showPresence')}
                checked={settings.show_presence ?? true}
                onChange={(on) => set({ show_presence: on })}
              />
            </Row>
            <Row label={say('settings.showTyping')}>
              <Switch
                aria-label={say('settings.showTyping')}
                checked={settings.show_typing ?? true}
                onChange={(on) => set({ show_typing: on })}
              />
            </Row>
          </Group>
          <Group title={say('settings.password')}>
            <PasswordForm username={me.username} />
          </Group>
          <Group title={say('settings.sessions')} hint={say('settings.sessionsHint')}>
            <Sessions />
          </Group>
          <Group title={say('settings.account')}>
            <Row label={`${me.display_name}（${me.username}）`} hint={me.organisation}>
              <Button danger onClick={() => setLeaving(true)} data-testid="sign-out">
                {say('settings.signOut')}
              </Button>
            </Row>
          </Group>
          <p className="settings-about">
            <a href="/api-docs/" target="_blank" rel="noopener noreferrer">
              {say('settings.api')}
            </a>
            <span>{say('settings.credits')}</span>
          </p>
        </div>
      </main>
      {isLeaving && (
        <Confirm
          title={say('settings.signOutTitle')}
          consequence={say('settings.signOutConsequence')}
          act={say('settings.signOut')}
          cancel={say('common.cancel')}
          onCancel={() => setLeaving(false)}
          onAct={() => {
            session.account.signOut().then(onSignedOut, failed);
          }}
        />
      )}
    </Forms>
  );
}

function Group({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="settings-group">
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
      <div className="settings-card">{children}</div>
    </section>
  );
}

function Row({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="settings-row">
      <span>
        <EmojiText text={label} />
        {hint && <small>{hint}</small>}
      </span>
      {children}
    </div>
  );
}
