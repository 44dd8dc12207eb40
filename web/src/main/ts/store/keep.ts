/** Where the page keeps what must outlive it, by name; read at once, written soon. */
export interface Keep {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
  /** Removes everything; resolves when nothing of it is left. */
  clear(): Promise<void>;
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

  async clear(): Promise<void> {
    try {
      sessionStorage.clear();
    } catch {
      // Then there is nothing either.
    }
  }
}

const DATABASE = "chatd";
const TABLE = "kept";

/** Keeps it on the device, in IndexedDB, until somebody logs out; what there is was read when it was opened. */
export class DeviceKeep implements Keep {
  private constructor(
    private readonly database: IDBDatabase,
    private readonly known: Map<string, string>,
    private readonly refused: () => void,
  ) {}

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
        const known = new Map<string, string>();
        const reading = database.transaction(TABLE).objectStore(TABLE).openCursor();
        reading.onerror = () => resolve(null);
        reading.onsuccess = () => {
          const row = reading.result;
          if (row === null) {
            resolve(new DeviceKeep(database, known, refused));
          } else {
            known.set(String(row.key), String(row.value));
            row.continue();
          }
        };
      };
    });
  }

  /** Whether anything is kept. */
  get isUsed(): boolean {
    return this.known.size > 0;
  }

  get(name: string): string | null {
    return this.known.get(name) ?? null;
  }

  set(name: string, value: string): void {
    this.known.set(name, value);
    void this.write((table) => table.put(value, name));
  }

  remove(name: string): void {
    if (this.known.delete(name)) {
      void this.write((table) => table.delete(name));
    }
  }

  clear(): Promise<void> {
    this.known.clear();
    return this.write((table) => table.clear());
  }

  private write(act: (table: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve) => {
      try {
        const writing = this.database.transaction(TABLE, "readwrite", { durability: "strict" });
        writing.oncomplete = () => resolve();
        writing.onabort = () => {
          this.refused();
          resolve();
        };
        act(writing.objectStore(TABLE));
      } catch {
        this.refused();
        resolve();
      }
    });
  }
}
