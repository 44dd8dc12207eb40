import type { Clock } from "../../main/ts/wire/clock.js";

/** A clock that a test advances; nothing is random. */
export class ManualClock implements Clock {
  private readonly due: { at: number; act: () => void }[] = [];
  private time = 0;
  private ids = 0;

  now(): number {
    return this.time;
  }

  after(milliseconds: number, act: () => void): () => void {
    const timer = { at: this.time + milliseconds, act };
    this.due.push(timer);
    return () => this.remove(timer);
  }

  frame(act: () => void): void {
    act();
  }

  random(): number {
    return 0;
  }

  newId(): string {
    return `id${++this.ids}`;
  }

  /** Advances the clock, and acts on what is due then. */
  pass(milliseconds: number): void {
    this.time += milliseconds;
    for (const timer of this.due.filter(({ at }) => at <= this.time)) {
      this.remove(timer);
      timer.act();
    }
  }

  private remove(timer: { at: number; act: () => void }): void {
    const index = this.due.indexOf(timer);
    if (index >= 0) {
      this.due.splice(index, 1);
    }
  }
}
