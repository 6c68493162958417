/** Saying what went wrong, in the reader's words, wherever it was wished for. */
import { useCallback } from 'react';
import { Refusal } from '../connection/problems';
import { useToast } from '../design/toasts';
import { problemWords, type Say, useSay } from '../platform/words';

export function failureWords(say: Say, error: unknown): string {
  return error instanceof Refusal
    ? problemWords(say, error.code, error.message)
    : say('problems.unreachable');
}

/** Tells of a failure at the foot of the page. */
export function useTellFailure(): (error: unknown) => void {
  const say = useSay();
  const tell = useToast();
  return useCallback((error: unknown) => tell(failureWords(say, error), 'bad'), [say, tell]);
}
