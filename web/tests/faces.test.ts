/** What stands on a face when there is no photograph. */
import { expect, test } from 'vitest';
import { initialsOf } from '../src/design/Avatar';

test.each([
  ['王小明', '小明'],
  ['欧阳', '欧阳'],
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['', '?'],
  ['  ', '?'],
  ['🏸 羽毛球', '羽毛球'.slice(1)],
  ['Bob 🏸', 'B'],
  ['🏸🏓', '🏸'],
])('%s is %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
