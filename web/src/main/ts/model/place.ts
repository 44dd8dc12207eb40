/** A conversation: another user, oneself, a group, or `""`, everyone. */
export type Key = `U${number}` | `G${number}` | "";

/** Where the user is in the page; each place has an address. */
export type Place =
  | { at: "chats" }
  | { at: "conversation"; key: Key; message?: number }
  | { at: "card"; key: Key }
  | { at: "picture"; key: Key; message: number }
  | { at: "me" }
  | { at: "find" }
  | { at: "new" }
  | { at: "keys" };

/** Returns whether a text names a conversation. */
export function isKey(text: string): text is Key {
  return text === "" || /^[UG][1-9]\d{0,9}$/.test(text);
}

/** Returns whether a number is a user's, and not a group's. */
export function isUser(number: string): number is `U${number}` {
  return number.startsWith("U");
}

/** Returns whether a number is a group's, and not a user's. */
export function isGroup(number: string): number is `G${number}` {
  return number.startsWith("G");
}

/** Returns the place of an address such as `#/U2`; the list of chats, if it has none. */
export function placeOf(address: string): Place {
  const [first = "", second = "", third = ""] = address.replace(/^#?\/?/, "").split("/");
  switch (first) {
    case "":
      return { at: "chats" };
    case "me":
    case "find":
    case "new":
    case "keys":
      return { at: first };
  }
  const key = first === "all" ? "" : first;
  if (!isKey(key)) {
    return { at: "chats" };
  }
  if (second === "card") {
    return { at: "card", key };
  }
  if (!/^[1-9]\d{0,15}$/.test(second)) {
    return { at: "conversation", key };
  }
  return { at: third === "picture" ? third : "conversation", key, message: Number(second) };
}

/** Returns the number of the message that `#/m/123` names, or null if it is another address. */
export function messageOf(address: string): number | null {
  const named = /^#?\/m\/([1-9]\d{0,15})$/.exec(address);
  return named === null ? null : Number(named[1]);
}

/** Returns a place's address. */
export function addressOf(place: Place): string {
  switch (place.at) {
    case "chats":
      return "#/";
    case "conversation":
      return `#/${segmentOf(place.key)}${place.message === undefined ? "" : `/${place.message}`}`;
    case "card":
      return `#/${segmentOf(place.key)}/card`;
    case "picture":
      return `#/${segmentOf(place.key)}/${place.message}/picture`;
    default:
      return `#/${place.at}`;
  }
}

function segmentOf(key: Key): string {
  return key === "" ? "all" : key;
}

/** Returns the conversation that a place is about, or null. */
export function keyOf(place: Place): Key | null {
  return "key" in place ? place.key : null;
}
