/** What somebody began to write and did not send yet, by conversation. */
import type { Drawer } from './drawer';

export interface Draft {
  readonly text: string;
  readonly mentions: readonly { readonly id: number; readonly name: string }[];
  readonly mentionAll: boolean;
  readonly replyTo: number | null;
}

export const NO_DRAFT: Draft = { text: '', mentions: [], mentionAll: false, replyTo: null };

const NAME = 'drafts';

export function drafts(drawer: Drawer): Readonly<Record<string, Draft>> {
  return drawer.get<Record<string, Draft>>(NAME) ?? {};
}

export function keepDraft(
  drawer: Drawer,
  conversation: number,
  draft: Draft,
): Readonly<Record<string, Draft>> {
  const now = { ...drafts(drawer) };
  if (draft.text.trim() === '' && draft.replyTo === null) delete now[conversation];
  else now[conversation] = draft;
  drawer.set(NAME, now);
  return now;
}
