import type { Clock } from "../wire/clock.js";

/** Repeats what failed for a while: after a pause that doubles with each time, up to the longest. */
export class Retry {
  private pause: number;
  private cancelTimer: () => void = () => {};

  /** @param first and `longest` are in milliseconds */
  constructor(
    private readonly clock: Clock,
    private readonly first: number,
    private readonly longest: number,
  ) {
    this.pause = first;
  }

  /** Acts after the pause, in place of what was to be repeated before; `part` is how much of the pause that is. */
  later(act: () => void, part = 1): void {
    this.cancel();
    this.cancelTimer = this.clock.after(this.pause * part, act);
    this.pause = Math.min(this.pause * 2, this.longest);
  }

  /** Repeats nothing. */
  cancel(): void {
    this.cancelTimer();
  }

  /** Begins with the first pause again. */
  reset(): void {
    this.pause = this.first;
  }
}
