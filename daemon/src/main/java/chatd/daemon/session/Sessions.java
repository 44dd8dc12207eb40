package chatd.daemon.session;

import java.time.Clock;
import java.util.Collection;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/**
 * The components that keep track of sessions; {@code presence} and {@code fanout} share the presence lock.
 *
 * @param connections all connections, logged in or not
 * @param presence who is online
 * @param fanout what sessions are sent
 */
public record Sessions(ConnectionRegistry connections, Presence presence, Fanout fanout) {
    /**
     * @param deliveredTo the last message number of the previous run
     * @param names the existing accounts' names, by number
     * @param groupsOf returns the groups that an account is in; called with the presence lock held
     */
    public static Sessions of(
            long deliveredTo,
            SortedMap<Long, String> names,
            LongFunction<? extends Collection<Long>> groupsOf,
            Clock clock) {
        ReentrantLock presenceLock = new ReentrantLock();
        OnlineAccounts online = new OnlineAccounts();
        GroupAudiences audiences = new GroupAudiences();
        Fanout fanout = new Fanout(presenceLock, online, audiences, deliveredTo, clock);
        return new Sessions(
                new ConnectionRegistry(fanout),
                new Presence(presenceLock, online, audiences, fanout, names, groupsOf),
                fanout);
    }
}
