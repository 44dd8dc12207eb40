package chatd.daemon.login;

import chatd.daemon.store.read.RestorationStore.Restored;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/**
 * When this server was restored from a backup, and who is to be told that what came after the backup is lost. Immutable.
 *
 * @param all the newest first
 */
record Restorations(List<Restored> all) {
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

    /**
     * Returns the restoration by which a client may have lost messages that it knows: for a resumed session, if the last
     * message that it has seen is among those that are lost; otherwise if it is the first login of the account since.
     */
    Optional<Restored> lossOf(LoginRequest request, Optional<Instant> lastLogin) {
        return all.stream()
                .filter(restored -> request.isResumed()
                        ? request.after() > restored.position() && request.after() < restored.begins()
                        : lastLogin.filter(restored.time()::isAfter).isPresent())
                .findFirst();
    }

    /** Returns what people are told. */
    static String notice(Restored lost) {
        return "The server was restored from a backup: what came after " + MINUTE.format(lost.backup())
                + " is lost, and so is what you changed since.";
    }
}
