/** What went wrong, as one kind of error for both roads: a stable code to act on, a title for people. */
import type { Problem } from '../protocol/generated';

export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  readonly params: Problem['params'];
  /** Seconds after which asking again makes sense, if the server said so. */
  readonly retryAfter: number | null;

  constructor(
    said: { code: string; title: string; status: number; params?: Problem['params'] },
    retryAfter?: number,
  ) {
    super(said.title);
    this.name = 'Refusal';
    this.code = said.code;
    this.status = said.status;
    this.params = said.params ?? {};
    this.retryAfter = retryAfter ?? null;
  }
}

/** The server could not be reached, or its answer was lost: whether it did the thing is not known. */
export class Unreachable extends Error {
  constructor() {
    super('unreachable');
    this.name = 'Unreachable';
  }
}
