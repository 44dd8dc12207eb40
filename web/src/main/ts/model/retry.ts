import type { Clock } from "../wire/clock.js";

/** Retries with exponential backoff: the delay doubles with each retry, up to a maximum. */
export class Retry {
  private delay: number;
  private cancelTimer: () => void = () => {};

  /** @param first and `longest` are in milliseconds */
  constructor(
    private readonly clock: Clock,
    private readonly first: number,
    private readonly longest: number,
  ) {
    this.delay = first;
  }

  /** Schedules a retry after the delay, in place of any pending one; `part` is the fraction of the delay to wait. */
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
