// Copies what other packages bring as files: the emoji, and the pages that show the API.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const emoji = join(root, 'node_modules/@twemoji/svg');
const swagger = join(root, 'node_modules/swagger-ui-dist');

// Under `assets`, which browsers keep for a year; the set's version is in the name. As in `prose/emoji.ts`.
const EMOJI_AT = '/assets/emoji-15';

// One file in two differs from another by the colour of a skin only; the client shows the plain one.
const SKIN = /-1f3f[b-f]/;

const FROM_SWAGGER = ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE'];

export function staticFiles() {
  return {
    name: 'yanxin:static-files',
    configureServer(server) {
      server.middlewares.use(EMOJI_AT, (request, response, next) => {
        const name = /^\/([0-9a-f-]+\.svg)$/.exec(request.url ?? '')?.[1];
        if (!name || !existsSync(join(emoji, name))) return next();
        response.setHeader('Content-Type', 'image/svg+xml');
        response.end(readFileSync(join(emoji, name)));
      });
    },
    closeBundle() {
      const dist = join(root, 'dist');
      if (!existsSync(dist)) return;
      mkdirSync(join(dist, EMOJI_AT), { recursive: true });
      for (const name of readdirSync(emoji)) {
        if (name.endsWith('.svg') && !SKIN.test(name)) cpSync(join(emoji, name), join(dist, EMOJI_AT, name));
      }
      for (const name of FROM_SWAGGER) {
        if (existsSync(join(swagger, name))) cpSync(join(swagger, name), join(dist, 'api-docs', name));
      }
    },
  };
}
