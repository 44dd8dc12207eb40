import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isUser, type Key } from "../model/place.js";
import { useApp } from "./app.js";
import { words } from "./words-later.js";

/** Shown when the address names somebody unknown: their name is being looked up, or nobody has that number. */
export function Unknown({ of }: { of: Key }) {
  const app = useApp();
  const { chat } = app;
  const isLookedUp = useSignal(false);
  const isListed = chat.listing.isLoaded.value;
  useEffect(() => {
    if (isListed && isUser(of)) {
      void app.try(chat.requests.lookUp([of as `U${number}`])).then(() => (isLookedUp.value = true));
    } else {
      isLookedUp.value = isListed;
    }
  }, [of, isListed]);
  return (
    <section class="nothing">
      <h1 tabIndex={-1}>{isLookedUp.value ? (isUser(of) ? words().noSuchPerson : words().noSuchGroup) : ""}</h1>
      <button type="button" class="plain" onClick={() => app.go({ at: "chats" }, true)}>
        {words().chats}
      </button>
    </section>
  );
}
