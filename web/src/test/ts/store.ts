import type { Store } from "../../main/ts/store/store.js";

/** A store that is gone with its test. */
export class MemoryStore implements Store {
  private readonly kept = new Map<string, string>();

  get(name: string): string | null {
    return this.kept.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.kept.set(name, value);
  }

  remove(name: string): void {
    this.kept.delete(name);
  }

  names(): readonly string[] {
    return [...this.kept.keys()];
  }

  async refresh(): Promise<void> {
    // Nothing else writes here.
  }

  async settled(): Promise<void> {
    // It is written synchronously.
  }
}
