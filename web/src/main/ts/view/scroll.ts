import type { ReadingPosition } from "../model/conversation.js";

/** How close to the end the list counts as being at its end, in CSS pixels. */
const NEAR = 4;

/**
 * Keeps the message that is being read where it is while the list above and below it changes, and the end of the list
 * in view while the user is there. Rows have their message number in `data-mid`.
 */
export class ScrollAnchor {
  /** The message that is being read; null at the end. */
  reading: ReadingPosition | null = null;
  /** The heights of the box and of its content when the position was last restored. */
  private heights = "";
  /** The scroll position when it was last restored or recorded. */
  private lastTop = 0;
  private readonly sizes = new ResizeObserver(() => this.restore());

  /** @param moved called when the user has scrolled, or the list has changed */
  constructor(
    private readonly box: HTMLElement,
    private readonly list: HTMLElement,
    private readonly moved: () => void,
  ) {
    box.addEventListener("scroll", this.scrolled, { passive: true });
    this.sizes.observe(box);
    this.sizes.observe(list);
  }

  disconnect(): void {
    this.box.removeEventListener("scroll", this.scrolled);
    this.sizes.disconnect();
  }

  /**
   * Scrolls to a message, or, with null, to the end; it counts as the end, too, if all that follows the message is in
   * view.
   */
  to(reading: ReadingPosition | null): void {
    this.reading = reading;
    this.restore();
    if (this.below <= NEAR) {
      this.reading = null;
      this.moved();
    }
  }

  /**
   * Scrolls the message that is being read back to where it was; must be called when the list has changed, before it is
   * painted.
   */
  restore(): void {
    const { box, reading } = this;
    if (reading === null) {
      box.scrollTop = box.scrollHeight;
    } else {
      const row = this.row(reading.mid);
      if (row !== undefined) {
        const off = this.top(row) - reading.offset;
        if (Math.abs(off) >= 0.5) {
          box.scrollTop += off;
        }
      }
    }
    this.heights = this.measured();
    this.lastTop = box.scrollTop;
    this.moved();
  }

  /** Records a scroll whose event has not arrived yet; must be called before the list changes. */
  recordPendingScroll(): void {
    if (this.box.scrollTop !== this.lastTop && this.heights === this.measured()) {
      this.recordPosition();
    }
  }

  /** Returns the numbers of the first message in view, and of the last one whose end is in view. */
  get inView(): { first: number; last: number } | null {
    const rows = this.rows();
    const { height } = this.box.getBoundingClientRect();
    const first = rows[this.firstBelow(rows, 0)];
    const below = this.firstBelow(rows, height + 1);
    const whole = rows[below] !== undefined && this.top(rows[below]) <= 0 ? below : below - 1;
    const last = rows[Math.min(whole, rows.length - 1)];
    return first === undefined || last === undefined ? null : { first: midOf(first), last: midOf(last) };
  }

  /** How much of the list is above and below what is in view, in CSS pixels. */
  get above(): number {
    return this.box.scrollTop;
  }

  get below(): number {
    return this.box.scrollHeight - this.box.clientHeight - this.box.scrollTop;
  }

  private readonly scrolled = () => {
    if (this.heights !== this.measured()) {
      // The user did not scroll: the list became shorter or the box taller, and that moved it.
      this.restore();
      return;
    }
    this.recordPosition();
    this.moved();
  };

  private recordPosition(): void {
    this.lastTop = this.box.scrollTop;
    if (this.below <= NEAR) {
      this.reading = null;
    } else {
      const rows = this.rows();
      const row = rows[this.firstBelow(rows, 0)];
      this.reading = row === undefined ? null : { mid: midOf(row), offset: this.top(row) };
    }
  }

  private measured(): string {
    return `${this.box.clientHeight} ${this.box.scrollHeight}`;
  }

  private rows(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[data-mid]")];
  }

  /** Returns the row of a message, or, if it is not there any more, of the next one. */
  private row(mid: number): HTMLElement | undefined {
    return this.rows().find((row) => midOf(row) >= mid);
  }

  private top(row: HTMLElement): number {
    return row.getBoundingClientRect().top - this.box.getBoundingClientRect().top;
  }

  /** Returns the index of the first row whose bottom is below an offset; those of all rows after it are, too. */
  private firstBelow(rows: readonly HTMLElement[], offset: number): number {
    const { top } = this.box.getBoundingClientRect();
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) - top > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}

function midOf(row: HTMLElement): number {
  return Number(row.dataset["mid"]);
}
