import { batch, signal } from "@preact/signals-core";
import type { Event } from "../wire/events.js";
import { RequestFailed, type CommandWithoutId } from "../wire/session.js";
import type { Numbered } from "../wire/values.js";
import * as Type from "../wire/type.js";
import type { Chat } from "./chat.js";
import { PREFETCHED_MESSAGES, CONVERSATIONS_IN_MEMORY } from "./pages.js";
import { isKey, isUser } from "./place.js";

/** How many conversations are listed at once. */
const LIST_LIMIT = 100;
/** How long to wait after a refusal before the list is requested again, in milliseconds. */
const RETRY_DELAY = 5_000;
/**
 * The least delay before the daemon is asked for unread counts after a message was taken back, in milliseconds; the
 * most is ten times this.
 */
const RECOUNT_DELAY = 1_000;
/** How many users are looked up at once. */
const MAX_LOOKUPS = 200;

/** The list of conversations, as the daemon has it: loaded at each login, and when unread counts may be out of date. */
export class Listing {
  /** Whether the list of conversations has been loaded: from then on, a user who is not known does not exist. */
  readonly isLoaded = signal(false);

  /** Whether a request for the unread counts is scheduled. */
  private isRecountScheduled = false;

  /** Cancels the pending retry. */
  private cancelRetry: () => void = () => {};

  constructor(private readonly chat: Chat) {}

  /** Returns the request for the list. */
  listRequest(): CommandWithoutId {
    return { type: Type.ListConversations, info: { limit: LIST_LIMIT } };
  }

  /** Reads the list of conversations, then the newest messages of the first of them. */
  async load(isResumed: boolean, pendingAnswer: Promise<Event> = this.chat.session.ask(this.listRequest())): Promise<void> {
    this.cancelRetry();
    try {
      const answer = await pendingAnswer;
      batch(() => {
        if (answer.type === Type.Conversations) {
          this.isLoaded.value = true;
          this.chat.people.learn(answer.info.names);
          answer.info.items.forEach((listed) => {
            if (isKey(listed.with)) {
              this.chat.conversation(listed.with).applyListed(listed);
            }
          });
        }
      });
      await this.loadNames();
      const { current } = this.chat.pages;
      if (isResumed && current !== null && isUser(current)) {
        // Read marks are not sent again when a session is resumed.
        await this.chat.pages.enqueue(async () => void (await this.chat.pages.loadPage({ with: current, limit: 1 })));
      }
      for (const conversation of this.chat.list.peek().slice(0, CONVERSATIONS_IN_MEMORY)) {
        if (!conversation.timeline.isLoaded && !conversation.isLoading.peek()) {
          await this.chat.pages.enqueue(() => this.chat.pages.loadNewest(conversation, PREFETCHED_MESSAGES));
        }
      }
    } catch (e) {
      if (!(e instanceof RequestFailed)) {
        throw e;
      }
      // After a loss, the next connection loads it; if the daemon refused for now, this one tries again.
      if (e.code !== "lost") {
        this.cancelRetry();
        this.cancelRetry = this.chat.clock.after(RETRY_DELAY, () => void this.load(isResumed));
      }
    }
  }

  /** Loads the names of users to whom there is only a draft so far. */
  private async loadNames(): Promise<void> {
    const unnamed = [...this.chat.conversations.peek().keys()].filter((key) => isUser(key) && !this.chat.people.names.peek().has(key));
    if (unnamed.length > 0) {
      await this.chat.requests.lookUp(unnamed.slice(0, MAX_LOOKUPS) as Numbered[]);
    }
  }

  /** Asks the daemon, soon, how much is unread: something may have been taken back that is not in memory. */
  scheduleRecount(): void {
    if (!this.isRecountScheduled) {
      this.isRecountScheduled = true;
      // After a random delay, so that not all clients ask at once: it may have been taken back from everyone.
      this.chat.clock.after(RECOUNT_DELAY * (1 + 9 * this.chat.clock.random()), () => {
        this.isRecountScheduled = false;
        void this.load(true);
      });
    }
  }

  /** Forgets that the list was read. */
  forget(): void {
    this.cancelRetry();
    this.isLoaded.value = false;
  }
}
