package chatd.client.repl;

import chatd.client.input.PlaceConverter;
import chatd.client.input.TypedSearch;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.screen.TypedLine;
import chatd.client.talk.View;
import chatd.client.talk.item.ConversationSummary;
import chatd.client.talk.item.Found;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.request.Histories;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.text.SafeText;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commands that need more than {@code chat/1} offers. On the user's thread. */
public final class ChatJsonActions {
    private static final long NOTHING = -1;

    /** Items shown on each side of one. */
    private static final long AROUND = 10;

    /** Search hits shown at a time. */
    private static final long HITS = 20;

    private final Screen screen;
    private final Presenter presenter;

    /** The sessions as they were listed last, which {@code /sessions end} refers to. */
    private List<SessionEvent.OwnSession> listed = List.of();

    /** Whose history was shown last; {@link #first} and {@link #last} are the numbers at the ends of that part. */
    private HistoryScope shownOf = new HistoryScope.All();

    /** What was searched for last, and the oldest number that was found. */
    private String lastQuery = "";

    private long oldestHit = Long.MAX_VALUE;

    private long first;
    private long last = NOTHING;

    ChatJsonActions(Screen screen, Presenter presenter) {
        this.screen = screen;
        this.presenter = presenter;
    }

    /** Shows the last items, or the first since a time; parameters as in {@link TypedLine.History}. */
    void history(ResumedSession session, HistoryScope named, Optional<String> since, long count)
            throws IOException, InterruptedException {
        Histories histories = session.histories();
        HistoryScope scope = session.resolve(named);
        if (since.isEmpty()) {
            first = Long.MAX_VALUE;
            last = 0;
            Histories.Part part = last(histories, scope, Long.MAX_VALUE, count);
            show(scope, part, part.hasMore(), false);
        } else {
            long before = histories.after(scope, PlaceConverter.place(since.get()));
            first = before + 1;
            last = before;
            Histories.Part part = histories.first(scope, before, Long.MAX_VALUE, count);
            show(scope, part, before > 0, part.hasMore());
        }
    }

    /** Shows what is next to the part of the history that was shown last. */
    void history(ResumedSession session, boolean isOlder, long count) throws IOException, InterruptedException {
        if (last == NOTHING) {
            presenter.notice("Begin with /history, for example /history bob or /history yesterday.");
            return;
        }
        Histories histories = session.histories();
        Histories.Part part = isOlder
                ? last(histories, shownOf, first, count)
                : histories.first(shownOf, last, Long.MAX_VALUE, count);
        // Where nothing was shown, nothing comes after that place.
        boolean wasShown = first <= last;
        show(shownOf, part, isOlder ? part.hasMore() : last > 0, isOlder ? wasShown : part.hasMore());
    }

    /** Reads the last items before a number; Ctrl-C stops, and what was read by then is returned. */
    private Histories.Part last(Histories histories, HistoryScope scope, long before, long count)
            throws IOException, InterruptedException {
        try (Screen.Progress progress = screen.progress("history", "Ctrl-C stops")) {
            return histories.last(scope, before, count, read -> progress.updateCount(read, count));
        }
    }

    private void show(HistoryScope scope, Histories.Part part, boolean hasOlder, boolean hasNewer) {
        shownOf = scope;
        if (!part.items().isEmpty()) {
            first = part.items().getFirst().number();
            last = part.items().getLast().number();
        }
        presenter.replayed(new View.Replay(View.Reason.ASKED, part.items(), hasOlder, hasNewer));
    }

    /** Shows what is before and after a message in its conversation; {@link #history} goes on from there. */
    void around(ResumedSession session, long number, String with) throws IOException, InterruptedException {
        Histories histories = session.histories();
        HistoryScope conversation = HistoryScope.of(with);
        Histories.Part before = histories.last(conversation, number + 1, AROUND + 1);
        Histories.Part after = histories.first(conversation, number, Long.MAX_VALUE, AROUND);
        List<Item> items = new ArrayList<>(before.items());
        items.addAll(after.items());
        show(conversation, new Histories.Part(items, false), before.hasMore(), after.hasMore());
    }

    /** Searches for words; without any, shows the next older hits of the last search. */
    void find(ResumedSession session, String words) throws IOException, InterruptedException {
        if (words.isEmpty() && lastQuery.isEmpty()) {
            presenter.notice(
                    "Say what to search for: /find WORDS. Words in quotes have to follow one another; from:bob,"
                            + " with:Ops, since:yesterday, until:14:05 and media:file bound it.");
            return;
        }
        String query = words.isEmpty() ? lastQuery : words;
        Histories.SearchQuery wanted = TypedSearch.parse(session, query);
        if (!words.isEmpty()) {
            lastQuery = words;
            oldestHit = Long.MAX_VALUE;
        }
        Found found = session.histories().find(wanted, oldestHit, HITS);
        oldestHit = found.hits().isEmpty()
                ? oldestHit
                : found.hits().getLast().item().number();
        presenter.found(lastQuery, found, !words.isEmpty());
    }

    void unread(ResumedSession session) throws IOException, InterruptedException {
        List<ConversationSummary> unread = session.histories().unread();
        if (unread.isEmpty()) {
            presenter.notice("Nothing is unread.");
        } else {
            presenter.unread(unread);
        }
    }

    /** Shows what is unread in the conversation that has waited longest; returns the recipients from then on. */
    Optional<List<String>> next(ResumedSession session) throws IOException, InterruptedException {
        List<ConversationSummary> unread = session.histories().unread();
        if (unread.isEmpty()) {
            presenter.notice("Nothing is unread.");
            return Optional.empty();
        }
        ConversationSummary oldest = unread.getLast();
        boolean hasMore = session.histories().readUnread(oldest);
        if (hasMore || unread.size() > 1) {
            presenter.notice("/next shows what else is unread.");
        }
        return Optional.of(oldest.with().isEmpty() ? List.of() : List.of(oldest.with()));
    }

    /** Takes an item back; returns the item that shows this. */
    Item takeBack(ResumedSession session, Item item) throws IOException, InterruptedException {
        return item.ownAction(
                Item.Action.TAKEN_BACK,
                "",
                session.amendments().takeBack(item.number()),
                session.name(),
                Instant.now());
    }

    /** Corrects a text of the user's own; returns the item that shows this. */
    Item correct(ResumedSession session, Item item, String text) throws IOException, InterruptedException {
        return item.ownAction(
                Item.Action.CORRECTED,
                text,
                session.amendments().correct(item.number(), text),
                session.name(),
                Instant.now());
    }

    /**
     * Reacts to an item, or removes the reaction; returns the item that shows this, without a number if nothing
     * changed.
     */
    Item react(ResumedSession session, Item item, String code, boolean on) throws IOException, InterruptedException {
        return item.ownAction(
                on ? Item.Action.REACTED : Item.Action.REACTION_REMOVED,
                code,
                session.amendments().react(item.number(), code, on),
                session.name(),
                Instant.now());
    }

    void friends(ResumedSession session) throws IOException, InterruptedException {
        List<UserEvent.FoundUser> friends = session.friends().all();
        for (boolean online : new boolean[] {true, false}) {
            String names = friends.stream()
                    .filter(friend -> friend.online() == online)
                    .map(UserEvent.FoundUser::name)
                    .sorted()
                    .collect(Collectors.joining(", "));
            if (!names.isEmpty()) {
                presenter.notice((online ? "Friends online: " : "Friends offline: ") + names);
            }
        }
        Map<String, String> asking = session.friends().pendingRequests();
        asking.forEach((name, text) ->
                presenter.notice(name + " asks to be your friend" + (text.isEmpty() ? "." : ": " + text)));
        if (friends.isEmpty() && asking.isEmpty()) {
            presenter.notice("You have no friends here yet. /friend NAME asks somebody.");
        }
    }

    void befriend(ResumedSession session, String name, String text) throws IOException, InterruptedException {
        boolean agrees = session.friends().pendingRequests().containsKey(name);
        session.friends().ask(name, text);
        if (!agrees) {
            presenter.notice(name + " was asked, and may take any time to answer.");
        }
    }

    void unfriend(ResumedSession session, String name) throws IOException, InterruptedException {
        boolean asks = session.friends().pendingRequests().containsKey(name);
        session.friends().remove(name);
        presenter.notice(asks ? name + " was declined, and is not told." : name + " isn't your friend any more.");
    }

    void block(ResumedSession session, String name, boolean on) throws IOException, InterruptedException {
        session.friends().block(name, on);
        presenter.notice(
                on
                        ? "Nothing that " + name + " sends to you alone arrives any more, and what " + name
                                + " writes in groups and to everyone is hidden. " + name + " is not told. /unblock "
                                + name + " ends it."
                        : "What " + name + " sends arrives again; what was sent meanwhile does not.");
    }

    void notices(ResumedSession session, String with, String what) throws IOException, InterruptedException {
        session.notices(
                session.resolveRecipient(with), ConversationPreferences.Notices.valueOf(what.toUpperCase(Locale.ROOT)));
        presenter.notice((with.isEmpty() ? "What is sent to everyone" : "What " + with + " writes")
                + switch (what) {
                    case "all" -> " alerts you as /set notify says.";
                    case "mentions" -> " alerts you if it mentions you.";
                    default -> " does not alert you.";
                });
    }

    /** @param end a number of the list, or {@code others}; empty to list them */
    void sessions(ResumedSession session, String end) throws IOException, InterruptedException {
        if (end.isEmpty()) {
            listed = session.ownSessions().list();
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < listed.size(); i++) {
                SessionEvent.OwnSession one = listed.get(i);
                lines.append("%3d  %s  %s%s%s%n     since %s, used %s%n"
                        .formatted(
                                i + 1,
                                SafeText.line(one.address()),
                                SafeText.line(one.dialect().isEmpty() ? "not logged in" : one.dialect()),
                                one.remembered() ? ", remembered" : "",
                                one.isThis() ? ", this one" : "",
                                presenter.time(one.since()),
                                presenter.time(one.lastUsed())));
            }
            presenter.page(lines.toString());
        } else if (end.equals("others")) {
            session.ownSessions().endOthers();
            presenter.notice("All your other sessions were ended, and their devices forgotten.");
        } else {
            int number = Integer.parseInt(end);
            if (number < 1 || number > listed.size()) {
                presenter.notice("There is no session " + number + " in the list; /sessions shows it.");
                return;
            }
            session.ownSessions().end(listed.get(number - 1).session());
            presenter.notice("Session " + number + " was ended.");
        }
    }
}
