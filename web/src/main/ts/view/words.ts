import { signal } from "@preact/signals";
import type { PasswordRule } from "../model/password.js";
import type { GroupChanged } from "../wire/events.js";
import { chosenOnDevice, rememberOnDevice } from "./device.js";

/** The languages of the page. */
export type Language = "en" | "zh";

/** Why something was refused, in English; for other codes, the daemon's own text is shown. */
const CODES: { [code: string]: string } = {
  "wrong-password": "The name or the password is wrong.",
  "no-such-user": "Nobody has this name.",
  disabled: "This account is disabled. Ask your administrator.",
  locked: "This account is locked. Ask your administrator.",
  throttled: "Too many attempts. Please wait a moment.",
  "name-taken": "This name is already taken.",
  "bad-name": "This name can't be used. Names can be up to 32 bytes long: letters, digits and the like, but no spaces; they must not look like “U12”.",
  "bad-password": "This password breaks the rules, or is one of the most common.",
  closed: "Only the administrator can create accounts here.",
  "not-allowed": "You are not allowed to do this.",
  "not-a-member": "You are not a member of this group.",
  "too-large": "This is too long.",
  "too-late": "It was sent too long ago.",
  "too-many": "You have done this too often.",
  "no-room": "There is no room for it on the server.",
  busy: "The server is busy. Try again.",
  "no-such-message": "There is no such message, or you can't see it.",
  lost: "There is no connection to the server.",
  unreadable: "This file can't be read: it was changed or removed, or it is a folder.",
  unanswered: "The server did not answer, so it is not known whether this was done. Try again.",
};

/** The codes for which the daemon's own text says more. */
const DETAILED: ReadonlySet<string> = new Set(["not-allowed", "too-many", "no-room", "no-such-request"]);

const RULES: { [rule in PasswordRule]: string } = {
  length: "at least 8 characters",
  bytes: "at most 32 letters and digits (10 Chinese characters)",
  name: "not your name",
  reused: "not the old password",
  mismatch: "the same in both fields",
};

/** The strings, in English, of what is loaded at first; `words-later.ts` adds the others. */
export const english = {
  appName: "Chat",
  // Log in
  logIn: "Log in",
  name: "Name",
  password: "Password",
  showPassword: "Show the password",
  hidePassword: "Hide the password",
  ownDevice: "Stay logged in",
  ownDeviceMeans: "Only on your own device. What you have not sent yet is kept here, too.",
  register: "Create an account",
  logInInstead: "Log in instead",
  loggingIn: "Logging in…",
  pausedFor: (seconds: number) => `Too many wrong passwords. You can try again in ${seconds} s.`,
  unreachable: "The server can't be reached.",
  unreachableMeans:
    "The page keeps trying. If this goes on, ask your administrator. If your browser warned you about the certificate when you opened this page, it may also be refusing the connection.",
  rules: (rule: PasswordRule) => RULES[rule],
  // Already open in another tab, displaced, or ended
  elsewhere: "Already open in another tab",
  elsewhereMeans: "Only one tab per browser can be used at a time.",
  displaced: "You logged in elsewhere",
  displacedMeans: "That login ended this session. What you wrote but did not send is kept here.",
  stillLoggedIn: (name: string) => `You are still logged in as ${name}, and what you wrote is kept.`,
  logInAsOther: "Log in as somebody else",
  /** A notice from the daemon, which sends it in English. */
  notice: (text: string) => text,
  useHere: "Use here",
  // Chats
  chats: "Chats",
  everyone: "Everyone",
  yourself: "Notes to yourself",
  search: "Search",
  searchHere: (name: string) => `Search in ${name}`,
  chooseChat: "Choose a chat, or find somebody to talk to.",
  failed: "This could not be shown.",
  failedMeans: "Something went wrong in this page. Your messages and drafts are kept.",
  failedAgain: "Try again",
  failedMessage: "This message could not be shown.",
  copyError: "Copy details",
  failedRow: "This chat could not be shown here.",
  nobodyYet: "No chats yet",
  nobodyYetMeans: "Find somebody by name, or make a group.",
  findSomebody: "Find people",
  unreadElsewhere: (n: number) => `${n} unread in other chats`,
  unread: (n: number) => `${n >= 100 ? "99+" : n} unread`,
  markedUnread: "marked as unread",
  mentioned: "mentions you",
  online: "online",
  offline: "offline",
  lastSeen: (day: string, time: string) => `last seen ${/^(Today|Yesterday)$/.test(day) ? day.toLowerCase() : day} ${time}`,
  othersOnline: (n: number) => (n === 0 ? "nobody else online" : n === 1 ? "1 other online" : `${n} others online`),
  asksYou: (name: string) => `${name} would like to be your friend`,
  asksForSession: (name: string) => `${name} is asking for a direct session. You can accept it in chat-client, in a terminal.`,
  agree: "Accept",
  decline: "Decline",
  you: "You",
  youAsObject: "you",
  /** What separates a label, such as a name, from the text after it. */
  separator: ": ",
  draft: "Draft",
  // A conversation
  back: "Back",
  typing: (names: readonly string[]) =>
    names.length === 1 ? `${names[0]} is typing…` : names.length === 2 ? `${names[0]} and ${names[1]} are typing…` : "Several people are typing…",
  emptyPair: (name: string) => `Only you and ${name} see what is written here.`,
  emptyGroup: (name: string) => `All members of ${name} see what is written here.`,
  emptyEveryone: "Everybody on this server sees what is written here.",
  emptySelf: "Only you see what is written here.",
  beginning: "This is the beginning.",
  newMessages: "New",
  jumpNew: (n: string) => `${n} new`,
  jumpEnd: "Jump to latest",
  write: (name: string) => `Write to ${name}`,
  writeNote: "Write a note",
  fromBlocked: (count: number) => (count === 1 ? "1 message from a blocked person" : `${count} messages from blocked people`),
  youBlocked: (name: string) => `You blocked ${name}.`,
  send: "Send",
  emoticons: "Emoticons",
  // Files
  attach: "Send files",
  dropHere: (name: string) => `Drop files here to send them to ${name}`,
  sendingFile: (name: string) => `Sending ${name}`,
  cancelFile: (name: string) => `Cancel sending ${name}`,
  waitsForConnection: "Waiting for a connection",
  saveFile: (name: string, size: string) => `Save ${name}, ${size}`,
  showPicture: (name: string) => `Picture ${name}`,
  notShownHere: "This browser can't show it.",
  onlySaved: "Not shown here: it can be saved.",
  play: "Play",
  replyingTo: (name: string) => `Reply to ${name}`,
  replyingToYourself: "Reply to yourself",
  correcting: "Editing your message",
  emptyCorrection: "A message can't be made empty. You can delete it instead.",
  cancel: "Cancel",
  tooLong: (over: string) => `Too long by ${over} bytes: send it in parts, or as a file from chat-client.`,
  noFiles: "Open a chat first, to send files there.",
  mayNotSendHere: "You can't write here.",
  notMember: "You are not a member of this group. You can still read what was written while you were a member.",
  closedGroup: "This group is closed. Nothing more can be written.",
  onlyAdministratorsWrite: "Only administrators can write here.",
  waiting: "Waiting",
  stored: "Sent",
  read: "Read",
  refused: "Not sent",
  asRequest: "Send as a friend request",
  again: "Send again",
  change: "Change",
  delete: "Delete",
  corrected: "edited",
  takenBack: (name: string) => `${name} deleted this.`,
  takenBackByYou: "You deleted this.",
  takenBackByServer: "An administrator deleted this.",
  somebodyWhoLeft: "somebody who left",
  theServer: "The server",
  earlierMessage: "an earlier message",
  file: "File",
  picture: "Picture",
  actions: "Message actions",
  reply: "Reply",
  react: "React",
  copy: "Copy",
  copied: "Copied",
  selectedMost: (n: number) => `At most ${n} messages can be selected.`,
  today: "Today",
  yesterday: "Yesterday",
  reactedWith: (names: string, emoji: string) => `${names}: ${emoji}`,
  // Groups
  groupChange: (who: string, info: GroupChanged["info"], whom: string) => {
    switch (info.op) {
      case "create":
        return `${who} created the group${whom === "" ? "" : ` with ${whom}`}.`;
      case "add":
        return `${who} added ${whom}.`;
      case "remove":
        return `${who} removed ${whom}.`;
      case "leave":
        return `${who} left.`;
      case "join":
        return `${who} joined.`;
      case "rename":
        return `${who} renamed the group from “${info.was}” to “${info.group_name}”.`;
      case "role":
        return `${who} made ${whom} ${info.role === "owner" ? "an owner" : info.role === "admin" ? "an admin" : "a member"}.`;
      case "avatar":
        return `${who} changed the picture of the group.`;
      case "close":
        return `${who} closed the group.`;
      case "retention":
        return `${who} set that messages are kept ${info.days === undefined ? "as long as those of other groups" : info.days === 0 ? "forever" : `for ${info.days} days`}.`;
      case "set":
        return [
          info.topic === undefined ? "" : info.topic === "" ? `${who} removed the topic.` : `${who} set the topic: ${info.topic}`,
          info.open === undefined ? "" : info.open ? `${who} opened the group: anybody can join.` : `${who} closed the group to newcomers.`,
          info.history === undefined
            ? ""
            : info.history === "all"
              ? `${who} let new members read earlier messages.`
              : `${who} hid earlier messages from new members.`,
        ]
          .filter((sentence) => sentence !== "")
          .join(" ");
    }
  },
  members: (n: number) => (n === 1 ? "1 member" : `${n} members`),
  join: "Join",
  newGroup: "New group",
  // Cards
  card: "About",
  friendRequestSent: "Friend request sent.",
  unblock: "Unblock",
  close: "Close",
  // The user's own account
  me: "You",
  languageLabel: "Language",
  // States
  offlineSince: (time: string) => `No connection since ${time}. What you write will be sent later.`,
  tryNow: "Try now",
  wasAwayLong: "You were away for a long time. Older messages are loaded as you scroll.",
  databaseUnavailable: "The server can't store anything at the moment. What you write will be sent later.",
  storageRefused: "This browser does not store anything for this page. If you close it, unsent messages are lost.",
  newVersion: "There is a new version of this page.",
  reload: "Reload",
  code: (code: string, text: string) => (DETAILED.has(code) && text !== "" && text !== code ? text : (CODES[code] ?? text)),
};

/** The strings of what is loaded at first. */
export type FirstWords = typeof english;

/** The key in the browser's storage for the chosen language. */
export const LANGUAGE_KEY = "language";

function preferredLanguage(): Language {
  const chosen = chosenOnDevice(LANGUAGE_KEY);
  if (chosen === "en" || chosen === "zh") {
    return chosen;
  }
  const first = navigator.languages.find((language) => /^(en|zh)\b/.test(language));
  return first?.startsWith("zh") === true ? "zh" : "en";
}

/** The language of the page. */
export const language = signal<Language>("en");

/** The strings in Chinese; null until they are loaded. */
let chinese: FirstWords | null = null;

/** The language that was asked for last: it is applied once its strings are loaded. */
let requested: Language = "en";

/** Returns the strings of the page in its language. */
export function words(): FirstWords {
  return language.value === "zh" && chinese !== null ? chinese : english;
}

/** Returns the locale of dates and numbers: the browser's own, if it is in the page's language. */
export function locale(): string {
  return navigator.languages.find((one) => one.startsWith(language.value)) ?? (language.value === "zh" ? "zh-CN" : "en-GB");
}

/** Applies the language that was chosen, in whichever tab, or that of the browser; rejects if it can't be loaded. */
export async function applyPreferredLanguage(): Promise<void> {
  await applyLanguage(preferredLanguage());
}

/** Sets the language, and remembers it; rejects if it can't be loaded. */
export async function setLanguage(chosen: Language): Promise<void> {
  await applyLanguage(chosen);
  rememberOnDevice(LANGUAGE_KEY, chosen);
}

async function applyLanguage(chosen: Language): Promise<void> {
  requested = chosen;
  if (chosen === "zh" && chinese === null) {
    chinese = (await import("./words-zh.js")).chinese(DETAILED);
    if (requested !== chosen) {
      return;
    }
  }
  language.value = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
}
