// Says how much JavaScript the talk screen needs, compressed, and fails when it is more than agreed.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const MOST_BYTES = 350 * 1024;
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8'));

// What the page loads first, and what opening a conversation fetches besides.
const LATER = ['src/features/members/MembersDrawer.tsx'];

function needs(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return seen;
  seen.add(key);
  for (const each of chunk.imports ?? []) needs(each, seen);
  return seen;
}

const seen = new Set(['index.html', ...LATER].flatMap((key) => [...needs(key)]));
const bytes = [...seen].reduce(
  (sum, key) => sum + gzipSync(readFileSync(join(dist, manifest[key].file))).length,
  0,
);
const said = `${(bytes / 1024).toFixed(1)} KB of JavaScript for the talk screen, compressed (at most ${MOST_BYTES / 1024})`;
if (bytes > MOST_BYTES) {
  console.error(said);
  process.exit(1);
}
console.log(said);
