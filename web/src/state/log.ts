/**
 * What a device holds of one conversation's log: runs of consecutive events, as they stand now.
 *
 * Each event is kept with `asOf`, the head at which the server read it: later events that speak of
 * it are folded in, earlier ones are in it already. So pages and pushes may come in any order.
 */
import type { LogEvent } from './events';
import { told } from './standing';

export interface Held {
  readonly event: LogEvent;
  /** The head of the log when the server read this event. */
  readonly asOf: number;
}

/** Consecutive events, rising; never empty. */
export type Run = readonly Held[];

/** Runs, rising; between two of them at least one event is missing. */
export interface Log {
  readonly runs: readonly Run[];
}

export const EMPTY_LOG: Log = { runs: [] };

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
      part.map((event) => ({ event, asOf: Math.max(asOf, event.seq) })),
    );
  }
  return { runs: folded(runs, fresh) };
}

/** Only the newest run, and of it at most `limit` events: for conversations nobody looks at. */
export function trimmed(log: Log, limit: number): Log {
  const newest = tail(log);
  if (!newest || (log.runs.length === 1 && newest.length <= limit)) return log;
  return { runs: [newest.slice(-limit)] };
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

  const changes = new Map<number, LogEvent>();
  for (const [target, news] of about) {
    const held = findHeld(runs, target);
    if (held) {
      const message = news.filter((one) => one.seq > held.asOf).reduce(told, held.event);
      if (message !== held.event) changes.set(target, message);
    }
    silence(news, held && (changes.get(target) ?? held.event), changes);
  }
  if (changes.size === 0) return [...runs];
  return runs.map((run) => {
    if (![...changes.keys()].some((seq) => firstSeq(run) <= seq && seq <= lastSeq(run))) return run;
    return run.map((held) => {
      const event = changes.get(held.event.seq);
      return event ? { event, asOf: held.asOf } : held;
    });
  });
}

/** Takes the text out of edits that a later edit or a recall has overtaken: it is nobody's to read any more. */
function silence(
  news: readonly LogEvent[],
  message: LogEvent | undefined,
  changes: Map<number, LogEvent>,
): void {
  const recalled = (message?.recalled_at ?? null) !== null || news.some((one) => one.kind === 'recall');
  const edits = news.filter((one) => one.kind === 'edit');
  for (const [index, edit] of edits.entries()) {
    const overtaken = recalled || index < edits.length - 1;
    if (overtaken && edit.body !== null) changes.set(edit.seq, { ...edit, body: null });
  }
}

function findHeld(runs: readonly Run[], seq: number): Held | undefined {
  const run = runs.find((one) => firstSeq(one) <= seq && seq <= lastSeq(one));
  return run?.[seq - firstSeq(run)];
}
