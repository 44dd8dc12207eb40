import { batch, signal } from "@preact/signals-core";
import type { Event } from "../wire/events.js";
import { RequestFailed, type Unsent } from "../wire/session.js";
import type { Numbered } from "../wire/values.js";
import * as Type from "../wire/type.js";
import type { Chat } from "./chat.js";
import { PREFETCHED_MESSAGES, CONVERSATIONS_IN_MEMORY } from "./pages.js";
import { isKey, isUser } from "./place.js";

/** How many conversations are listed at once. */
const LISTED = 100;
/** How long to wait after a refusal before the list is requested again, in milliseconds. */
const AGAIN = 5_000;
/** The least delay before the daemon is asked for unread counts after a message was taken back, in milliseconds; the most is ten times this. */
const COUNTING = 1_000;
/** How many users are looked up at once. */
const MAX_NAMED = 200;

/** The list of conversations, as the daemon has it: read at each login, and when counts may have changed unseen. */
export class Listing {
  /** Whether the list of conversations has been loaded: from then on, a user who is not known does not exist. */
  readonly isRead = signal(false);

  /** Whether the daemon is asked soon how much is unread. */
  private isCounting = false;

  /** Cancels the pending retry. */
  private stopAsking: () => void = () => {};

  constructor(private readonly chat: Chat) {}

  /** Returns the question for the list. */
  question(): Unsent {
    return { type: Type.ListConversations, info: { limit: LISTED } };
  }

  /** Reads the list of conversations, then the newest messages of the first of them. */
  async read(isResumed: boolean, asked: Promise<Event> = this.chat.session.ask(this.question())): Promise<void> {
    this.stopAsking();
    try {
      const answer = await asked;
      batch(() => {
        if (answer.type === Type.Conversations) {
          this.isRead.value = true;
          this.chat.people.learn(answer.info.names);
          answer.info.items.forEach((listed) => {
            if (isKey(listed.with)) {
              this.chat.conversation(listed.with).list(listed);
            }
          });
        }
      });
      await this.readNames();
      const { current } = this.chat.pages;
      if (isResumed && current !== null && isUser(current)) {
        // Read marks are not sent again when a session is resumed.
        await this.chat.pages.enqueue(async () => void (await this.chat.pages.page({ with: current, limit: 1 })));
      }
      for (const conversation of this.chat.list.peek().slice(0, CONVERSATIONS_IN_MEMORY)) {
        if (!conversation.timeline.isLoaded && !conversation.isLoading.peek()) {
          await this.chat.pages.enqueue(() => this.chat.pages.readNewest(conversation, PREFETCHED_MESSAGES));
        }
      }
    } catch (e) {
      if (!(e instanceof RequestFailed)) {
        throw e;
      }
      // After a loss, the next connection loads it; if the daemon refused for now, this one tries again.
      if (e.code !== "lost") {
        this.stopAsking();
        this.stopAsking = this.chat.clock.after(AGAIN, () => void this.read(isResumed));
      }
    }
  }

  /** Reads the names of those with whom there is nothing but a draft yet. */
  private async readNames(): Promise<void> {
    const unnamed = [...this.chat.conversations.peek().keys()].filter((key) => isUser(key) && !this.chat.people.names.peek().has(key));
    if (unnamed.length > 0) {
      await this.chat.requests.lookUp(unnamed.slice(0, MAX_NAMED) as Numbered[]);
    }
  }

  /** Asks the daemon, soon, how much is unread: something may have been taken back that is not in memory. */
  countLater(): void {
    if (!this.isCounting) {
      this.isCounting = true;
      // After a random delay, so that not all clients ask at once: it may have been taken back from everyone.
      this.chat.clock.after(COUNTING * (1 + 9 * this.chat.clock.random()), () => {
        this.isCounting = false;
        void this.read(true);
      });
    }
  }

  /** Forgets that the list was read. */
  forget(): void {
    this.stopAsking();
    this.isRead.value = false;
  }
}
