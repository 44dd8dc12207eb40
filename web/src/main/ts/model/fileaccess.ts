import { computed, signal } from "@preact/signals-core";
import type { FileCarrier } from "../wire/files.js";
import type { Clock } from "../wire/clock.js";
import { Retry } from "./retry.js";

/** The shortest and the longest time between two requests for the cookie, in milliseconds. */
const MIN_INTERVAL = 5_000;
const MAX_INTERVAL = 60_000;

/** This browser's permission to fetch files: a cookie, which a restart of the daemon or another login invalidates. */
export class FileAccess {
  /** The current cookie's number; 0 if there is none. What failed to load under an older one is loaded again. */
  readonly generation = signal(0);
  /** Whether this browser may fetch files. */
  readonly hasAccess = computed(() => this.generation.value > 0);
  private token: string | null = null;
  private last = -MIN_INTERVAL;
  private isRequesting = false;
  private count = 0;
  private readonly retry: Retry;

  constructor(
    private readonly clock: Clock,
    private readonly carrier: FileCarrier,
  ) {
    this.retry = new Retry(clock, MIN_INTERVAL, MAX_INTERVAL);
  }

  /** Gets a cookie for a session's token; with null, gives up access. */
  setToken(token: string | null): void {
    this.token = token;
    this.isRequesting = false;
    this.retry.reset();
    this.retry.cancel();
    if (token === null) {
      this.generation.value = 0;
    } else {
      this.last = -MIN_INTERVAL;
      this.renew();
    }
  }

  /** Gets a new cookie, because something could not be loaded; not more often than every few seconds. */
  renew(): void {
    const { token } = this;
    const now = this.clock.now();
    if (token === null || this.isRequesting || now - this.last < MIN_INTERVAL) {
      return;
    }
    this.isRequesting = true;
    this.last = now;
    void this.carrier.requestCookie(token).then((isAdmitted) => {
      if (this.token !== token) {
        return;
      }
      this.isRequesting = false;
      if (isAdmitted) {
        this.retry.reset();
        this.generation.value = ++this.count;
      } else {
        this.retry.schedule(() => this.renew());
      }
    });
  }
}
