/** An office to test in. */
import type { Me } from '../src/protocol/generated';
import { newOffice, type Office } from '../src/state/office';

export function me(id: number): Me {
  return {
    id,
    username: `user${id}`,
    display_name: `User ${id}`,
    is_admin: false,
    organisation: 'Test',
    settings: {},
    version: 1,
  };
}

export function officeOf(person: Me): Office {
  return newOffice(person);
}
