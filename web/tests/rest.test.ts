/** Requests against a real server: paths that cannot climb, problems that keep their code. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Refusal, Unreachable } from '../src/connection/problems';
import { Rest } from '../src/connection/rest';

let server: Server;
let rest: Rest;
let asked: {
  method: string | undefined;
  url: string | undefined;
  headers: Record<string, unknown>;
  body: string;
}[];
let answer: { status: number; headers?: Record<string, string>; body: string };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: '{}' };
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      asked.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rest = new Rest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a value in a path cannot lead to another route', async () => {
  await rest.get(['users', 'a/../../admin?x#y']);
  expect(asked[0]?.url).toBe('/api/v1/users/a%2F..%2F..%2Fadmin%3Fx%23y');
  await expect(rest.get(['users', '..', 'admin'])).rejects.toThrow();
  await expect(rest.get(['users', ''])).rejects.toThrow();
  expect(asked).toHaveLength(1);
});

test('a body goes as JSON, in the language that is spoken', async () => {
  rest.speak('en');
  await rest.send('POST', ['sessions'], { username: '张三' });
  expect(asked[0]).toMatchObject({ method: 'POST', url: '/api/v1/sessions', body: '{"username":"张三"}' });
  expect(asked[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'accept-language': 'en' });
});

test('a query leaves out what is not given', async () => {
  await rest.get(['users'], { query: '李 四', limit: 5, cursor: undefined });
  expect(asked[0]?.url).toBe('/api/v1/users?query=%E6%9D%8E+%E5%9B%9B&limit=5');
});

test('a problem becomes a refusal with its code and when to come back', async () => {
  answer = {
    status: 429,
    headers: { 'Retry-After': '7', 'Content-Type': 'application/problem+json' },
    body: JSON.stringify({
      type: 'x',
      title: '太频繁',
      status: 429,
      detail: '',
      code: 'session.throttled',
      params: {},
    }),
  };
  const refusal = await rest.get(['me']).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: 'session.throttled', status: 429, retryAfter: 7, message: '太频繁' });
});

test('an answer that is no problem of ours still has a code', async () => {
  answer = { status: 502, body: '<html>bad gateway</html>' };
  await expect(rest.get(['me'])).rejects.toMatchObject({ code: 'http.502', status: 502 });
});

test('a dead session is told once; wrong passwords are not one', async () => {
  let ended = 0;
  rest.onSignedOut = () => {
    ended += 1;
  };
  answer = { status: 401, body: JSON.stringify({ code: 'session.bad_credentials', title: '', status: 401 }) };
  await rest.send('POST', ['sessions'], {}).catch(() => undefined);
  expect(ended).toBe(0);
  answer = { status: 401, body: JSON.stringify({ code: 'session.required', title: '', status: 401 }) };
  await rest.get(['me']).catch(() => undefined);
  expect(ended).toBe(1);
});

test('no answer is not a refusal: whether it was done is not known', async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(rest.get(['me'])).rejects.toBeInstanceOf(Unreachable);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
