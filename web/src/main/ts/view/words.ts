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

/** All strings of the page, in English. */
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
  changeTitle: "Choose a password",
  changeMeans: "The password that you were given works only once.",
  newPassword: "New password",
  repeatPassword: "New password, again",
  oldPassword: "Old password",
  changeAndLogIn: "Save and log in",
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
  searchEmpty: "Find your chats, people, open groups, and messages.",
  searchNothing: "Nothing found.",
  messages: "Messages",
  searchIn: "In which chat",
  allChats: "All chats",
  searchFrom: "From whom",
  anyone: "Anyone",
  searchWhen: "Since when",
  anyTime: "Any time",
  periods: { day: "Today", week: "Last 7 days", month: "Last 30 days", year: "Last 12 months" },
  searchWhat: "What",
  textsAndFiles: "Texts and files",
  texts: "Texts",
  files: "Files",
  newestNotSearched: "The newest messages are not searched yet.",
  showMore: "Show more",
  hitOf: (n: number, all: number, isMore: boolean) => `${n} of ${all}${isMore ? "+" : ""}`,
  olderHit: "Older match",
  newerHit: "Newer match",
  endSearch: "End search",
  people: "People",
  groups: "Groups",
  chooseChat: "Choose a chat, or find somebody to talk to.",
  listWidth: "Width of the list",
  noSuchPerson: "There is nobody at this address.",
  failed: "This could not be shown.",
  failedMeans: "Something went wrong in this page. Your messages and drafts are kept.",
  failedAgain: "Try again",
  failedMessage: "This message could not be shown.",
  copyError: "Copy details",
  failedRow: "This chat could not be shown here.",
  noSuchGroup: "There is no such group, or you were never in it.",
  nobodyYet: "No chats yet",
  nobodyYetMeans: "Find somebody by name, or make a group.",
  findSomebody: "Find people",
  unreadElsewhere: (n: number) => `${n} unread in other chats`,
  unread: (n: number) => `${n >= 100 ? "99+" : n} unread`,
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
  sendFiles: (n: number, name: string) => (n === 1 ? `Send 1 file to ${name}` : `Send ${n} files to ${name}`),
  keepPageOpen: "Keep this page open until they are sent.",
  originalSize: "Send photos in their original size",
  emptyFile: "This file is empty.",
  fileTooLarge: (size: string, limit: string) => `${size} is too large: the limit is ${limit}.`,
  leaveOut: (name: string) => `Leave ${name} out`,
  sendingFile: (name: string) => `Sending ${name}`,
  cancelFile: (name: string) => `Cancel sending ${name}`,
  waitsForConnection: "Waiting for a connection",
  saveFile: (name: string, size: string) => `Save ${name}, ${size}`,
  showPicture: (name: string) => `Picture ${name}`,
  notShownHere: "This browser can't show it.",
  onlySaved: "Not shown here: it can be saved.",
  play: "Play",
  showInChat: "Show in chat",
  download: "Save",
  previousPicture: "Previous picture",
  nextPicture: "Next picture",
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
  earlierMessage: "an earlier message",
  file: "File",
  picture: "Picture",
  actions: "Message actions",
  reply: "Reply",
  react: "React",
  copy: "Copy",
  copied: "Copied",
  copyLink: "Copy link",
  forward: "Forward",
  forwardTo: "Forward to",
  forwardedTo: (name: string) => `Forwarded to ${name}`,
  select: "Select",
  selected: (n: number) => (n === 1 ? "1 selected" : `${n} selected`),
  selectedMost: (n: number) => `At most ${n} messages can be selected.`,
  onlySomeDeletable: (n: number, of: number) => `Of these ${of}, ${n} can be deleted: those that you wrote, not too long ago.`,
  editHistory: "Edit history",
  moreReactions: "More reactions",
  searchEmoji: "Search emoji",
  emojiGroup: "Groups of emoji",
  emojiGroups: ["Used lately", "Emoticons", "Smileys", "People", "Animals and nature", "Food and drink", "Travel and places", "Activities", "Objects", "Symbols", "Flags"] as readonly string[],
  correct: "Edit",
  takeBack: "Delete for everyone",
  report: "Report",
  reportMeans: "The administrators will see this message, and can see what was written around it. What is wrong with it?",
  reported: "The administrators have been told.",
  takeBackConfirmation: "Nobody will be able to read it any more.",
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
      case "close":
        return `${who} closed the group.`;
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
  roles: { owner: "owner", admin: "admin" },
  join: "Join",
  leaveGroup: "Leave the group",
  leaveMeans: "You will no longer get messages from this group. Only its admins can add you again.",
  leaveOpenMeans: "You will no longer get messages from this group. You can join again.",
  leaveNow: "Leave",
  newGroup: "New group",
  groupName: "Name of the group",
  badGroupName: "This name can't be used. Names of groups have at most 64 bytes, on one line, without invisible characters.",
  tooManyBytes: (limit: number) => `This is too long: at most ${limit} bytes.`,
  addPeople: "Add people",
  searchPeople: "Search people",
  deselect: (name: string) => `Leave out ${name}`,
  add: "Add",
  openToAll: "Anyone on this server can find and join it",
  newMembersSee: "New members see",
  seeJoined: "what is written after they join",
  seeAll: "everything, also what was written before",
  createGroup: "Create group",
  rename: "Rename",
  addTopic: "Add a topic",
  changeTopic: "Change the topic",
  memberActions: (name: string) => `Manage ${name}`,
  makeRole: { member: "Make a member", admin: "Make an admin", owner: "Make an owner" },
  removeMember: "Remove from the group",
  removeMeans: "They keep what they have read, and get nothing more. Only an admin can add them again.",
  closeGroup: "Close the group",
  closeMeans: "Nobody can write in it any more, and it can't be opened again. What was written can still be read.",
  closeNow: "Close",
  // Cards
  card: "About",
  writeTo: "Write",
  befriend: "Add as a friend",
  friendRequestSent: "Friend request sent.",
  unfriend: "Remove from your friends",
  withdraw: "Cancel the request",
  friend: "friend",
  block: "Block",
  unblock: "Unblock",
  blockMeans: "If you block them, they can't reach you. They won't be told.",
  mute: "Mute",
  unmute: "Unmute",
  pin: "Pin",
  unpin: "Unpin",
  close: "Close",
  // The user's own account
  me: "You",
  account: "Account",
  notifications: "Notifications",
  showNotifications: "Show new messages on this device while I do not look at the page",
  notificationsHint: "With who wrote, and what. Muted chats are silent.",
  notificationsDenied: "The browser does not allow it. Its settings for this page have the choice.",
  appearance: "Appearance",
  colours: "Colours",
  themes: { system: "as the system has them", light: "light", dark: "dark" },
  textSize: "Size of the text",
  showFormatting: "Show **bold**, _italic_, `code`, quotes and lists as such, not as they were written",
  deviceName: (browser: string, system: string) => `${browser} on ${system}`,
  now: "now",
  changeName: "Change the name",
  changePassword: "Change the password",
  save: "Save",
  saved: "Saved.",
  sessions: "Devices",
  thisSession: "this device",
  endSession: "Log out",
  wrongOld: "The old password is wrong.",
  contactTitle: "Privacy",
  contactKinds: {
    texts: "Who may write to you",
    requests: "Who may ask to be your friend",
    groups: "Who may add you to groups",
    calls: "Who may ask for a direct session, in chat-client",
  },
  audiences: { everyone: "everyone", friends: "friends", nobody: "nobody" },
  friendsAndGroups: "friends, and members of your groups",
  repliesHint: "People you have written to can always reply.",
  tellLastSeen: "Others see when you were online last",
  readMarks: "Others see how far you have read and when you are typing",
  languageLabel: "Language",
  enterSends: "Enter sends what you write; otherwise it begins a new line, and Ctrl Enter sends",
  logOut: "Log out",
  logOutMeans: "Nothing from your account stays in this browser.",
  unsentLost: (n: number) => (n === 1 ? "1 message has not been sent yet, and would be lost." : `${n} messages have not been sent yet, and would be lost.`),
  shortcuts: "Keyboard shortcuts",
  shortcutList: [
    ["Enter / Ctrl Enter", "send"],
    ["Shift Enter", "new line"],
    ["↑", "edit your last message, when the field is empty"],
    ["Esc", "back; cancel a reply or an edit"],
    ["Alt ↑ / Alt ↓", "the chat above or below"],
    ["Ctrl K", "search"],
    ["? / Ctrl /", "this list"],
  ] as readonly (readonly [string, string])[],
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

/** All strings of the page. */
export type Words = typeof english;

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
let chinese: Words | null = null;

/** The language that was asked for last: it is applied once its strings are loaded. */
let requested: Language = "en";

/** Returns the strings of the page in its language. */
export function words(): Words {
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
