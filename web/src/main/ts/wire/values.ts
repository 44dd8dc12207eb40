// Made from the daemon's table of messages by `./chat generate`.

/** A group's number. */
export type GroupNumber = `G${number}`;

/** A user, a group, or the daemon itself. */
export type Numbered = `U${number}` | GroupNumber | "server";

/** A time in UTC, with milliseconds. */
export type Time = string;

/** Why something was refused; a server newer than this client may have others. */
export type Code = "malformed" | "not-logged-in" | "no-such-user" | "no-such-group" | "no-such-message" | "no-such-file" | "no-such-request" | "no-such-report" | "no-such-hold" | "no-such-session" | "not-a-member" | "not-allowed" | "too-late" | "too-large" | "too-many" | "no-room" | "bad-name" | "name-taken" | "bad-password" | "wrong-password" | "must-change-password" | "disabled" | "locked" | "throttled" | "busy" | "undecided" | "unlogged" | "closed" | "internal";
