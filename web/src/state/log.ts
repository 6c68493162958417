/**
 * What a device holds of one conversation's log: runs of consecutive events, as they stand now.
 *
 * Each event is kept with `asOf`, the head at which the server read it: later events that speak of
 * it are folded in, earlier ones are in it already. So pages and pushes may come in any order.
 */
import type { LogEvent } from './events';
import { told } from './standing';

export interface Held {
  /** As it stands now. */
  readonly event: LogEvent;
  /** As the server gave it. What was told since is folded into this one each time anew, in the order of the log. */
  readonly read: LogEvent;
  /** The head of the log when the server read this event. */
  readonly asOf: number;
}

/** Consecutive events, rising; never empty. */
export type Run = readonly Held[];

/** Runs, rising; between two of them at least one event is missing. */
export interface Log {
  readonly runs: readonly Run[];
  /**
   * Up to where the log was followed: every later event that may speak of something held here, up to
   * this seq, is folded in. What comes after it must be heard or read, in order.
   */
  readonly followed: number;
}

export const EMPTY_LOG: Log = { runs: [], followed: 0 };

export function firstSeq(run: Run): number {
  return run[0]?.event.seq ?? 0;
}

export function lastSeq(run: Run): number {
  return run[run.length - 1]?.event.seq ?? 0;
}

/** The run that holds `seq`. */
export function runAt(log: Log, seq: number): Run | undefined {
  return log.runs.find((run) => firstSeq(run) <= seq && seq <= lastSeq(run));
}

/** The newest run. */
export function tail(log: Log): Run | undefined {
  return log.runs[log.runs.length - 1];
}

export function heldAt(log: Log, seq: number): LogEvent | undefined {
  const run = runAt(log, seq);
  return run?.[seq - firstSeq(run)]?.event;
}

/**
 * `log` with the consecutive `events`, which the server read when the head stood at `asOf`.
 *
 * What is held as of the same or a later head stays; the same object when nothing is new.
 */
export function insert(log: Log, events: readonly LogEvent[], asOf: number): Log {
  const fresh = events.filter((event) => {
    const run = runAt(log, event.seq);
    const held = run?.[event.seq - firstSeq(run)];
    return !held || held.asOf < Math.max(asOf, event.seq);
  });
  if (fresh.length === 0) return log;

  let runs = log.runs;
  for (const part of consecutive(fresh)) {
    runs = joined(
      runs,
      part.map((event) => ({ event, read: event, asOf: Math.max(asOf, event.seq) })),
    );
  }
  const now = folded(runs, fresh);
  if (log.runs.length === 0)
    return { runs: now, followed: Math.max(asOf, lastSeq(now[now.length - 1] ?? [])) };
  const next = runAt({ runs: now, followed: 0 }, log.followed + 1);
  return { runs: now, followed: next ? lastSeq(next) : log.followed };
}

/** Only the newest run, and of it at most `limit` events: for conversations nobody looks at. */
export function trimmed(log: Log, limit: number): Log {
  const newest = tail(log);
  if (!newest || (log.runs.length === 1 && newest.length <= limit)) return log;
  return { runs: [newest.slice(-limit)], followed: log.followed };
}

function consecutive(events: readonly LogEvent[]): LogEvent[][] {
  const parts: LogEvent[][] = [];
  for (const event of events) {
    const part = parts[parts.length - 1];
    if (part && part[part.length - 1]?.seq === event.seq - 1) part.push(event);
    else parts.push([event]);
  }
  return parts;
}

function joined(runs: readonly Run[], part: Run): Run[] {
  const from = firstSeq(part);
  const to = lastSeq(part);
  const before = runs.filter((run) => lastSeq(run) < from - 1);
  const after = runs.filter((run) => firstSeq(run) > to + 1);
  const touching = runs.slice(before.length, runs.length - after.length);
  const left = touching[0]?.filter((held) => held.event.seq < from) ?? [];
  const right = touching[touching.length - 1]?.filter((held) => held.event.seq > to) ?? [];
  return [...before, [...left, ...part, ...right], ...after];
}

/** Folds what `fresh` brings: events among it into their targets, and what was held before into its messages. */
function folded(runs: readonly Run[], fresh: readonly LogEvent[]): Run[] {
  const targets = new Set<number>();
  for (const event of fresh) {
    if (event.target !== null) targets.add(event.target);
    // Events held already may speak of a message that only now arrives, but only later ones.
    if (event.kind === 'message') targets.add(event.seq);
  }
  const about = new Map<number, LogEvent[]>();
  const lowest = Math.min(...targets);
  for (const run of runs) {
    if (lastSeq(run) < lowest) continue;
    for (const { event } of run) {
      if (event.target === null || !targets.has(event.target)) continue;
      const list = about.get(event.target);
      if (list) list.push(event);
      else about.set(event.target, [event]);
    }
  }
  if (about.size === 0) return [...runs];

  const changes = new Map<number, Held>();
  for (const [target, news] of about) {
    const held = findHeld(runs, target);
    const message = held && news.filter((one) => one.seq > held.asOf).reduce(told, held.read);
    const isRecalled = (message?.recalled_at ?? null) !== null || news.some((one) => one.kind === 'recall');
    if (held && message) {
      const read = isRecalled && held.read.body !== null ? { ...held.read, body: null } : held.read;
      if (message !== held.event || read !== held.read)
        changes.set(target, { event: message, read, asOf: held.asOf });
    }
    silence(runs, news, isRecalled, changes);
  }
  if (changes.size === 0) return [...runs];
  const seqs = [...changes.keys()];
  return runs.map((run) => {
    if (!seqs.some((seq) => firstSeq(run) <= seq && seq <= lastSeq(run))) return run;
    return run.map((held) => changes.get(held.event.seq) ?? held);
  });
}

/** Takes the text out of edits that a later edit or a recall has overtaken: it is nobody's to read any more. */
function silence(
  runs: readonly Run[],
  news: readonly LogEvent[],
  isRecalled: boolean,
  changes: Map<number, Held>,
): void {
  const edits = news.filter((one) => one.kind === 'edit');
  for (const [index, edit] of edits.entries()) {
    const held = findHeld(runs, edit.seq);
    if (!held || edit.body === null || (!isRecalled && index === edits.length - 1)) continue;
    const silent = { ...edit, body: null };
    changes.set(edit.seq, { event: silent, read: silent, asOf: held.asOf });
  }
}

function findHeld(runs: readonly Run[], seq: number): Held | undefined {
  const run = runs.find((one) => firstSeq(one) <= seq && seq <= lastSeq(one));
  return run?.[seq - firstSeq(run)];
}
