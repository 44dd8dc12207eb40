import { signal } from "@preact/signals-core";
import { safe } from "./safe.js";
import type { Numbered } from "../wire/values.js";

/** A friend request to the user: from whom, and with which text. */
export interface ReceivedRequest {
  user: Numbered;
  text: string;
}

/** A call to the user: from whom, and for which session. */
export interface IncomingCall {
  session: string;
  user: Numbered;
}

/** Maximum number of calls that are shown: the latest ones. */
const MAX_CALLS = 8;

/** The people whom the page knows: names by number, who is online, friends, and who is blocked. */
export class People {
  readonly names = signal<ReadonlyMap<string, string>>(new Map());
  readonly online = signal<ReadonlySet<string>>(new Set());
  /** When people were online last, of those who tell it, in milliseconds since 1970. */
  readonly lastSeen = signal<ReadonlyMap<string, number>>(new Map());
  readonly friends = signal<ReadonlySet<string>>(new Set());
  readonly blocked = signal<ReadonlySet<string>>(new Set());
  readonly receivedRequests = signal<readonly ReceivedRequest[]>([]);
  /** Calls for a direct session, which this page can't take. */
  readonly incomingCalls = signal<readonly IncomingCall[]>([]);
  readonly sentRequests = signal<ReadonlySet<string>>(new Set());
  /** The groups of which the user is a member, and, in openGroups, the open ones that were found. */
  readonly groups = signal<ReadonlySet<string>>(new Set());
  readonly openGroups = signal<ReadonlySet<string>>(new Set());

  /** Forgets everybody. */
  forget(): void {
    this.names.value = new Map();
    this.lastSeen.value = new Map();
    this.receivedRequests.value = [];
    this.incomingCalls.value = [];
    [this.online, this.friends, this.blocked, this.sentRequests, this.groups, this.openGroups].forEach((set) => (set.value = new Set()));
  }

  /** What somebody is called who was erased: they have their number in place of a name. */
  readonly nameless = signal("");

  /** Returns somebody's name, or the number while no name is known. */
  name(number: string): string {
    const known = this.names.value.get(number);
    return known === number && this.nameless.value !== "" ? this.nameless.value : safe(known ?? number);
  }

  /** Learns names; does nothing if it knows them. */
  learn(names: Readonly<Record<string, string>>): void {
    const known = this.names.peek();
    const fresh = Object.entries(names).filter(([number, name]) => known.get(number) !== name);
    if (fresh.length > 0) {
      this.names.value = new Map([...known, ...fresh]);
    }
  }

  /** Learns the names of users, and when they were online last, as the daemon lists them. */
  learnUsers(users: readonly { user_id: string; user_name: string; seen?: string }[]): void {
    this.learn(Object.fromEntries(users.map(({ user_id, user_name }) => [user_id, user_name])));
    const known = this.lastSeen.peek();
    const told = users.filter(({ user_id, seen }) => seen !== undefined || known.has(user_id));
    if (told.length > 0) {
      const times = new Map(known);
      for (const { user_id, seen } of told) {
        if (seen === undefined) {
          times.delete(user_id);
        } else {
          times.set(user_id, Date.parse(seen));
        }
      }
      this.lastSeen.value = times;
    }
  }

  /** Records whether a user is online, as far as the daemon reports it. */
  setOnline(user: string, isOnline: boolean): void {
    this.online.value = withMember(this.online.peek(), user, isOnline);
  }

  setFriend(user: string, isFriend: boolean): void {
    this.friends.value = withMember(this.friends.peek(), user, isFriend);
  }

  setBlocked(user: string, isBlocked: boolean): void {
    this.blocked.value = withMember(this.blocked.peek(), user, isBlocked);
  }

  setMember(group: string, isMember: boolean): void {
    this.groups.value = withMember(this.groups.peek(), group, isMember);
  }

  setSentRequest(user: string, isAsked: boolean): void {
    this.sentRequests.value = withMember(this.sentRequests.peek(), user, isAsked);
  }

  /** Records a friend request, or, with null, removes it. */
  setReceivedRequest(user: Numbered, text: string | null): void {
    const others = this.receivedRequests.peek().filter((asking) => asking.user !== user);
    this.receivedRequests.value = text === null ? others : [...others, { user, text }];
  }

  /** Records that a user is calling, or, with null, that a call is over. */
  setIncomingCall(session: string, user: Numbered | null): void {
    const others = this.incomingCalls.peek().filter((calling) => calling.session !== session);
    this.incomingCalls.value = user === null ? others : [...others, { session, user }].slice(-MAX_CALLS);
  }
}

function withMember(set: ReadonlySet<string>, member: string, isIn: boolean): ReadonlySet<string> {
  if (set.has(member) === isIn) {
    return set;
  }
  const next = new Set(set);
  if (isIn) {
    next.add(member);
  } else {
    next.delete(member);
  }
  return next;
}
