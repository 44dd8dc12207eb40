package chatd.daemon.model;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a change does to the tables. */
public sealed interface Effect {
    record AccountMade(Account account, String hash) implements Effect {}

    /** @param ends of a one-time password; empty is never */
    record PasswordSet(String hash, boolean mustChange, Optional<Instant> ends) implements Effect {}

    /** The account is afterwards as this, but for its password and its log ins. */
    record AccountUpdated(Account account) implements Effect {}

    /** Its password, settings and networks are gone; its number and its names stay, never to be given again. */
    record AccountDeleted() implements Effect {}

    /** @param rehashed the same password hashed anew, with the parameters of today; null where that was not due */
    record LoggedIn(
            String address,
            int port,
            String network,
            @Nullable String rehashed) implements Effect {}

    record SettingsStored(byte[] document) implements Effect {}
}
