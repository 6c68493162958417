// Generated from protocol/schema.json by `npm run types`. Do not edit.

export interface AddDepartment {
  name: string;
  parent_id?: number | null;
  order?: number;
}

export interface AddMembers {
  user_ids: Array<number>;
}

export interface AddUser {
  username: string;
  display_name: string;
  password: string;
  is_admin?: boolean;
  department_ids?: Array<number>;
}

export interface ChangeConversation {
  title?: string;
  my?: ChangeMy;
}

export interface ChangeMe {
  settings?: Settings;
}

export interface ChangeMember {
  role: "admin" | "member" | "owner";
}

export interface ChangeMy {
  muted?: boolean;
  pinned?: boolean;
  hidden?: boolean;
  unread_mark?: boolean;
}

export interface ChangePassword {
  old: string;
  new: string;
}

export interface ChangeUser {
  disabled?: boolean;
  password?: string;
  display_name?: string;
  is_admin?: boolean;
  department_ids?: Array<number>;
}

/** A piece of source code; `language` is a short name such as `python`, or empty. */
export interface Code {
  type: "code";
  text: string;
  language?: string;
}

/**
 * A conversation as the asker sees it; `last` is its newest message, `peer` the other in a direct one.
 *
 *     `nth` is the asker's own running number there: the messages that the asker sent.
 *     `cursor_nth` is the same at the cursor, so that a client can do the arithmetic of `unread` itself.
 */
export interface Conversation {
  id: number;
  kind: "direct" | "group";
  title: string | null;
  peer: number | null;
  head: Head;
  first: number;
  cursor: Head;
  nth: number;
  cursor_nth: number;
  unread: number;
  mentions: number;
  last: Event | null;
  members_count: number;
  my: My;
  /** RFC 3339, UTC, with milliseconds */
  created_at: string;
  dismissed_at: string | null;
}

/** Up to where the asker has read, and what is left; `nth` is the asker's own running number there. */
export interface Cursor {
  seq: number;
  ordinal: number;
  nth: number;
  unread: number;
  mentions: number;
}

/** A department with those below it. */
export interface Department {
  id: number;
  name: string;
  parent_id: number | null;
  order: number;
  user_ids: Array<number>;
  children: Array<Department>;
}

export interface Edit {
  conversation: number;
  target: number;
  client_id: string;
  body: Text | Code;
}

export interface EditedMessage {
  client_id: string;
  body: Text | Code;
}

/** Nothing to say. */
export interface Empty {}

/**
 * An event as it stands now.
 *
 *     In place of one that speaks of something the asker may not see stands `kind: hidden` with
 *     nothing but its place (every field after `kind` null): no hole, no news.
 */
export interface Event {
  conversation: number;
  seq: number;
  ordinal: number;
  kind: string;
  nth?: number | null;
  at?: string | null;
  sender?: number | null;
  client_id?: string | null;
  target?: number | null;
  reply_to?: number | null;
  edited_at?: string | null;
  recalled_at?: string | null;
  body?: Text | Code | Members | Title | RoleChange | Reaction | null;
  reactions?: Array<ReactionCount>;
}

/** A run of events, rising, without a hole. */
export interface Events {
  items: Array<Event>;
  head: Head;
}

/** The server is about to close the socket; come back after the given time. */
export interface Goodbye {
  reason: string;
  retry_after_ms: number;
}

/** The newest place of a conversation, or a place that a cursor stands at. */
export interface Head {
  seq: number;
  ordinal: number;
}

export interface ListEvents {
  conversation: number;
  after?: number | null;
  before?: number | null;
  around?: number | null;
  limit?: number;
}

/** Oneself. */
export interface Me {
  id: number;
  username: string;
  display_name: string;
  is_admin: boolean;
  organisation: string;
  settings: Settings;
  version: number;
}

/** A member of a conversation. */
export interface Member {
  user_id: number;
  role: "admin" | "member" | "owner";
  joined_seq: number;
}

/** Who joined or left, in `member_joined` and `member_left`. */
export interface Members {
  type: "members";
  user_ids: Array<number>;
}

/** What one conversation is to the asker alone. */
export interface My {
  role: "admin" | "member" | "owner";
  muted: boolean;
  pinned: boolean;
  hidden: boolean;
  unread_mark: boolean;
}

export interface NewConversation {
  kind: "direct" | "group";
  member_ids: Array<number>;
  title?: string | null;
}

export interface NewCursor {
  seq: number;
}

export interface NewMessage {
  client_id: string;
  body: Text | Code;
  reply_to?: number | null;
}

/** The server's clock. */
export interface Now {
  /** RFC 3339, UTC, with milliseconds */
  now: string;
}

/** A part of a list; `next` is the cursor of the following part, or null at the end. */
export interface Page {
  items: Array<unknown>;
  next: string | null;
}

/** A part of a list; `next` is the cursor of the following part, or null at the end. */
export interface PagePresence {
  items: Array<Presence>;
  next: string | null;
}

/** A part of a list; `next` is the cursor of the following part, or null at the end. */
export interface PageReadCount {
  items: Array<ReadCount>;
  next: string | null;
}

/** Nothing to say. */
export interface Ping {}

/** Whether somebody is there. */
export interface Presence {
  user: number;
  status: "offline" | "online";
}

/** RFC 9457: what went wrong. `code` is stable; `title` is for people, in the asker's language. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  params: Record<string, string | number | boolean | Array<number | string> | null>;
}

export interface React {
  conversation: number;
  target: number;
  emoji: string;
  on: boolean;
}

/** One person's emoji on the target, set (`on`) or taken back. */
export interface Reaction {
  type: "reaction";
  emoji: string;
  on: boolean;
}

/** One emoji on a message and who set it, first come first. */
export interface ReactionCount {
  emoji: string;
  users: Array<number>;
}

/** How many have read one message. */
export interface ReadCount {
  conversation: number;
  seq: number;
  read: number;
}

/** Somebody who has read a message; `at` is when the cursor came to where it stands now. */
export interface Reader {
  user: number;
  /** RFC 3339, UTC, with milliseconds */
  at: string;
}

/** Who has read a message and who has not, the sender left out. */
export interface Readers {
  read: Array<Reader>;
  unread: Array<number>;
}

export interface Recall {
  conversation: number;
  target: number;
  client_id?: string | null;
}

/** Who has which role from now on, in `role_changed`. */
export interface RoleChange {
  type: "role";
  user_id: number;
  role: "admin" | "member" | "owner";
}

export interface Send {
  conversation: number;
  client_id: string;
  body: Text | Code;
  reply_to?: number | null;
}

/** Where an event was put, told after the commit. */
export interface Sent {
  seq: number;
  ordinal: number;
  /** RFC 3339, UTC, with milliseconds */
  at: string;
}

/** A place where one is signed in. */
export interface Session {
  id: number;
  device: string;
  address: string;
  /** RFC 3339, UTC, with milliseconds */
  created_at: string;
  /** RFC 3339, UTC, with milliseconds */
  last_seen_at: string;
  current: boolean;
}

export interface SetCursor {
  conversation: number;
  seq: number;
}

/** What a person chose for all of their devices; null means: as the device has it. */
export interface Settings {
  language?: "en" | "zh-CN" | "zh-TW" | null;
  theme?: "dark" | "light" | "system" | null;
  font_size?: 14 | 16 | 18 | null;
  send_key?: "ctrl_enter" | "enter" | null;
  show_presence?: boolean;
  show_typing?: boolean;
}

export interface Setup {
  token: string;
  organisation: string;
  username: string;
  password: string;
  display_name: string;
}

export interface SignIn {
  username: string;
  password: string;
  otp?: string | null;
  cookie?: boolean;
  device?: string;
}

/** The answer to a sign-in; `token` is null when it went into the cookie. */
export interface SignedIn {
  token: string | null;
  session: Session;
  user: Me;
}

/** Personal state that changed, told to the person's devices. */
export interface State {
  version: number;
  conversations: Array<Conversation>;
  removed: Array<number>;
  settings: Settings | null;
}

/** A message in Markdown. `mentions` are the people spoken to; `mention_all` is everybody. */
export interface Text {
  type: "text";
  text: string;
  mentions?: Array<number>;
  mention_all?: boolean;
}

/** The new title, in `renamed`. */
export interface Title {
  type: "title";
  title: string;
}

/** A person, as colleagues see them. */
export interface User {
  id: number;
  username: string;
  display_name: string;
  disabled: boolean;
  departments?: Array<number>;
}

export interface WatchPresence {
  users: Array<number>;
}

export interface WatchReaders {
  conversation: number;
  seqs: Array<number>;
}

export interface HelloRequest {
  version?: number;
  heads?: Record<string, number>;
  device?: string;
}

export interface TypingRequest {
  conversation: number;
}

/** The answer to `hello`: what changed since the version and heads that the device holds. */
export interface HelloView {
  user: Me;
  version: number;
  schema: number;
  reset: boolean;
  conversations: Array<Conversation>;
  removed: Array<number>;
  /** RFC 3339, UTC, with milliseconds */
  now: string;
}

/** Somebody is typing; good for six seconds. */
export interface TypingView {
  conversation: number;
  user: number;
}
