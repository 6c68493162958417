/** The fold of one message: how it stands after a later event that speaks of it. */
import type { ReactionCount } from '../protocol/generated';
import type { LogEvent } from './events';

/**
 * `message` as it stands after `news`, an event whose `target` it is.
 *
 * The same object when nothing changes. An edit without a body was overtaken by another or by a recall;
 * that one follows and tells.
 */
export function told(message: LogEvent, news: LogEvent): LogEvent {
  switch (news.kind) {
    case 'edit':
      if (message.recalled_at !== null) return message;
      return { ...message, body: news.body ?? message.body, edited_at: news.at };
    case 'recall':
      if (message.recalled_at !== null) return message;
      return { ...message, body: null, recalled_at: news.at };
    case 'reaction':
      if (news.body?.type !== 'reaction' || news.sender === null) return message;
      return {
        ...message,
        reactions: reacted(message.reactions, news.sender, news.body.emoji, news.body.on),
      };
    default:
      return message;
  }
}

/** `reactions` after `user` sets or takes back `emoji`; an emoji that nobody holds any more is gone. */
export function reacted(
  reactions: ReactionCount[],
  user: number,
  emoji: string,
  on: boolean,
): ReactionCount[] {
  const held = reactions.find((one) => one.emoji === emoji);
  if ((held?.users.includes(user) ?? false) === on) return reactions;
  if (!on) {
    return reactions
      .map((one) =>
        one.emoji === emoji ? { emoji, users: one.users.filter((other) => other !== user) } : one,
      )
      .filter((one) => one.users.length > 0);
  }
  if (!held) return [...reactions, { emoji, users: [user] }];
  return reactions.map((one) => (one.emoji === emoji ? { emoji, users: [...one.users, user] } : one));
}
