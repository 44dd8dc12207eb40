/** How long a tab that is being loaded waits for the previous page to release the lock, in milliseconds. */
const LOCK_TIMEOUT = 800;

/** The lock that makes this the one live tab of an account in this browser (Web Locks). */
export class TabLock {
  private held: string | null = null;
  private release: () => void = () => {};

  /** @param lost called when another tab has taken over */
  constructor(private readonly lost: () => void) {}

  /** Acquires the lock if no other tab holds it; resolves with whether this tab holds it now. */
  tryAcquire(account: string): Promise<boolean> {
    return this.request(account, { signal: AbortSignal.timeout(LOCK_TIMEOUT) });
  }

  /** Takes the lock over from whichever tab holds it. */
  async takeOver(account: string): Promise<void> {
    if (this.held !== account) {
      await this.request(account, { steal: true });
    }
  }

  /** Releases the lock. */
  unlock(): void {
    this.held = null;
    this.release();
  }

  private request(account: string, options: LockOptions): Promise<boolean> {
    this.unlock();
    if (!("locks" in navigator)) {
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      navigator.locks
        .request(`chatd ${account}`, options, () => {
          this.held = account;
          resolve(true);
          return new Promise<void>((released) => (this.release = released));
        })
        .catch(() => {
          if (this.held === account) {
            this.held = null;
            this.lost();
          } else {
            resolve(false);
          }
        });
    });
  }
}
