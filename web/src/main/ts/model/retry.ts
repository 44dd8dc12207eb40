import type { Clock } from "../wire/clock.js";

/** Retries with exponential backoff: the delay doubles with each retry, up to a maximum. */
export class Retry {
  private delay: number;
  private cancelTimer: () => void = () => {};

  /** @param first the first delay, in milliseconds, as is `longest`, the maximum */
  constructor(
    private readonly clock: Clock,
    private readonly first = 1_000,
    private readonly longest = 30_000,
  ) {
    this.delay = first;
  }

  /** Schedules a retry after a fraction of the delay, in place of any pending one. */
  schedule(act: () => void, fraction = 1): void {
    this.cancel();
    this.cancelTimer = this.clock.after(this.delay * fraction, act);
    this.delay = Math.min(this.delay * 2, this.longest);
  }

  /** Cancels the pending retry, if any. */
  cancel(): void {
    this.cancelTimer();
  }

  /** Resets the delay to the first one. */
  reset(): void {
    this.delay = this.first;
  }
}
