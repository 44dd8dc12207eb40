import { openDatabase } from "./database.js";

/** A file of an account that is to be sent, as it is kept over a reload. */
export interface KeptFile {
  /** Identifies it at the daemon, too. */
  id: string;
  /** The number of the account. */
  account: string;
  /** Who gets it: a user, a group, or `""`, everyone. */
  to: string;
  name: string;
  isPicture: boolean;
  /** When it was chosen, in milliseconds since 1970. */
  at: number;
  content: Blob;
  re?: number;
  /** Why it was refused; absent while it is to be sent. */
  refused?: { code: string; text: string };
}

/** Keeps files that are to be sent, until they are. */
export interface FileStore {
  /** Keeps a file; resolves with whether the browser does. */
  keep(file: KeptFile): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Resolves with the files of an account, in the order in which they were chosen. */
  of(account: string): Promise<readonly KeptFile[]>;
}

const DATABASE = "chatd-files";
const TABLE = "files";

/** Keeps files in IndexedDB, of which the browser says how much it takes; opened when it is first needed. */
export class DeviceFileStore implements FileStore {
  private opened: Promise<IDBDatabase> | null = null;

  private open(): Promise<IDBDatabase> {
    const forget = () => {
      this.opened = null;
    };
    if (this.opened === null) {
      this.opened = openDatabase(DATABASE, TABLE, { keyPath: "id" }, forget);
      this.opened.catch(forget);
    }
    return this.opened;
  }

  private async begin(mode: IDBTransactionMode): Promise<IDBTransaction> {
    try {
      return (await this.open()).transaction(TABLE, mode);
    } catch {
      this.opened = null;
      return (await this.open()).transaction(TABLE, mode);
    }
  }

  private async run<T>(mode: IDBTransactionMode, act: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = await this.begin(mode);
    return new Promise((resolve, reject) => {
      const request = act(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    });
  }

  async keep(file: KeptFile): Promise<boolean> {
    try {
      await this.run("readwrite", (table) => table.put(file));
      return true;
    } catch {
      return false;
    }
  }

  async remove(id: string): Promise<void> {
    try {
      await this.run("readwrite", (table) => table.delete(id));
    } catch {
      // What can't be opened has nothing in it.
    }
  }

  async of(account: string): Promise<readonly KeptFile[]> {
    try {
      const all = await this.run("readonly", (table) => table.getAll() as IDBRequest<KeptFile[]>);
      return all.filter((file) => file.account === account).sort((one, other) => one.at - other.at);
    } catch {
      return [];
    }
  }
}
