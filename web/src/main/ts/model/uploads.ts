import { batch, type Signal, signal } from "@preact/signals-core";
import type { FileStore } from "../store/files.js";
import type { Attempt, FileCarrier, OutgoingFile } from "../wire/files.js";
import type { Code } from "../wire/values.js";
import type { Conversation } from "./conversation.js";
import type { ChatState } from "./state.js";
import { isKey } from "./place.js";
import { Retry } from "./retry.js";

/** Over how long the speed is measured, in milliseconds. */
const SPEED_WINDOW = 3_000;
/** How many files are uploaded at once, each in another conversation: the daemon accepts four per account. */
const MAX_CONCURRENT = 2;

/** A file of the user's own on its way to the daemon. */
export interface Upload {
  readonly sending: OutgoingFile;
  /** When it was chosen, in milliseconds since 1970. */
  readonly at: number;
  /** Whether it was chosen before the page was loaded. */
  readonly isRestored: boolean;
  /** Whether the browser keeps it, so that it goes on after a reload. */
  readonly isKept: Signal<boolean>;
  readonly state: Signal<UploadState>;
}

/**
 * Where files are kept over a reload, and whether this account's may be: not on a device that is not the user's own.
 */
export interface KeptFiles {
  store: FileStore;
  mayKeep(): boolean;
}

/** What an upload is doing. */
export type UploadState =
  /** It waits for its turn, or for a connection. */
  | { at: "waiting"; sent: number }
  /** @property speed in bytes a second; 0 until it is known */
  | { at: "sending"; sent: number; speed: number }
  /** It is stored as this message, which has not arrived yet. */
  | { at: "done"; mid: number }
  /** @property code `unreadable` if the browser can't read the file any more */
  | { at: "refused"; code: Code | "unreadable" | "unanswered"; text: string };

/** Returns how many bytes have been sent of an upload that is under way. */
export function bytesSent(state: UploadState): number {
  return "sent" in state ? state.sent : 0;
}

function isUnderWay({ at }: UploadState): boolean {
  return at === "waiting" || at === "sending";
}

/** How long a file is sent again by itself, in milliseconds: the daemon knows its id for seven days. */
const MAX_AGE = 6 * 24 * 3_600_000;
/** How often an upload is tried without any progress while the session is live. */
const MAX_TRIES = 8;

/**
 * The uploads: each file is sent once, and resumes where it was interrupted, also after a reload, if the browser keeps
 * it until then.
 */
export class Uploads {
  private token: string | null = null;
  private readonly running = new Map<Upload, Attempt>();
  private readonly attempted = new WeakSet<Upload>();
  /** How often each was cut off without progress. */
  private readonly tries = new WeakMap<Upload, number>();
  private readonly retry: Retry;
  /** The account whose files were restored. */
  private restored: string | null = null;

  constructor(
    private readonly known: ChatState,
    private readonly carrier: FileCarrier,
    private readonly files: KeptFiles,
    /** Returns whether the session is live, that is, whether the daemon answers other requests. */
    private readonly isLive: () => boolean,
  ) {
    this.retry = new Retry(known.clock);
  }

  /** Returns the files that are on their way, in all conversations. */
  private get underWay(): readonly Upload[] {
    return [...this.known.conversations.value.values()].flatMap(({ uploads }) => uploads.value.filter(({ state }) => isUnderWay(state.value)));
  }

  /** Returns how many files are on their way. */
  get count(): number {
    return this.underWay.length;
  }

  /** Returns how many files on their way would be lost with the page. */
  get unkept(): number {
    return this.underWay.filter(({ isKept }) => !isKept.value).length;
  }

  /** Sets the token of the session, with which files are sent; null while there is no session. */
  setToken(token: string | null): void {
    this.token = token;
    this.retry.cancel();
    this.retry.reset();
    // Uploads over a lost connection, or with an expired token, are interrupted, and resumed with the new token.
    this.stopAll();
    this.sendNext();
  }

  /** Sends files, in their order. */
  add(conversation: Conversation, files: readonly { name: string; content: Blob; isPicture: boolean }[]): void {
    const re = conversation.replyingTo.peek();
    const added = files.map(({ name, content, isPicture }, index): Upload => ({
      sending: {
        id: this.known.clock.newId(),
        to: conversation.key,
        name,
        content,
        isPicture,
        ...(re === null || index > 0 ? {} : { re }),
      },
      at: this.known.nextTime(),
      isRestored: false,
      isKept: signal(false),
      state: signal<UploadState>({ at: "waiting", sent: 0 }),
    }));
    batch(() => {
      conversation.replyingTo.value = null;
      conversation.uploads.value = [...conversation.uploads.peek(), ...added];
    });
    void this.keep(conversation, added);
    this.sendNext();
  }

  /** Keeps files, all at once: another tab that takes over reads them after this. */
  private async keep(conversation: Conversation, added: readonly Upload[]): Promise<void> {
    if (this.files.mayKeep()) {
      await Promise.all(added.map((upload) => this.keepOne(conversation, upload)));
    }
  }

  private async keepOne(conversation: Conversation, upload: Upload): Promise<void> {
    const { store } = this.files;
    const { sending, at } = upload;
    const isWanted = () => conversation.uploads.peek().includes(upload) && upload.state.peek().at !== "done";
    const state = upload.state.peek();
    const refused = state.at === "refused" ? { refused: { code: state.code, text: state.text } } : {};
    if (isWanted() && (await store.keep({ ...sending, account: this.known.me, at, ...refused }))) {
      upload.isKept.value = true;
      // It may have been sent, or cancelled, in the meantime; if another tab has taken over, that one sends it.
      if (this.known.isKnown(conversation) && !isWanted()) {
        await store.remove(sending.id);
      }
    }
  }

  /** Restores what was on its way when the page was closed, and sends it. */
  async restore(): Promise<void> {
    const account = this.known.me;
    const mayKeep = this.files.mayKeep();
    if (mayKeep && this.restored === account) {
      return;
    }
    this.restored = account;
    const { store } = this.files;
    for (const { account: _, at, refused, content, ...more } of await store.of(account)) {
      // What is removed takes its content with it, in Safari: it is held in memory instead.
      const sending = { ...more, content: mayKeep ? content : new Blob([await content.arrayBuffer()], { type: content.type }) };
      const conversation = this.known.me === account && isKey(more.to) ? this.known.conversation(more.to) : null;
      const own = conversation?.uploads.peek().find((one) => one.sending.id === more.id);
      if (own !== undefined) {
        own.isKept.value = mayKeep;
      } else if (conversation !== null) {
        // After some days the daemon would no longer know that it is stored already.
        const isOld = this.known.now() - at > MAX_AGE;
        const upload: Upload = {
          sending,
          at,
          isRestored: true,
          isKept: signal(mayKeep),
          state: signal<UploadState>(
            refused !== undefined
              ? { at: "refused", code: refused.code as Code, text: refused.text }
              : isOld
                ? { at: "refused", code: "unanswered", text: "" }
                : { at: "waiting", sent: 0 },
          ),
        };
        this.attempted.add(upload);
        conversation.uploads.value = [...conversation.uploads.peek(), upload];
      }
      this.known.noteTime(at);
      if (!mayKeep) {
        await store.remove(more.id);
      }
    }
    this.sendNext();
  }

  /**
   * Cancels an upload, or removes a refused one; the daemon keeps the part that it has received for at most an hour.
   */
  cancel(conversation: Conversation, upload: Upload): void {
    conversation.uploads.value = conversation.uploads.peek().filter((one) => one !== upload);
    this.running.get(upload)?.stop();
    this.running.delete(upload);
    void this.files.store.remove(upload.sending.id);
    this.sendNext();
  }

  /** Sends a refused file again. */
  resend(conversation: Conversation, upload: Upload): void {
    this.tries.delete(upload);
    upload.state.value = { at: "waiting", sent: 0 };
    void this.keep(conversation, [upload]);
    this.sendNext();
  }

  /** Removes the upload that became this message, which is shown in its place. */
  removeDone(conversation: Conversation, mid: number): void {
    const left = conversation.uploads.peek().filter(({ state }) => {
      const now = state.peek();
      return now.at !== "done" || now.mid !== mid;
    });
    if (left.length < conversation.uploads.peek().length) {
      conversation.uploads.value = left;
    }
  }

  /** Sends the files whose turn it is. */
  private sendNext(): void {
    if (this.token === null) {
      return;
    }
    for (const conversation of this.known.conversations.peek().values()) {
      // One after the other, so that they arrive in their order.
      const next = conversation.uploads.peek().find(({ state }) => isUnderWay(state.peek()));
      if (next !== undefined && !this.running.has(next) && this.running.size < MAX_CONCURRENT) {
        void this.send(this.token, conversation, next);
      }
    }
  }

  private async send(token: string, conversation: Conversation, upload: Upload): Promise<void> {
    const { state } = upload;
    const { clock } = this.known;
    const sentBefore = bytesSent(state.peek());
    let from = clock.now();
    let base = -1;
    const attempt = this.carrier.send(token, upload.sending, !this.attempted.has(upload), (sent) => {
      if (this.running.get(upload) !== attempt) {
        return;
      }
      const now = clock.now();
      base = base < 0 ? sent : base;
      const passed = now - from;
      const speed = passed > 500 ? Math.round(((sent - base) * 1000) / passed) : 0;
      state.value = { at: "sending", sent, speed };
      if (passed > SPEED_WINDOW) {
        from = now - SPEED_WINDOW / 2;
        base = sent - Math.round((speed * SPEED_WINDOW) / 2_000);
      }
    });
    this.attempted.add(upload);
    this.running.set(upload, attempt);
    const end = await attempt.result;
    if (this.running.get(upload) !== attempt) {
      // It was cancelled in the meantime.
      return;
    }
    this.running.delete(upload);
    const sent = bytesSent(state.peek());
    switch (end.at) {
      case "done":
        this.retry.reset();
        state.value = end;
        void this.files.store.remove(upload.sending.id);
        if (conversation.timeline.entries.peek().some(({ mid }) => mid === end.mid) || conversation.timeline.hasAfter || !conversation.timeline.isLoaded) {
          this.removeDone(conversation, end.mid);
        }
        break;
      case "refused":
        state.value = end;
        void this.keep(conversation, [upload]);
        break;
      case "unreadable":
        state.value = { at: "refused", code: end.at, text: "" };
        break;
      case "interrupted": {
        const tries = sent > sentBefore || !this.isLive() ? 0 : (this.tries.get(upload) ?? 0) + 1;
        this.tries.set(upload, tries);
        if (tries >= MAX_TRIES) {
          state.value = { at: "refused", code: "unanswered", text: "" };
          break;
        }
        state.value = { at: "waiting", sent };
        // Random, so that not all clients reconnect at once: the daemon may have been restarted.
        this.retry.schedule(() => this.sendNext(), 0.5 + clock.random() / 2);
        return;
      }
    }
    this.sendNext();
  }

  /** Interrupts the running uploads, which wait to be resumed. */
  private stopAll(): void {
    const all = [...this.running];
    this.running.clear();
    for (const [{ state }, attempt] of all) {
      state.value = { at: "waiting", sent: bytesSent(state.peek()) };
      attempt.stop();
    }
  }

  /** Stops all uploads: the user has logged out, or somebody else logs in. */
  forget(): void {
    this.restored = null;
    this.setToken(null);
  }
}
