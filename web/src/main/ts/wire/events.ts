// Made from the daemon's table of messages by `./chat generate`.

import type { Code, GroupNumber, Numbered, Time } from "./values.js";

export type Accepted =
  | { type: 17, send: "server", receive: "", info: { id?: string, mid?: number, time: Time, group_id?: GroupNumber, file?: number } };

export type Avatars =
  | { type: 39, send: "server", receive: "", info: { avatars: { [number: string]: string } } };

export type Called =
  | { type: 7, send: Numbered, receive: Numbered, name: string, info: { op: "call", session: string, for: "chat" | "file", with?: Array<Numbered>, names?: { [number: string]: string } } };

export type CameOnline =
  | { type: 8, send: "server", receive: "", info: { user_id: Numbered, user_name: string, type: string } };

export type Cancelled =
  | { type: 7, send: Numbered, receive: Numbered, info: { op: "cancel", session: string } };

export type CandidatesChanged =
  | { type: 7, send: Numbered, receive: Numbered, info: { op: "candidates", session: string, candidates: Array<string> } };

export type Chunk =
  | { type: 6, send: "server", receive: "", info: { op: "chunk", file: number, offset: number, data: string } }
  | { type: 12, send: "server", receive: "", info: { op: "chunk", file: number, offset: number, data: string } };

export type ConversationPreferencesChanged =
  | { type: 35, send: "server", receive: "", info: { conversations: { [conversation: string]: { notify: "all" | "mentions" | "none", pinned: boolean, unread: boolean } } } };

export type Conversations =
  | { type: 38, send: "server", receive: "", info: { items: Array<{ with: Numbered | "", name: string, last: Item, unread: number, mentions: number, read: number, notify: "all" | "mentions" | "none", pinned: boolean, marked: boolean }>, more: boolean, names: { [number: string]: string } } };

export type Corrected =
  | { type: 32, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, salt: string, re?: number, mentions?: Array<Numbered>, version?: { mid: number, time: Time }, corrected?: Array<{ mid: number, time: Time, text: string, salt: string }>, reactions?: { [code: string]: { n: number, by: Array<Numbered> } }, info: { of: number, text: string } };

export type Declined =
  | { type: 7, send: Numbered, receive: Numbered, info: { op: "decline", session: string, reason: string } };

export type End =
  | { type: 6, send: "server", receive: "", info: { op: "end", file: number, sha256: string } }
  | { type: 12, send: "server", receive: "", info: { op: "end", file: number, sha256: string } };

export type Ended =
  | { type: 7, send: Numbered, receive: Numbered, info: { op: "over", session: string, reason: string } };

export type Erased =
  | { type: 3, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, info: null, mid: number, time: Time, taken_back: { by: Numbered, time: Time } }
  | { type: 4, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, info: null, mid: number, time: Time, taken_back: { by: Numbered, time: Time } }
  | { type: 6, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, info: null, mid: number, time: Time, taken_back: { by: Numbered, time: Time } };

export type FileOffer =
  | { type: 6, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, salt: string, re?: number, mentions?: Array<Numbered>, version?: { mid: number, time: Time }, corrected?: Array<{ mid: number, time: Time, text: string, salt: string }>, reactions?: { [code: string]: { n: number, by: Array<Numbered> } }, info: { op: "offer", file: number, name: string, size: number, media: string, width?: number, height?: number, sha256: string } }
  | { type: 12, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, salt: string, re?: number, mentions?: Array<Numbered>, version?: { mid: number, time: Time }, corrected?: Array<{ mid: number, time: Time, text: string, salt: string }>, reactions?: { [code: string]: { n: number, by: Array<Numbered> } }, info: { op: "offer", file: number, name: string, size: number, media: string, width?: number, height?: number, sha256: string } };

export type Found =
  | { type: 29, send: "server", receive: "", info: { users: Array<{ user_id: Numbered, user_name: string, online: boolean, friend: boolean, seen?: Time }>, groups: Array<{ group_id: GroupNumber, group_name: string, members: number, member: boolean }>, more?: boolean, names: { [number: string]: string } } };

export type FriendAnswered =
  | { type: 10, send: Numbered, receive: Numbered, info: boolean };

export type FriendAsked =
  | { type: 9, send: Numbered, receive: Numbered, name: string, info: string };

export type FriendRemoved =
  | { type: 25, send: Numbered, receive: Numbered, info: Record<string, never> };

export type GroupChanged =
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "create", by: Numbered, users?: Array<Numbered>, history: "all" | "joined", open: boolean } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "add", by: Numbered, users: Array<Numbered> } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "remove", by: Numbered, user: Numbered } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "leave", by: Numbered, user: Numbered, next?: Numbered } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "join", by: Numbered } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "rename", by: Numbered, was: string } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "role", by: Numbered, user: Numbered, role: "owner" | "admin" | "member" } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "set", by: Numbered, history?: "all" | "joined", open?: boolean, topic?: string } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "avatar", by: Numbered } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "retention", by: Numbered, days?: number } }
  | { type: 24, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { group_id: GroupNumber, group_name: string, op: "close", by: Numbered } };

export type Introduced =
  | { type: 7, send: Numbered, receive: Numbered, name: string, info: { op: "accept", session: string, candidates: Array<string>, key: string, dials: boolean } };

export type Members =
  | { type: 24, send: "server", receive: "", info: { op: "members", group_id: GroupNumber, group_name: string, topic: string, history: "all" | "joined", open: boolean, closed: boolean, retention?: number, total: number, members: Array<{ user_id: Numbered, user_name: string, role: "owner" | "admin" | "member", online: boolean }>, more: boolean } };

export type NameChanged =
  | { type: 15, send: "server", receive: "", info: { PU: number, NewInf: string, success: boolean, code: string } };

export type Notice =
  | { type: 3, send: "server", receive: "", info: string };

export type OwnSessions =
  | { type: 30, send: "server", receive: "", info: Array<{ session: string, device: string, dialect: string, address: string, since: Time, used: Time, this: boolean, remembered: boolean }> };

export type Page =
  | { type: 20, send: "server", receive: "", info: { with?: Numbered | "", items: Array<Item>, more: boolean, names: { [number: string]: string }, read?: { [user: string]: number }, find?: { hits: Array<{ mid: number, at: Array<[start: number, length: number]> }>, up_to?: number } } };

export type PasswordChanged =
  | { type: 15, send: "server", receive: "", info: { PU: number, NewInf: string, success: boolean, code: string, key?: string } };

export type PreferencesChanged =
  | { type: 35, send: "server", receive: "", info: { read_marks: boolean, last_seen?: boolean, calls: "everyone" | "friends" | "nobody", requests: "everyone" | "friends" | "nobody", groups: "everyone" | "friends" | "nobody", texts: "everyone" | "friends" | "nobody" } };

export type Reacted =
  | { type: 33, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { mid: number, code: string, on: boolean, by: Numbered } };

export type ReadUpTo =
  | { type: 21, send: Numbered, receive: "", info: { with: Numbered | "", mid: number } };

export type Refused =
  | { type: 2, send: "server", receive: "", info: { success: string, code: Code, strangers: Array<string>, friends: Array<string>, groups: Array<string> } }
  | { type: 14, send: "server", receive: "", info: string, code: Code }
  | { type: 15, send: "server", receive: "", info: { PU: number, NewInf: string, success: boolean, code: Code } }
  | { type: 18, send: "server", receive: "", info: { id?: string, type: number, code: Code, text: string } };

export type Registered =
  | { type: 14, send: "server", receive: Numbered, info: string };

export type Renamed =
  | { type: 16, send: "server", receive: "", info: { user_id: Numbered, user_name: string } };

export type Settings =
  | { type: 26, send: "server", receive: "", info: unknown };

export type TakenBack =
  | { type: 31, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, mid: number, time: Time, info: { mid: number, by: Numbered } };

export type Text =
  | { type: 3, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, info: string, mid: number, time: Time, salt: string, re?: number, mentions?: Array<Numbered>, version?: { mid: number, time: Time }, corrected?: Array<{ mid: number, time: Time, text: string, salt: string }>, reactions?: { [code: string]: { n: number, by: Array<Numbered> } } }
  | { type: 4, send: Numbered, receive: string, name?: string, receivers?: Array<Numbered>, info: string, mid: number, time: Time, salt: string, re?: number, mentions?: Array<Numbered>, version?: { mid: number, time: Time }, corrected?: Array<{ mid: number, time: Time, text: string, salt: string }>, reactions?: { [code: string]: { n: number, by: Array<Numbered> } } };

export type Typing =
  | { type: 22, send: Numbered, receive: Numbered, info: Record<string, never> };

export type Welcome =
  | { type: 2, send: "server", receive: Numbered, info: { success: string, code: string, user_id: Numbered, user_name: string, strangers: Array<{ user_id: Numbered, user_name: string, online: boolean }>, strangers_total: number, friends: Array<{ user_id: Numbered, user_name: string, online: boolean }>, friends_total: number, requests: { received: Array<{ user_id: Numbered, text: string }>, sent: Array<Numbered> }, groups: Array<{ group_id: GroupNumber, group_name: string, role: "owner" | "admin" | "member", closed?: true }>, unread: { [conversation: string]: { count: number, mentions: number, first: number, last: number } }, blocked: Array<Numbered>, settings: unknown, preferences: { read_marks: boolean, last_seen?: boolean, calls: "everyone" | "friends" | "nobody", requests: "everyone" | "friends" | "nobody", groups: "everyone" | "friends" | "nobody", texts: "everyone" | "friends" | "nobody", conversations: { [conversation: string]: { notify: "all" | "mentions" | "none", pinned: boolean, unread: boolean } } }, limits: { text: number, file: number, recipients: number, settings: number, retract: number | null, correct: number | null }, server: { version: string, types: Array<number>, everyone: boolean, udp?: number, retention?: { files?: number, direct?: number, group?: number, everyone?: number } }, names: { [number: string]: string }, token: string, key?: string, behind?: boolean, restored?: { time: Time, after: number, until: number }, last_login: Time | null, time: Time } };

export type WentOffline =
  | { type: 5, send: Numbered, receive: "", info: "logout" };

export type Event = Accepted | Avatars | Called | CameOnline | Cancelled | CandidatesChanged | Chunk | ConversationPreferencesChanged | Conversations | Corrected | Declined | End | Ended | Erased | FileOffer | Found | FriendAnswered | FriendAsked | FriendRemoved | GroupChanged | Introduced | Members | NameChanged | Notice | OwnSessions | Page | PasswordChanged | PreferencesChanged | Reacted | ReadUpTo | Refused | Registered | Renamed | Settings | TakenBack | Text | Typing | Welcome | WentOffline;

/** What has a number in the history. */
export type Item = Corrected | Erased | FileOffer | GroupChanged | Reacted | TakenBack | Text;
