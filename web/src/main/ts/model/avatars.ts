import { signal } from "@preact/signals-core";
import type { Session } from "../wire/session.js";
import type { Numbered } from "../wire/values.js";
import type { Clock } from "../wire/clock.js";
import * as Type from "../wire/type.js";

/** How many the daemon is asked about at once, and after which time, in milliseconds, so that those shown together are asked about together. */
const MAX_ASKED = 200;
const DELAY = 50;

/** What this needs: the session through which the daemon is asked. */
interface Asking {
  readonly clock: Clock;
  readonly session: Session;
}

/** The pictures of people and groups: which they have, of those that are shown. */
export class Avatars {
  /** The digest of each picture by its person or group; empty for none. */
  private readonly digests = signal<ReadonlyMap<string, string>>(new Map());
  private readonly wanted = new Set<string>();
  private isScheduled = false;

  constructor(private readonly asking: Asking) {}

  /** Returns the address of somebody's picture; null if there is none, or it is not known yet: then the daemon is asked. */
  addressOf(of: string): string | null {
    const digest = this.digests.value.get(of);
    if (digest === undefined && !this.wanted.has(of)) {
      this.ask(of);
    }
    return digest === undefined || digest === "" ? null : `/files/avatars/${digest}`;
  }

  /** Asks for somebody's picture, soon. */
  ask(of: string): void {
    this.wanted.add(of);
    if (!this.isScheduled) {
      this.isScheduled = true;
      this.asking.clock.after(DELAY, () => this.askAll());
    }
  }

  /** Asks again for all that are shown: some may have changed while there was no connection. */
  askAgain(): void {
    this.digests.peek().forEach((_, of) => this.wanted.add(of));
    this.askAll();
  }

  /** Records what has changed, of those that are shown, or were. */
  change(digests: Readonly<Record<string, string>>): void {
    this.learn(Object.entries(digests).filter(([of]) => this.digests.peek().has(of) || this.wanted.has(of)));
  }

  private learn(digests: readonly (readonly [string, string])[]): void {
    this.digests.value = new Map([...this.digests.peek(), ...digests]);
  }

  forget(): void {
    this.digests.value = new Map();
    this.wanted.clear();
  }

  private askAll(): void {
    this.isScheduled = false;
    const all = [...this.wanted];
    for (let i = 0; i < all.length; i += MAX_ASKED) {
      const of = all.slice(i, i + MAX_ASKED);
      this.asking.session.ask({ type: Type.Avatars, info: { of: of as Numbered[] } }).then(
        (answer) => {
          of.forEach((one) => this.wanted.delete(one));
          if (answer.type === Type.Avatars) {
            // Who is left out has none.
            this.learn([...of.map((one) => [one, ""] as const), ...Object.entries(answer.info.avatars)]);
          }
        },
        // Without a connection they stay wanted, until there is one.
        () => {},
      );
    }
  }
}
