/** One signed-in person's session: opened with who they are, closed when they go. */
import { createStore } from 'zustand/vanilla';
import { type Draft, drafts, keepDraft } from '../cache/drafts';
import type { Drawer } from '../cache/drawer';
import { keepUnsent, unsent } from '../cache/unsent';
import { Refusal } from '../connection/problems';
import type { Rest } from '../connection/rest';
import { SESSION_ENDED, Socket } from '../connection/socket';
import type { HelloView, Me } from '../protocol/generated';
import { stillTyping } from '../state/hints';
import { heads, helloHeard, newOffice, tidied } from '../state/office';
import { type Pending, restored } from '../state/outbox';
import { type Account, type Administration, account, administration } from './account';
import { type Conversations, conversations } from './conversations';
import { type Cursors, cursors } from './cursors';
import type { Desk, Known } from './desk';
import { office, update } from './desk';
import { type Hints, hints } from './hints';
import { type History, history } from './history';
import { type Messages, messages } from './messages';
import { hear } from './news';
import { type People, people } from './people';

export interface Session {
  readonly store: Desk['store'];
  readonly history: History;
  readonly messages: Messages;
  readonly cursors: Cursors;
  readonly conversations: Conversations;
  readonly people: People;
  readonly hints: Hints;
  readonly account: Account;
  readonly administration: Administration;
  /** The conversation that stands open now. */
  open(conversation: number | null): void;
  keepDraft(conversation: number, draft: Draft): void;
  /** The person or the network is back. */
  hurry(): void;
  /** The network is gone. */
  giveUp(): void;
  /** The page may go now: tells what still waits to be told. */
  settle(): void;
  close(): void;
}

export interface SessionSetting {
  readonly me: Me;
  readonly rest: Rest;
  readonly socketUrl: string;
  readonly drawer: Drawer;
  readonly device: string;
  now(): number;
  newId(): string;
  /** The server ended the session; the person has to sign in again. */
  onEnded(): void;
}

const TYPING_CHECK_MS = 1000;

export function openSession(setting: SessionSetting): Session {
  const { me, rest, drawer } = setting;
  const store = createStore<Known>(() => ({
    office: newOffice(me, restored(unsent<Pending>(drawer))),
    link: 'connecting',
    open: null,
    undelivered: null,
    drafts: drafts(drawer),
  }));

  const socket = new Socket(setting.socketUrl, {
    onOpen: greet,
    onNotification: (method, params) => hear(desk, log, method, params, { greetAgain, catchUp }),
    onLink(link) {
      store.setState({ link });
      if (link === 'live') resume();
    },
    onClosed,
  });
  const desk: Desk = { store, rest, socket, drawer, now: setting.now, newId: setting.newId };
  const log = history(desk);
  const said = messages(desk, log);
  const read = cursors(desk);
  const watched = hints(desk);

  async function greet(): Promise<void> {
    const now = office(desk);
    const wish = { version: now.version, heads: heads(now), device: setting.device };
    const hello = await socket.ask<HelloView>('hello', wish);
    update(desk, (before) => tidied(helloHeard(before, hello), store.getState().open));
  }

  function catchUp(): void {
    const { open } = store.getState();
    if (open !== null) log.latest(open).catch(() => undefined);
  }

  function greetAgain(): void {
    greet().then(resume, () => undefined);
  }

  function resume(): void {
    catchUp();
    said.resume();
    read.tell();
    watched.resume();
  }

  async function onClosed(code: number): Promise<boolean> {
    if (code === SESSION_ENDED) {
      setting.onEnded();
      return true;
    }
    // The browser does not tell why an upgrade was refused; asking who we are does.
    try {
      await rest.get(['me']);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) {
        setting.onEnded();
        return true;
      }
    }
    return false;
  }

  const typingClock = setInterval(() => {
    update(desk, (now) => {
      const typing = stillTyping(now.typing, desk.now());
      return typing === now.typing ? now : { ...now, typing };
    });
  }, TYPING_CHECK_MS);

  // Whatever road brings the event of a message of mine, the device need not keep it any longer.
  const stopKeeping = store.subscribe((now, before) => {
    if (now.office.outbox !== before.office.outbox) keepUnsent(drawer, now.office.outbox);
  });

  socket.start();

  return {
    store,
    history: log,
    messages: said,
    cursors: read,
    conversations: conversations(desk),
    people: people(desk),
    hints: watched,
    account: account(desk),
    administration: administration(desk),
    open(conversation) {
      if (store.getState().open === conversation) return;
      store.setState({ open: conversation });
      update(desk, (now) => tidied(now, conversation));
    },
    keepDraft(conversation, draft) {
      store.setState({ drafts: keepDraft(drawer, conversation, draft) });
    },
    hurry: () => socket.hurry(),
    giveUp: () => socket.giveUp(),
    settle: () => read.tell(),
    close() {
      clearInterval(typingClock);
      stopKeeping();
      socket.end();
    },
  };
}
