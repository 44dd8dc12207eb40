import { openDatabase } from "./database.js";

/** Storage for what must outlive the page, by name; read synchronously, written asynchronously. */
export interface Store {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
  /** Returns the names of all that is stored. */
  names(): readonly string[];
  /** Reads again what another tab may have written. */
  refresh(): Promise<void>;
  /** Resolves when all pending writes and removals are done. */
  settled(): Promise<void>;
}

/**
 * Storage that lives as long as the tab; `refused` is called when the browser refuses to store something (full, or
 * forbidden).
 */
export class TabStore implements Store {
  constructor(private readonly refused: () => void) {}

  get(name: string): string | null {
    try {
      return sessionStorage.getItem(name);
    } catch {
      return null;
    }
  }

  set(name: string, value: string): void {
    try {
      sessionStorage.setItem(name, value);
    } catch {
      this.refused();
    }
  }

  remove(name: string): void {
    try {
      sessionStorage.removeItem(name);
    } catch {
      // Then there is nothing to remove.
    }
  }

  names(): readonly string[] {
    try {
      return Object.keys(sessionStorage);
    } catch {
      return [];
    }
  }

  async refresh(): Promise<void> {
    // No other tab writes here.
  }

  async settled(): Promise<void> {
    // It is removed synchronously.
  }
}

const DATABASE = "chatd";
const TABLE = "kept";
/** The key, in the tab's storage, of the pending writes to the device. */
const PENDING_KEY = "ahead";

/**
 * Storage on the device, in IndexedDB, that lasts until the user logs out; its content is read when it is opened or
 * refreshed.
 */
export class DeviceStore implements Store {
  /** The last write; those before it are done when it is. */
  private writing: Promise<void> = Promise.resolve();
  /**
   * Pending writes; null for removals. They are in the tab's storage, too, which is synchronous: a page that is closed
   * may be gone before they are written to the device.
   */
  private readonly pending = new Map<string, string | null>();

  private constructor(
    private readonly database: IDBDatabase,
    private values: Map<string, string>,
    private readonly refused: () => void,
  ) {
    for (const [name, value] of leftoverWrites()) {
      if (value === null) {
        this.remove(name);
      } else {
        this.set(name, value);
      }
    }
  }

  /** Opens the storage; resolves with null if the browser has none, as in some private windows. */
  static async open(refused: () => void): Promise<DeviceStore | null> {
    try {
      const database = await openDatabase(DATABASE, TABLE, {}, () => {});
      return new DeviceStore(database, await read(database), refused);
    } catch {
      return null;
    }
  }

  get(name: string): string | null {
    return this.values.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.values.set(name, value);
    this.write(name, value);
  }

  remove(name: string): void {
    if (this.values.delete(name)) {
      this.write(name, null);
    }
  }

  async refresh(): Promise<void> {
    try {
      this.values = await read(this.database);
    } catch {
      this.refused();
    }
  }

  names(): readonly string[] {
    return [...this.values.keys()];
  }

  settled(): Promise<void> {
    return this.writing;
  }

  private storePending(): void {
    try {
      if (this.pending.size === 0) {
        sessionStorage.removeItem(PENDING_KEY);
      } else {
        sessionStorage.setItem(PENDING_KEY, JSON.stringify([...this.pending]));
      }
    } catch {
      // Then it is written a little later, or not at all.
    }
  }

  private write(name: string, value: string | null): void {
    this.pending.set(name, value);
    this.storePending();
    const done = () => {
      if (this.pending.get(name) === value) {
        this.pending.delete(name);
        this.storePending();
      }
    };
    this.writing = new Promise((resolve) => {
      try {
        const writing = this.database.transaction(TABLE, "readwrite", { durability: "strict" });
        writing.oncomplete = () => {
          done();
          resolve();
        };
        writing.onabort = () => {
          this.refused();
          resolve();
        };
        const table = writing.objectStore(TABLE);
        if (value === null) {
          table.delete(name);
        } else {
          table.put(value, name);
        }
      } catch {
        this.refused();
        resolve();
      }
    });
  }
}

/** Returns the writes that were pending when the previous page in this tab was closed. */
function leftoverWrites(): readonly [string, string | null][] {
  try {
    return JSON.parse(sessionStorage.getItem(PENDING_KEY) ?? "[]") as [string, string | null][];
  } catch {
    return [];
  }
}

/** Reads all that is stored. */
function read(database: IDBDatabase): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    const known = new Map<string, string>();
    const reading = database.transaction(TABLE).objectStore(TABLE).openCursor();
    reading.onerror = () => reject(reading.error ?? new Error("not read"));
    reading.onsuccess = () => {
      const row = reading.result;
      if (row === null) {
        resolve(known);
      } else {
        known.set(String(row.key), String(row.value));
        row.continue();
      }
    };
  });
}
