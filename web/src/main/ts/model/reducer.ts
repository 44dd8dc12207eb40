import type { Event, GroupChanged, Item } from "../wire/events.js";
import type { Numbered } from "../wire/values.js";
import * as Type from "../wire/type.js";
import type { Chat } from "./chat.js";
import { isKey, type Key } from "./place.js";
import { amended, isEntry, isWritten } from "./timeline.js";

/** How long somebody is shown as typing, in milliseconds. */
const TYPING_TIMEOUT = 6_000;

/** Applies events to what the page knows: the compiler checks that each type has its case. */
export class Reducer {
  constructor(private readonly chat: Chat) {}

  /** Applies an event. Called in a batch. */
  apply(event: Event): void {
    const { chat } = this;
    const { people } = chat;
    switch (event.type) {
      case Type.Done:
        chat.outbox.accepted(event.info.id, event.info.mid, event.info.time);
        break;
      case Type.Refused:
        chat.outbox.refused(event.info.id, event.info.code, event.info.text);
        break;
      case Type.Text:
      case Type.TextToAll:
      case Type.File:
      case Type.Picture:
      case Type.Group:
      case Type.TakeBack:
      case Type.Correct:
      case Type.React:
        if ("mid" in event) {
          this.applyItem(event);
        } else if (event.type === Type.Text && event.send === "server" && typeof event.info === "string") {
          chat.notice.value = event.info;
        }
        break;
      case Type.Offline:
        people.setOnline(event.send, false);
        break;
      case Type.Online:
        people.learn({ [event.info.user_id]: event.info.user_name });
        people.setOnline(event.info.user_id, true);
        break;
      case Type.Renamed:
        people.learn({ [event.info.user_id]: event.info.user_name });
        break;
      case Type.Avatars:
        chat.avatars.change(event.info.avatars);
        break;
      case Type.FriendRequest:
        people.learn({ [event.send]: event.name });
        if (event.send === chat.me) {
          people.setSentRequest(event.receive, true);
        } else {
          people.setReceivedRequest(event.send, event.info);
        }
        break;
      case Type.FriendAnswer: {
        const other = event.send === chat.me ? event.receive : event.send;
        people.setReceivedRequest(other, null);
        people.setSentRequest(other, false);
        if (event.info) {
          people.setFriend(other, true);
        }
        break;
      }
      case Type.EndFriendship: {
        const other = event.send === chat.me ? event.receive : event.send;
        people.setFriend(other, false);
        people.setSentRequest(other, false);
        people.setReceivedRequest(other, null);
        break;
      }
      case Type.Read:
        if (event.send === chat.me) {
          this.readElsewhere(event.info.with as Key, event.info.mid);
        } else if (isKey(event.info.with)) {
          const { readByOther } = chat.conversation(event.info.with);
          readByOther.value = Math.max(readByOther.peek(), event.info.mid);
        }
        break;
      case Type.Call:
        if (event.info.op === "call" && "name" in event) {
          people.learn({ [event.send]: event.name });
          people.setIncomingCall(event.info.session, event.send);
        } else if (event.info.op === "cancel" || event.info.op === "over") {
          people.setIncomingCall(event.info.session, null);
        }
        break;
      case Type.Typing:
        this.showTyping(event.send, (event.receive === chat.me ? event.send : event.receive) as Key);
        break;
      case Type.Preferences:
        if ("conversations" in event.info) {
          for (const [key, { notify, pinned, unread }] of Object.entries(event.info.conversations)) {
            const conversation = chat.conversation(key as Key);
            conversation.notify.value = notify;
            conversation.pinned.value = pinned;
            conversation.isMarked.value = unread;
          }
        } else {
          chat.setPreferences(event.info);
        }
        break;
    }
  }

  /** Applies a stored message, or what changes one. Called in a batch. */
  applyItem(item: Extract<Item, { mid: number }>): void {
    const { chat } = this;
    if (item.name !== undefined) {
      chat.people.learn({ [item.send]: item.name });
    }
    if (!isEntry(item)) {
      chat.conversations.peek().forEach((conversation) => {
        conversation.timeline.amend(item);
        const about = item.type === Type.Correct ? item.info.of : item.info.mid;
        const last = conversation.last.peek();
        if (last?.mid === about) {
          conversation.last.value = amended(last, item);
        }
        const isHere = item.send === "server" || conversation.key === item.receive || conversation.key === item.send;
        const isKnown = item.type !== Type.TakeBack || !isHere || conversation.recount(chat.me, chat.people.blocked.peek());
        if (!isKnown && conversation.unread.peek() > 0 && about > conversation.read) {
          chat.listing.scheduleRecount();
        }
      });
      return;
    }
    if (item.type === Type.Group) {
      this.groupChanged(item);
    }
    chat.keysOf(item).forEach((key) => {
      const conversation = chat.conversation(key);
      const isNew = item.mid > (conversation.last.peek()?.mid ?? 0);
      conversation.setLast(item);
      chat.add(conversation, item);
      conversation.typing.value = conversation.typing.peek().filter(({ user }) => user !== item.send);
      if (item.send === chat.me) {
        chat.outbox.matchWaiting(conversation, item);
        chat.uploads.removeDone(conversation, item.mid);
      } else if (isWritten(item) && isNew && !chat.people.blocked.peek().has(item.send)) {
        conversation.countOne(item, chat.me, chat.people.blocked.peek());
        chat.arrived.value = item;
      }
    });
  }

  private groupChanged({ info }: GroupChanged): void {
    const { people, me } = this.chat;
    const { group_id: group } = info;
    people.learn({ [group]: info.group_name });
    const isAmong = (users: readonly string[] = []) => users.includes(me);
    switch (info.op) {
      case "avatar":
        this.chat.avatars.ask(group);
        break;
      case "close":
        this.chat.conversation(group).isClosed.value = true;
        break;
      case "leave":
      case "remove":
        if (info.user === me) {
          people.setMember(group, false);
        }
        break;
      case "create":
      case "add":
      case "join":
        if ((info.op !== "add" && info.by === me) || (info.op !== "join" && isAmong(info.users))) {
          people.setMember(group, true);
        }
        break;
    }
  }

  private showTyping(user: Numbered, key: Key): void {
    const { chat } = this;
    const conversation = chat.conversation(key);
    const until = chat.clock.now() + TYPING_TIMEOUT;
    const others = conversation.typing.peek().filter((typing) => typing.user !== user);
    conversation.typing.value = [...others, { user, until }];
    chat.clock.after(TYPING_TIMEOUT, () => {
      conversation.typing.value = conversation.typing.peek().filter((typing) => typing.until > chat.clock.now());
    });
  }

  private readElsewhere(key: Key, mid: number): void {
    const { chat } = this;
    const conversation = chat.conversation(key);
    conversation.read = Math.max(conversation.read, mid);
    conversation.recount(chat.me, chat.people.blocked.peek());
    if (conversation.unread.peek() > 0 && !conversation.timeline.isLoaded) {
      void chat.listing.load(true);
    }
  }
}
