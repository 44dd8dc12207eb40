import { computed, signal } from "@preact/signals-core";
import type { FileCarrier } from "../wire/files.js";
import type { Clock } from "../wire/clock.js";
import { Retry } from "./retry.js";

/** The shortest and the longest time between two requests for the cookie, in milliseconds. */
const PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;

/** The right of this browser to fetch files: a cookie, which a restart of the daemon or another login voids. */
export class Media {
  /** Counts the cookies: 0 while there is none. What failed to load under an older one is loaded again. */
  readonly generation = signal(0);
  /** Whether this browser may fetch files. */
  readonly isAdmitted = computed(() => this.generation.value > 0);
  private token: string | null = null;
  private last = -PAUSE;
  private isAsking = false;
  private count = 0;
  private readonly retry: Retry;

  constructor(
    private readonly clock: Clock,
    private readonly carrier: FileCarrier,
  ) {
    this.retry = new Retry(clock, PAUSE, LONGEST_PAUSE);
  }

  /** Gets a cookie for a session's token; with null, forgets the right. */
  setToken(token: string | null): void {
    this.token = token;
    this.isAsking = false;
    this.retry.reset();
    this.retry.cancel();
    if (token === null) {
      this.generation.value = 0;
    } else {
      this.last = -PAUSE;
      this.renew();
    }
  }

  /** Gets a new cookie, because something could not be loaded; not more often than every few seconds. */
  renew(): void {
    const { token } = this;
    const now = this.clock.now();
    if (token === null || this.isAsking || now - this.last < PAUSE) {
      return;
    }
    this.isAsking = true;
    this.last = now;
    void this.carrier.admit(token).then((isAdmitted) => {
      if (this.token !== token) {
        return;
      }
      this.isAsking = false;
      if (isAdmitted) {
        this.retry.reset();
        this.generation.value = ++this.count;
      } else {
        this.retry.later(() => this.renew());
      }
    });
  }
}
