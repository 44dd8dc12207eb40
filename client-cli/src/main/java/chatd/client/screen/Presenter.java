package chatd.client.screen;

import chatd.client.talk.Preferences;
import chatd.client.talk.Setting;
import chatd.client.talk.View;
import chatd.client.talk.item.ConversationSummary;
import chatd.client.talk.item.Found;
import chatd.client.talk.item.Item;
import chatd.client.talk.item.Outgoing;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.text.SafeText;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jline.utils.AttributedString;
import org.jspecify.annotations.Nullable;

/** Shows the events of a conversation on a {@link Screen}. Thread-safe. */
public final class Presenter implements View {
    /** The indent, in columns, of an item's further lines: below the text, to the right of the time. */
    private static final int SAID = 6;

    private static final int NOTICE = 2;

    /** Maximum number of conversations shown after a login. */
    private static final int WAITING = 5;

    private static final int LISTED = 50;

    /** Maximum number of characters of a text that is identified by its beginning. */
    private static final int MAX_QUOTED = 40;

    /** The most pending texts shown. */
    private static final int PENDING = 3;

    /** How long a text is pending before its age is shown. */
    private static final Duration LATE_AFTER = Duration.ofSeconds(3);

    /** How long the notice that somebody is writing is not repeated. */
    private static final Duration TYPING = Duration.ofSeconds(30);

    private final Screen screen;
    private volatile String me;
    private final boolean mayColour;

    @GuardedBy("this")
    private Preferences preferences = Preferences.none();

    @GuardedBy("this")
    private LineFormatter lines;

    @GuardedBy("this")
    private @Nullable LocalDate day;

    @GuardedBy("this")
    private final ItemFilter filter;

    private volatile UnaryOperator<String> labels = recipient -> recipient;

    @GuardedBy("this")
    private BiConsumer<String, String> renaming = (was, to) -> {};

    private final ShownItems items;

    /** Pending texts that were already reported as late. */
    @GuardedBy("this")
    private final Set<Outgoing> late = new HashSet<>();

    @GuardedBy("this")
    private String lastSender = "";

    /** The number of the last text sent from here that nobody is known to have read; 0 for none. */
    @GuardedBy("this")
    private long lastSent;

    @GuardedBy("this")
    private String typing = "";

    @GuardedBy("this")
    private long typed;

    public Presenter(Screen screen, String me, boolean mayColour) {
        this.screen = screen;
        this.me = me;
        this.mayColour = mayColour;
        this.items = new ShownItems(() -> this.me, this::label);
        this.filter = new ItemFilter(items, () -> this.me);
        this.lines = new LineFormatter(me, ZoneId.systemDefault(), preferences, mayColour, this::label);
    }

    private String label(String recipient) {
        return labels.apply(recipient);
    }

    /** Sets how recipients are shown. */
    public synchronized void setLabels(UnaryOperator<String> by) {
        labels = by;
    }

    /** Sets the user's name. */
    public synchronized void setUserName(String name) {
        me = name;
        lines = new LineFormatter(me, ZoneId.systemDefault(), preferences, mayColour, this::label);
    }

    /** Sets the listener for renamed users, called with the former and the new name. */
    public synchronized void onRename(BiConsumer<String, String> listener) {
        renaming = listener;
    }

    @Override
    public void renamed(String was, String to, boolean isMe) {
        BiConsumer<String, String> listener;
        synchronized (this) {
            if (isMe) {
                setUserName(to);
            }
            items.rename(was, to);
            lastSender = lastSender.equals(was) ? to : lastSender;
            listener = renaming;
        }
        notice(was + " is now called " + to + ".");
        listener.accept(was, to);
    }

    @Override
    public synchronized void preferences(Preferences read) {
        preferences = read;
        filter.setPreferences(read);
        lines = new LineFormatter(me, ZoneId.systemDefault(), read, mayColour, this::label);
        screen.keepHistory(read.is(Setting.HISTORY, "on"));
    }

    @Override
    public synchronized void notice(String text) {
        screen.show(List.of(lines.notice(text)), NOTICE);
    }

    /** Shows a text of several lines as it is, such as a list. */
    public void page(String text) {
        page(text, NOTICE);
    }

    /** @param indent columns by which the rest of a line that is too long is indented */
    public synchronized void page(String text, int indent) {
        screen.show(text.lines().map(AttributedString::new).toList(), indent);
    }

    public synchronized String time(java.time.Instant time) {
        return lines.dateAndTime(time);
    }

    @Override
    public synchronized void setBlocked(Predicate<String> isBlocked) {
        filter.setBlocked(isBlocked);
    }

    /** Sets how to look up what the user wants to be notified of in the conversation of an item. */
    public synchronized void setNotices(Function<Item, ConversationPreferences.Notices> by) {
        filter.setNotices(by);
    }

    @Override
    public synchronized void received(Item item) {
        showItem(item, items.answered(item));
    }

    /** @param other the item that it answers or is about; null if that is not known */
    public synchronized void showItem(Item item, @Nullable Item other) {
        if (filter.isHidden(item)) {
            if (item.action() == Item.Action.TAKEN_BACK) {
                items.remove(item.of());
            }
            return;
        }
        List<AttributedString> block = new ArrayList<>();
        add(block, item, other, false, List.of());
        screen.show(block, SAID);
        if (item.of() > 0 || item.action() == Item.Action.GROUP) {
            return;
        }
        if (item.isMine()) {
            lastSent = Math.max(lastSent, item.number());
        } else if (!item.isFromServer()) {
            lastSender = item.otherSide(me);
        }
        if (filter.alerts(item, lines.mentions(item))) {
            String alert = preferences.get(Setting.ALERT);
            screen.ring(
                    !alert.equals("desktop"),
                    !alert.equals("bell"),
                    SafeText.line(item.sender()),
                    SafeText.line(item.text()));
        }
    }

    @GuardedBy("this")
    private void add(List<AttributedString> block, Item item, boolean isNumbered) {
        add(block, item, items.answered(item), isNumbered, List.of());
    }

    /** @param places where the search matches in its text */
    @GuardedBy("this")
    private void add(
            List<AttributedString> block,
            Item item,
            @Nullable Item other,
            boolean isNumbered,
            List<MessageEvent.Place> places) {
        LocalDate now = lines.day(item);
        if (!now.equals(day)) {
            day = now;
            block.add(lines.day(now));
        }
        block.add(lines.format(item, isNumbered, other, places));
        items.apply(item);
    }

    @Override
    public synchronized void replayed(Replay replay) {
        List<Item> visible = new ArrayList<>();
        for (Item item : replay.items()) {
            if (!filter.isHidden(item)) {
                visible.add(item);
            }
        }
        List<AttributedString> block = new ArrayList<>();
        String heading = ReplayWords.heading(replay, visible);
        if (!heading.isEmpty()) {
            block.add(lines.heading(heading));
        }
        if (replay.hasOlder() && replay.reason() != Reason.ASKED) {
            block.add(lines.notice("There may be more before this, which the server did not replay: /history 1000"));
        }
        if (replay.reason() == Reason.ASKED || replay.reason() == Reason.UNREAD) {
            day = null;
        }
        visible.forEach(item -> add(block, item, replay.reason() == Reason.ASKED));
        if (replay.reason() == Reason.ASKED) {
            int hidden = replay.items().size() - visible.size();
            block.add(lines.heading(ReplayWords.end(replay, hidden)));
        } else if (!heading.isEmpty()) {
            block.add(lines.heading("now"));
        }
        if (!block.isEmpty()) {
            screen.show(block, SAID);
        }
    }

    /**
     * Shows search results like a history, the newest last.
     *
     * @param isNew whether these are the first results of a search
     */
    public synchronized void found(String words, Found found, boolean isNew) {
        List<AttributedString> block = new ArrayList<>();
        block.add(lines.heading("found: " + SafeText.line(LineFormatter.beginning(words, 40))));
        day = null;
        found.hits().reversed().forEach(hit -> add(block, hit.item(), items.answered(hit.item()), true, hit.places()));
        int count = found.hits().size();
        String end = count == 0
                ? isNew ? "nothing was found" : "nothing older was found"
                : "/history #" + found.hits().getFirst().item().number() + " shows what is around the last one"
                        + (found.hasMore() ? "; /find shows older ones" : "");
        block.add(lines.heading(end));
        if (found.upTo() != MessageEvent.Found.EVERYTHING) {
            block.add(lines.notice("The server is indexing: messages after #" + found.upTo() + " were not searched."));
        }
        screen.show(block, SAID);
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
        screen.mark("offline");
        notice(why + " Trying again…");
    }

    @Override
    public void retrying(Duration left) {
        long seconds = (left.toMillis() + 999) / 1000;
        screen.mark(seconds < 2 ? "offline" : "offline, next try in " + seconds + " s, Enter: now");
    }

    @Override
    public void reconnected() {
        screen.mark("");
        notice("Connected again.");
    }

    @Override
    public void ended(String why) {
        screen.mark("");
        notice(why + " Press Enter to log in again, Ctrl-D to leave.");
    }

    /** Shows the first of them above the prompt; where that is not possible, reports once each that is late. */
    @Override
    public synchronized void pending(List<Outgoing> texts) {
        List<String> shown = new ArrayList<>();
        for (Outgoing text : texts.subList(0, Math.min(PENDING, texts.size()))) {
            shown.add("sending to " + SafeText.line(lines.receivers(text.to()))
                    + (isLate(text) ? " for " + text.age().toSeconds() + " s: " : ": ")
                    + SafeText.line(text.item().text()));
        }
        if (texts.size() > PENDING) {
            shown.add("and %d more".formatted(texts.size() - PENDING));
        }
        if (!screen.showAbovePrompt(shown)) {
            late.retainAll(texts);
            for (Outgoing text : texts) {
                if (isLate(text) && late.add(text)) {
                    screen.show(
                            List.of(lines.quiet("not stored yet: " + text.item().text())), NOTICE);
                }
            }
        }
    }

    private static boolean isLate(Outgoing text) {
        return text.age().compareTo(LATE_AFTER) >= 0;
    }

    @Override
    public synchronized void notSent(Item item, String why) {
        String to = lines.receivers(item.to().orElse(List.of()));
        screen.show(
                List.of(lines.warning("NOT SENT to " + to + ": " + item.text() + (why.isEmpty() ? "" : "\n" + why))),
                NOTICE);
    }

    @Override
    public synchronized void showWaiting(List<ConversationSummary> unread, Map<String, String> asking) {
        if (!unread.isEmpty()) {
            List<AttributedString> block = new ArrayList<>();
            block.add(lines.heading("unread"));
            block.addAll(waiting(unread, WAITING));
            String more = unread.size() > WAITING ? " " + (unread.size() - WAITING) + " more: /unread." : "";
            block.add(lines.notice("/next shows them, one conversation at a time." + more));
            screen.show(block, NOTICE);
        }
        asking.forEach(this::friendRequested);
    }

    @Override
    public void friendRequested(String name, String text) {
        notice(name + " asks to be your friend" + (text.isEmpty() ? "." : ": " + text) + "\n/friend " + name
                + " agrees, /unfriend " + name + " declines.");
    }

    private String conversation(String with) {
        return with.isEmpty() ? "(everyone)" : label(with);
    }

    /** Returns the files that were shown, the most recent first. Any thread; takes no lock. */
    public List<LineCompleter.File> files() {
        return items.files();
    }

    /** Returns who wrote to this user last; empty if nobody has. */
    public synchronized String lastSender() {
        return lastSender;
    }

    /**
     * Returns an item that was shown lately; null if there is none.
     *
     * @param number its number; 0 for the last one that somebody else wrote in the conversation with {@code with}
     * @param with the other users of the conversation; nobody means everyone, null any conversation
     */
    public synchronized @Nullable Item shown(long number, @Nullable List<String> with) {
        return items.find(number, with);
    }

    /** Remembers an item that is about to be answered or amended, as if it had been shown. */
    public synchronized void remember(Item item) {
        items.remember(item);
    }

    /**
     * Returns the last item that the user sent and that was shown; null if there is none. Takes no lock.
     *
     * @param with the others in its conversation, as in {@link #shown}; null if there are no recipients
     */
    public @Nullable Item lastOwn(@Nullable List<String> with) {
        return items.lastOwn(with);
    }

    /** Shows a list of conversations with something unread. */
    public synchronized void unread(List<ConversationSummary> unread) {
        screen.show(waiting(unread, LISTED), NOTICE);
    }

    @GuardedBy("this")
    private List<AttributedString> waiting(List<ConversationSummary> unread, int limit) {
        List<AttributedString> block = new ArrayList<>();
        for (ConversationSummary one : unread.subList(0, Math.min(limit, unread.size()))) {
            block.add(lines.unreadLine(one, conversation(one.with())));
        }
        return block;
    }

    @Override
    public synchronized void typing(String name) {
        long now = System.nanoTime();
        // Without a prompt, nobody would see that the writing has stopped.
        String usual = screen.isInteractive() ? "on" : "off";
        if (preferences.ignored().contains(name)
                || !preferences.get(Setting.WRITING, usual).equals("on")) {
            return;
        }
        if (!name.equals(typing) || now - typed > TYPING.toNanos()) {
            screen.show(List.of(lines.quiet(name + " is writing…")), NOTICE);
        }
        typing = name;
        typed = now;
    }

    /** Shows once that somebody has read the last text sent from here. */
    @Override
    public synchronized void read(String name, long number) {
        if (lastSent > 0 && number >= lastSent) {
            Item item = items.get(lastSent);
            lastSent = 0;
            if (preferences.is(Setting.READ, "on")) {
                String what = item == null ? "it" : "up to “" + LineFormatter.beginning(item.text(), MAX_QUOTED) + "”";
                screen.show(List.of(lines.quiet(name + " has read " + what)), NOTICE);
            }
        }
    }
}
