// Made from the daemon's table of messages by `./chat generate`.

import type { GroupNumber, Numbered, Time } from "./values.js";

export type Accept =
  | { type: 7, id?: string, info: { op: "accept", session: string, candidates: Array<string>, key: string } };

export type Add =
  | { type: 23, id?: string, info: { op: "add", group_id: GroupNumber, users: Array<string> } };

export type AnswerFriend =
  | { type: 10, id?: string, receive: string, info: boolean };

export type AskFriend =
  | { type: 9, id?: string, receive: string, info: string };

export type Block =
  | { type: 34, id?: string, info: { user_id: string, on: boolean } };

export type Call =
  | { type: 7, id?: string, receive: string, info: { op: "call", session: string, for: "chat" | "file", with?: Array<string>, candidates: Array<string>, key: string } };

export type Cancel =
  | { type: 7, id?: string, info: { op: "cancel", session: string } };

export type ChangeAvatar =
  | { type: 23, id?: string, info: { op: "avatar", group_id: GroupNumber, avatar: string } }
  | { type: 39, id?: string, info: { avatar: string } };

export type ChangeCandidates =
  | { type: 7, id?: string, info: { op: "candidates", session: string, candidates: Array<string> } };

export type ChangeConversationPreferences =
  | { type: 35, id?: string, info: { conversations: { [conversation: string]: { notify?: "all" | "mentions" | "none", pinned?: boolean, unread?: boolean } } } };

export type ChangePassword =
  | { type: 11, id?: string, send?: string, info: { PU: number, NewInf: string, OldPwd?: string } };

export type ChangePreferences =
  | { type: 35, id?: string, info: { read_marks?: boolean, last_seen?: boolean, calls?: "everyone" | "friends" | "nobody", requests?: "everyone" | "friends" | "nobody", groups?: "everyone" | "friends" | "nobody", texts?: "everyone" | "friends" | "nobody" } };

export type Close =
  | { type: 23, id?: string, info: { op: "close", group_id: GroupNumber } };

export type Correct =
  | { type: 32, id?: string, info: { mid: number, text: string } };

export type Create =
  | { type: 23, id?: string, info: { op: "create", name: string, members?: Array<string>, history?: "all" | "joined", open?: boolean } };

export type Decline =
  | { type: 7, id?: string, info: { op: "decline", session: string } };

export type EndDirect =
  | { type: 7, id?: string, info: { op: "over", session: string, reason?: string } };

export type EndOtherSessions =
  | { type: 30, id?: string, info: { op: "end-others" } };

export type EndSession =
  | { type: 30, id?: string, info: { op: "end", session: string } };

export type EndUpload =
  | { type: 6, id?: string, info: { op: "end", file: number, sha256?: string } }
  | { type: 6, id?: string, info: "end" }
  | { type: 12, id?: string, info: { op: "end", file: number, sha256?: string } }
  | { type: 12, id?: string, info: "end" };

export type FindUsers =
  | { type: 28, id?: string, info: { text: string, limit?: number } };

export type ForwardFile =
  | { type: 6, id?: string, receive?: string, re?: number, info: { op: "again", file: number } }
  | { type: 12, id?: string, receive?: string, re?: number, info: { op: "again", file: number } };

export type GetFile =
  | { type: 6, id?: string, info: { op: "get", file: number, offset?: number } }
  | { type: 12, id?: string, info: { op: "get", file: number, offset?: number } };

export type GiveRole =
  | { type: 23, id?: string, info: { op: "role", group_id: GroupNumber, user: string, role: "owner" | "admin" | "member" } };

export type Join =
  | { type: 23, id?: string, info: { op: "join", group_id: GroupNumber } };

export type Leave =
  | { type: 23, id?: string, info: { op: "leave", group_id: GroupNumber, next?: string } };

export type ListConversations =
  | { type: 37, id?: string, info: { before?: number, limit?: number } };

export type ListFriends =
  | { type: 28, id?: string, info: { friends: true, after?: Numbered, limit?: number } };

export type ListMembers =
  | { type: 23, id?: string, info: { op: "members", group_id: GroupNumber, after?: Numbered, limit?: number } };

export type ListSessions =
  | { type: 30, id?: string, info: { op: "list" } };

export type LogIn =
  | { type: 1, id?: string, info: { user_id: string, user_pwd: string, device?: string, remember?: boolean, quiet?: boolean } };

export type LogInByKey =
  | { type: 1, id?: string, info: { user_id: string, key: string, device?: string, quiet?: boolean } };

export type LogOut =
  | { type: 5, id?: string, info: "logout" };

export type LookUpAvatars =
  | { type: 39, id?: string, info: { of: Array<Numbered> } };

export type LookUpUsers =
  | { type: 28, id?: string, info: { users: Array<Numbered> } };

export type MarkRead =
  | { type: 21, id?: string, info: { with: string, mid: number } };

export type React =
  | { type: 33, id?: string, info: { mid: number, code: string, on: boolean } };

export type ReadHistory =
  | { type: 19, id?: string, info: { with?: string, before?: number, after?: number, limit?: number } };

export type Register =
  | { type: 13, id?: string, info: { user_name: string, user_pwd: string } };

export type Remove =
  | { type: 23, id?: string, info: { op: "remove", group_id: GroupNumber, user: string } };

export type RemoveFriend =
  | { type: 25, id?: string, receive: string, info: Record<string, never> };

export type Rename =
  | { type: 11, id?: string, info: { PU: number, NewInf: string } }
  | { type: 23, id?: string, info: { op: "rename", group_id: GroupNumber, name: string } };

export type Report =
  | { type: 36, id?: string, info: { mid: number, text: string } };

export type Resume =
  | { type: 1, id?: string, info: { user_id?: string, token: string, after: number } };

export type SearchMessages =
  | { type: 27, id?: string, info: { text: string, with?: string, from?: string, since?: Time, until?: Time, media?: "text" | "file", before?: number, limit?: number } };

export type SendText =
  | { type: 3, id?: string, receive: string, info: string, re?: number }
  | { type: 4, id?: string, receive?: GroupNumber | "", info: string, re?: number };

export type Set =
  | { type: 23, id?: string, info: { op: "set", group_id: GroupNumber, history?: "all" | "joined", open?: boolean, topic?: string } };

export type StartUpload =
  | { type: 6, id?: string, receive?: string, re?: number, info: { op: "start", name: string, size: number } }
  | { type: 6, id?: string, receive?: string, info: string, re?: number }
  | { type: 12, id?: string, receive?: string, re?: number, info: { op: "start", name: string, size: number } }
  | { type: 12, id?: string, receive?: string, info: string, re?: number };

export type StoreSettings =
  | { type: 26, id?: string, info: unknown };

export type TakeBack =
  | { type: 31, id?: string, info: { mid: number } };

export type Typing =
  | { type: 22, id?: string, receive: string, info: Record<string, never> };

export type UploadPiece =
  | { type: 6, id?: string, info: { op: "chunk", file: number, offset: number, data: string } }
  | { type: 12, id?: string, info: { op: "chunk", file: number, offset: number, data: string } };

export type Command = Accept | Add | AnswerFriend | AskFriend | Block | Call | Cancel | ChangeAvatar | ChangeCandidates | ChangeConversationPreferences | ChangePassword | ChangePreferences | Close | Correct | Create | Decline | EndDirect | EndOtherSessions | EndSession | EndUpload | FindUsers | ForwardFile | GetFile | GiveRole | Join | Leave | ListConversations | ListFriends | ListMembers | ListSessions | LogIn | LogInByKey | LogOut | LookUpAvatars | LookUpUsers | MarkRead | React | ReadHistory | Register | Remove | RemoveFriend | Rename | Report | Resume | SearchMessages | SendText | Set | StartUpload | StoreSettings | TakeBack | Typing | UploadPiece;
