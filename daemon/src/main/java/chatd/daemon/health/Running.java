package chatd.daemon.health;

import chatd.daemon.journal.Journal;
import chatd.daemon.model.Refusal;
import chatd.daemon.service.Services;
import chatd.daemon.session.Sessions;
import chatd.protocol.value.Code;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the daemon that exist once it has reached its database. Until then, commands that need them are refused.
 * Any thread.
 */
public final class Running {
    private volatile @Nullable Parts parts;
    private volatile String waiting = "";

    /** @param listening the addresses on which clients are served */
    public record Parts(Services services, Sessions sessions, Journal journal, List<InetSocketAddress> listening) {}

    /** Sets why the database has not been reached yet, in the database's own words; empty once it has been. */
    public void setWaitReason(String reason) {
        waiting = reason;
    }

    /** Provides the parts, from now on. */
    public void setParts(Parts all) {
        parts = all;
    }

    /** Returns the parts; empty while the daemon starts. */
    public Optional<Parts> ifStarted() {
        return Optional.ofNullable(parts);
    }

    /** Returns what the starting daemon is doing, as a clause. */
    public String progress() {
        String reason = waiting;
        return reason.isEmpty() ? "the daemon is starting" : "the daemon is waiting for its database: " + reason;
    }

    public Services services() {
        return startedParts().services();
    }

    public Sessions sessions() {
        return startedParts().sessions();
    }

    /** @throws Refusal {@link Code#BUSY} while the daemon starts */
    private Parts startedParts() {
        return ifStarted()
                .orElseThrow(() -> new Refusal(
                        Code.BUSY, "Nothing was done: " + progress() + ". `chat-admin stats` says when it is ready."));
    }
}
