/** Where the page keeps what must outlive it, by name; read at once, written soon. */
export interface Keep {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
  /** Returns the names of all that is kept. */
  names(): readonly string[];
  /** Reads again what another tab may have written. */
  refresh(): Promise<void>;
  /** Resolves when all that was removed is gone. */
  settled(): Promise<void>;
}

/** Keeps it for as long as the tab lives; `refused` is called when the browser does not keep it (full, or forbidden). */
export class TabKeep implements Keep {
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
      // Then there is nothing either.
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
    // It is gone at once.
  }
}

const DATABASE = "chatd";
const TABLE = "kept";
/** Where the tab's storage has what is not written to the device yet. */
const AHEAD = "ahead";

/** Keeps it on the device, in IndexedDB, until somebody logs out; what there is was read when it was opened or refreshed. */
export class DeviceKeep implements Keep {
  /** The last write; those before it are done when it is. */
  private writing: Promise<void> = Promise.resolve();
  /**
   * What is not written yet, null for what is removed. It is in the tab's storage, too, which takes it at once: a page
   * that goes away may not live to see it written.
   */
  private readonly ahead = new Map<string, string | null>();

  private constructor(
    private readonly database: IDBDatabase,
    private known: Map<string, string>,
    private readonly refused: () => void,
  ) {
    for (const [name, value] of ahead()) {
      if (value === null) {
        this.remove(name);
      } else {
        this.set(name, value);
      }
    }
  }

  /** Opens it; resolves with null if the browser has no such thing, as in some private windows. */
  static open(refused: () => void): Promise<DeviceKeep | null> {
    return new Promise((resolve) => {
      let request: IDBOpenDBRequest;
      try {
        request = indexedDB.open(DATABASE, 1);
      } catch {
        resolve(null);
        return;
      }
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
      request.onsuccess = () => {
        const database = request.result;
        database.onversionchange = () => database.close();
        read(database).then(
          (known) => resolve(new DeviceKeep(database, known, refused)),
          () => resolve(null),
        );
      };
    });
  }

  get(name: string): string | null {
    return this.known.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.known.set(name, value);
    this.write(name, value);
  }

  remove(name: string): void {
    if (this.known.delete(name)) {
      this.write(name, null);
    }
  }

  async refresh(): Promise<void> {
    try {
      this.known = await read(this.database);
    } catch {
      this.refused();
    }
  }

  names(): readonly string[] {
    return [...this.known.keys()];
  }

  settled(): Promise<void> {
    return this.writing;
  }

  private keepAhead(): void {
    try {
      if (this.ahead.size === 0) {
        sessionStorage.removeItem(AHEAD);
      } else {
        sessionStorage.setItem(AHEAD, JSON.stringify([...this.ahead]));
      }
    } catch {
      // Then it is written a little later, or not at all.
    }
  }

  private write(name: string, value: string | null): void {
    this.ahead.set(name, value);
    this.keepAhead();
    const done = () => {
      if (this.ahead.get(name) === value) {
        this.ahead.delete(name);
        this.keepAhead();
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

/** Returns what the page before this one, in this tab, has not seen written. */
function ahead(): readonly [string, string | null][] {
  try {
    return JSON.parse(sessionStorage.getItem(AHEAD) ?? "[]") as [string, string | null][];
  } catch {
    return [];
  }
}

/** Reads all that is kept. */
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
