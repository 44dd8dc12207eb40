package chatd.client.screen;

import chatd.client.talk.Item;
import chatd.client.talk.Preferences;
import chatd.client.talk.Setting;
import chatd.client.talk.View;
import chatd.text.SafeText;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/** Shows the events of a conversation on a {@link Screen}. Thread-safe. */
public final class Presenter implements View {
    /** The indent, in columns, of an item's further lines: below the text, to the right of the time. */
    private static final int SAID = 6;

    private static final int NOTICE = 2;

    private final Screen screen;
    private final String me;
    private final boolean mayColour;
    private Preferences preferences = Preferences.none();
    private LineFormatter lines;
    private @Nullable LocalDate day;

    public Presenter(Screen screen, String me, boolean mayColour) {
        this.screen = screen;
        this.me = me;
        this.mayColour = mayColour;
        this.lines = new LineFormatter(me, ZoneId.systemDefault(), preferences, mayColour);
    }

    @Override
    public synchronized void preferences(Preferences read) {
        preferences = read;
        lines = new LineFormatter(me, ZoneId.systemDefault(), read, mayColour);
        screen.keepHistory(read.is(Setting.HISTORY, "on"));
    }

    /** Shows a notice to the user. */
    public synchronized void notice(String text) {
        screen.show(List.of(lines.notice(text)), NOTICE);
    }

    /** Shows a text of several lines as it is, such as help. */
    public synchronized void page(String text) {
        screen.show(text.lines().map(AttributedString::new).toList(), NOTICE);
    }

    public synchronized String time(java.time.Instant time) {
        return lines.whole(time);
    }

    private boolean isHidden(Item item) {
        return preferences.ignored().contains(item.sender());
    }

    @Override
    public synchronized void said(Item item) {
        if (isHidden(item)) {
            return;
        }
        List<AttributedString> block = new ArrayList<>();
        add(block, item);
        screen.show(block, SAID);
        boolean isMention = lines.mentions(item);
        if (!item.isMine()
                && (preferences.is(Setting.NOTIFY, "all")
                        || (isMention && preferences.is(Setting.NOTIFY, "mentions")))) {
            String alert = preferences.get(Setting.ALERT);
            screen.ring(
                    !alert.equals("desktop"),
                    !alert.equals("bell"),
                    SafeText.line(item.sender()),
                    SafeText.line(item.text()));
        }
    }

    private void add(List<AttributedString> block, Item item) {
        LocalDate now = lines.day(item);
        if (!now.equals(day)) {
            day = now;
            block.add(lines.day(now));
        }
        block.add(lines.said(item));
    }

    @Override
    public synchronized void replayed(Replay replay) {
        List<Item> items =
                replay.items().stream().filter(item -> !isHidden(item)).toList();
        List<AttributedString> block = new ArrayList<>();
        String heading = heading(replay, items);
        if (!heading.isEmpty()) {
            block.add(lines.heading(heading));
        }
        if (replay.wasCut()) {
            block.add(lines.notice("There may be more before this, which the server did not replay: /history 1000"));
        }
        if (replay.reason() == Reason.ASKED) {
            day = null;
        }
        items.forEach(item -> add(block, item));
        if (replay.reason() == Reason.ASKED) {
            int hidden = replay.items().size() - items.size();
            block.add(lines.heading(hidden == 0 ? "end of the history" : "end; " + hidden + " from ignored users"));
        } else if (!heading.isEmpty()) {
            block.add(lines.heading("now"));
        }
        if (!block.isEmpty()) {
            screen.show(block, SAID);
        }
    }

    private String heading(Replay replay, List<Item> items) {
        boolean isNews = items.stream().anyMatch(item -> item.to().isEmpty());
        return switch (replay.reason()) {
            case ASKED -> items.isEmpty() ? "there is nothing in your history" : "your history";
            case FIRST -> isNews ? "the last of your history" : "";
            case AWAY -> isNews || replay.wasCut() ? "while you were away" : "";
            case LOSS -> isNews || replay.wasCut() ? "while the connection was down" : "";
            case CHECK -> "";
        };
    }

    @Override
    public synchronized void presence(String name, Presence presence) {
        if (preferences.is(Setting.PRESENCE, "all")) {
            String what = switch (presence) {
                case ONLINE -> " is online";
                case OFFLINE -> " is offline";
                case NEW -> " has an account now";
            };
            screen.show(List.of(lines.quiet(name + what)), NOTICE);
        }
    }

    @Override
    public void lost(String why) {
        notice(why + " Trying again…");
    }

    @Override
    public void back() {
        notice("Connected again.");
    }

    @Override
    public void ended(String why) {
        notice(why + " Press Enter to log in again, Ctrl-D to leave.");
    }

    @Override
    public synchronized void waiting(Item item) {
        screen.show(List.of(lines.quiet("not stored yet: " + item.text())), NOTICE);
    }

    @Override
    public synchronized void notSent(Item item) {
        String to = LineFormatter.receivers(item.to().orElse(List.of()));
        screen.show(List.of(lines.warning("NOT SENT to " + to + ": " + item.text())), NOTICE);
    }
}
