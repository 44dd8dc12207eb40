package chatd.client.screen;

import chatd.client.talk.View.Replay;
import chatd.client.talk.item.Item;
import java.util.ArrayList;
import java.util.List;

/** What is said above and below a part of the history. */
final class ReplayWords {
    private ReplayWords() {}

    /** Returns the last line of a part of the history: whether it is the end, and what shows the rest. */
    static String end(Replay replay, int hidden) {
        List<String> said = new ArrayList<>();
        if (!replay.hasNewer()) {
            boolean isNothing = replay.items().isEmpty();
            said.add(
                    !isNothing
                            ? "end of the history"
                            : replay.hasOlder() ? "there is nothing after that" : "there is nothing in your history");
        } else if (replay.items().isEmpty()) {
            said.add("there is nothing before that");
        }
        if (hidden > 0) {
            said.add(hidden + " from people whom you ignore or have blocked");
        }
        if (replay.hasOlder()) {
            said.add("/older shows what was before");
        }
        if (replay.hasNewer() && !replay.items().isEmpty()) {
            said.add("/newer shows what came after");
        }
        return String.join("; ", said);
    }

    /** Returns the line above the items; empty for none. */
    static String heading(Replay replay, List<Item> items) {
        boolean isNews = items.stream().anyMatch(item -> item.to().isEmpty());
        return switch (replay.reason()) {
            case ASKED -> replay.items().isEmpty() ? "" : "your history";
            case UNREAD -> items.isEmpty() ? "" : "unread";
            case FIRST -> isNews ? "the last of your history" : "";
            case AWAY -> isNews || replay.hasOlder() ? "while you were away" : "";
            case LOSS -> isNews || replay.hasOlder() ? "while the connection was down" : "";
            case CHECK -> "";
        };
    }
}
