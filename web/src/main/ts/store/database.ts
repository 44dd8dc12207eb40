/**
 * Opens a database of the browser (IndexedDB) with one table, creating it at first; rejects if the browser has none, as in
 * some private windows, or another tab prevents it.
 *
 * @param closed called when it was closed: by another version of the page, or by Safari, which closes what a page in the
 *   background has open
 */
export function openDatabase(name: string, table: string, options: IDBObjectStoreParameters, closed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table, options);
    request.onerror = () => reject(request.error ?? new Error("not opened"));
    request.onblocked = () => reject(new Error("blocked"));
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = closed;
      database.onversionchange = () => {
        database.close();
        closed();
      };
      resolve(database);
    };
  });
}
