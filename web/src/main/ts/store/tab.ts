/** How long a tab that is being loaded waits for the one before it to let go, in milliseconds. */
const PATIENCE = 800;

/** Holds the right to be the one live tab of an account in this browser (Web Locks). */
export class Tab {
  private held: string | null = null;
  private release: () => void = () => {};

  /** @param lost called when another tab has taken over */
  constructor(private readonly lost: () => void) {}

  /** Takes the right if no other tab has it; resolves with whether it is held now. */
  hold(account: string): Promise<boolean> {
    return this.request(account, { signal: AbortSignal.timeout(PATIENCE) });
  }

  /** Takes it over from whichever tab has it. */
  async takeOver(account: string): Promise<void> {
    if (this.held !== account) {
      await this.request(account, { steal: true });
    }
  }

  /** Lets go of it. */
  letGo(): void {
    this.held = null;
    this.release();
  }

  private request(account: string, options: LockOptions): Promise<boolean> {
    this.letGo();
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
