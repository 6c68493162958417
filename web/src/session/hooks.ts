/** How views reach the session: a snapshot of what they draw, and the wishes that they may have. */
import { createContext, useContext, useEffect } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { User } from '../protocol/generated';
import type { Office } from '../state/office';
import type { Known } from './desk';
import type { Session } from './session';

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('no session here');
  return session;
}

/** What `select` takes from the office; drawn again when that changes (lists are compared by their items). */
export function useOffice<T>(select: (office: Office) => T): T {
  const { store } = useSession();
  return useStore(
    store,
    useShallow((known: Known) => select(known.office)),
  );
}

export function useKnown<T>(select: (known: Known) => T): T {
  return useStore(useSession().store, select);
}

/** A person, asked for when not known yet. */
export function usePerson(id: number | null): User | undefined {
  const session = useSession();
  const person = useOffice((office) => (id === null ? undefined : office.people.get(id)));
  useEffect(() => {
    if (id !== null && !person) session.people.need([id]);
  }, [session, id, person]);
  return person;
}

/** Several people, in the order of `ids`; those not known yet are asked for and missing meanwhile. */
export function usePeople(ids: readonly number[]): ReadonlyMap<number, User> {
  const session = useSession();
  const people = useStore(session.store, (known) => known.office.people);
  const key = ids.join(',');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that matters of the list
  useEffect(() => session.people.need(ids), [session, key]);
  return people;
}

/** Watches whether these people are there as long as the view stands. */
export function usePresence(ids: readonly number[]): Office['presence'] {
  const session = useSession();
  const key = ids.join(',');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that matters of the list
  useEffect(() => session.hints.watchPeople(ids), [session, key]);
  return useStore(session.store, (known) => known.office.presence);
}
