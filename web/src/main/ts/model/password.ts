import { bytesOf } from "./text.js";

/** A password rule that can be checked here; only the daemon checks that a password is not a common one. */
export type PasswordRule = "length" | "bytes" | "name" | "reused" | "mismatch";

/** Returns the rules that a new password breaks (page `chat-1.md`, "Name and password rules"). */
export function brokenRules(password: string, repeated: string, name: string, old: string): readonly PasswordRule[] {
  const normal = password.normalize("NFC");
  const rules: [PasswordRule, boolean][] = [
    ["length", [...normal].length < 8],
    ["bytes", bytesOf(normal) > 32],
    ["name", normal === name.normalize("NFC")],
    ["reused", normal === old.normalize("NFC") && old !== ""],
    ["mismatch", password !== repeated],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}
