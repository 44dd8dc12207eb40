package chatd.daemon.messages;

import chatd.daemon.limit.AccountSlots;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.protocol.event.Event;
import java.util.function.LongFunction;

/** Limits how many pages are read at once: {@value #PAGES}, and one of an account; further ones wait. Blocks. */
public final class Pages {
    private static final int PAGES = 8;
    /** Maximum bytes of a page's items when {@linkplain chatd.daemon.session.SessionOutput#isBacklogLarge memory is tight}. */
    private static final long SMALL_PAGE = 32 << 10;

    private final Sessions sessions;
    private final AccountSlots places = new AccountSlots(PAGES);

    public Pages(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Returns the maximum bytes of the items of a page. */
    public static long bytes(Session session) {
        long limit = session.dialect().pageBytes();
        return session.output().isBacklogLarge() ? Math.min(SMALL_PAGE, limit) : limit;
    }

    /**
     * Answers with a page of what was delivered by now. What is delivered while it waits for its turn is in it.
     *
     * @param page reads the page, with messages up to a number
     */
    void answer(Session session, LongFunction<Event> page) throws InterruptedException {
        var _ = places.run(session.account(), () -> {
            sessions.fanout().answer(session, (answer, upTo) -> answer.put(page.apply(upTo)));
            return session;
        });
    }
}
