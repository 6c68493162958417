/** REST requests to our own server: JSON there and back, problems as `Refusal`. */
import type { Problem } from '../protocol/generated';
import { Refusal, Unreachable } from './problems';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const DEADLINE_MS = 30_000;

/** Parts of a path; each is escaped, so that no value can lead to another route. */
export type Path = readonly (string | number)[];

export interface Answer<T> {
  readonly status: number;
  readonly data: T;
}

export class Rest {
  /** Called whenever the server says that the session is no more. */
  onSignedOut: (() => void) | null = null;
  private language: string | null = null;
  private readonly origin: string;

  constructor(origin = '') {
    this.origin = origin;
  }

  /** The language in which the server is to word its problems. */
  speak(language: string): void {
    this.language = language;
  }

  async get<T>(path: Path, query: Record<string, string | number | undefined> = {}): Promise<T> {
    return (await this.ask<T>('GET', path, undefined, query)).data;
  }

  async send<T>(method: Exclude<Method, 'GET'>, path: Path, body?: unknown): Promise<T> {
    return (await this.ask<T>(method, path, body)).data;
  }

  /** Raises Refusal when the server says no, Unreachable when it says nothing in time. */
  async ask<T>(
    method: Method,
    path: Path,
    body?: unknown,
    query: Record<string, string | number | undefined> = {},
  ): Promise<Answer<T>> {
    const abort = new AbortController();
    const deadline = setTimeout(() => abort.abort(), DEADLINE_MS);
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.origin + address(path, query), {
        method,
        headers: this.headers(body !== undefined),
        body: body === undefined ? null : JSON.stringify(body),
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: abort.signal,
      });
      text = await response.text();
    } catch {
      throw new Unreachable();
    } finally {
      clearTimeout(deadline);
    }
    if (!response.ok) throw this.refusal(response, text);
    return { status: response.status, data: (text === '' ? null : JSON.parse(text)) as T };
  }

  private headers(hasBody: boolean): Record<string, string> {
    const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' };
    if (hasBody) headers['Content-Type'] = 'application/json';
    if (this.language) headers['Accept-Language'] = this.language;
    return headers;
  }

  private refusal(response: Response, text: string): Refusal {
    const problem = problemIn(text);
    if (response.status === 401 && problem?.code !== 'session.bad_credentials') this.onSignedOut?.();
    const wait = Number(response.headers.get('Retry-After'));
    return new Refusal(
      problem ?? { code: `http.${response.status}`, title: response.statusText, status: response.status },
      Number.isFinite(wait) && wait > 0 ? wait : undefined,
    );
  }
}

function address(path: Path, query: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(query).filter(
    (pair): pair is [string, string | number] => pair[1] !== undefined,
  );
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return `/api/v1/${path.map(segment).join('/')}${search === '' ? '' : `?${search}`}`;
}

function segment(part: string | number): string {
  const escaped = encodeURIComponent(part);
  // `.` and `..` survive escaping and would climb to another route.
  if (escaped === '.' || escaped === '..' || escaped === '') throw new Error('not a path segment');
  return escaped;
}

function problemIn(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && typeof (value as Problem).code === 'string'
      ? (value as Problem)
      : null;
  } catch {
    return null;
  }
}
