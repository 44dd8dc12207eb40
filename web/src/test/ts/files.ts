import type { KeptFiles } from "../../main/ts/model/uploads.js";
import type { FileStore, KeptFile } from "../../main/ts/store/files.js";
import type { FileCarrier } from "../../main/ts/wire/files.js";

/** Keeps files as long as its test lives. */
export class MemoryFileStore implements FileStore {
  readonly kept = new Map<string, KeptFile>();

  async keep(file: KeptFile): Promise<boolean> {
    this.kept.set(file.id, file);
    return true;
  }

  async remove(id: string): Promise<void> {
    this.kept.delete(id);
  }

  async of(account: string): Promise<readonly KeptFile[]> {
    return [...this.kept.values()].filter((file) => file.account === account);
  }
}

/** Sends no file, and lets none be fetched. */
export const noCarrier: FileCarrier = {
  requestCookie: () => Promise.resolve(false),
  send: () => ({ result: Promise.resolve({ at: "interrupted" }), stop: () => {} }),
};

/** Keeps no file. */
export const noFiles: KeptFiles = { store: new MemoryFileStore(), mayKeep: () => false };
