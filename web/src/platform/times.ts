/** Moments in words, in the reader's language and time zone. */

export type Language = 'zh-CN' | 'en';

export interface DayWords {
  readonly today: string;
  readonly yesterday: string;
}

/** The local day of `at`, for comparing. */
export function dayOf(at: string): string {
  return new Date(at).toDateString();
}

export function clockTime(at: string, language: Language): string {
  return format(language, { hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at));
}

export function fullTime(at: string, language: Language): string {
  return format(language, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(new Date(at));
}

/** As short as a list needs: the time today, else yesterday, the weekday within a week, the date. */
export function shortMoment(at: string, language: Language, words: DayWords, now = new Date()): string {
  const days = daysBetween(new Date(at), now);
  if (days <= 0) return clockTime(at, language);
  if (days === 1) return words.yesterday;
  if (days < 7) return format(language, { weekday: 'short' }).format(new Date(at));
  return calendarDay(at, language, now);
}

/** The heading over a day's messages. */
export function dayHeading(at: string, language: Language, words: DayWords, now = new Date()): string {
  const days = daysBetween(new Date(at), now);
  if (days <= 0) return words.today;
  if (days === 1) return words.yesterday;
  if (days < 7) return format(language, { weekday: 'long' }).format(new Date(at));
  return calendarDay(at, language, now);
}

function calendarDay(at: string, language: Language, now: Date): string {
  const moment = new Date(at);
  const isThisYear = moment.getFullYear() === now.getFullYear();
  return format(language, isThisYear ? { month: 'short', day: 'numeric' } : { dateStyle: 'medium' }).format(
    moment,
  );
}

function daysBetween(from: Date, to: Date): number {
  const midnight = (moment: Date) =>
    new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(language, options);
    formats.set(key, made);
  }
  return made;
}
