package chatd.daemon.store;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Entries for tests. */
public final class Rows {
    public static final Instant TIME = Instant.parse("2026-11-20T06:15:00.123456Z");

    private Rows() {}

    public static Entry.AccountChange account(long number, String name, long everyoneAfter) {
        Account account = new Account(
                number,
                name,
                "",
                Account.State.ACTIVE,
                false,
                Optional.empty(),
                false,
                everyoneAfter,
                TIME,
                Optional.empty());
        return new Entry.AccountChange(
                change(number, number, name, Entry.Kind.ADDED), new Entry.AccountMade(account, "hash of " + name));
    }

    static Entry.Change change(long number, long account, String name, Entry.Kind kind) {
        return new Entry.Change(number, account, name, kind, TIME, null, "root", Optional.empty(), 0);
    }

    public static Entry.Message text(long number, long sender, @Nullable List<Long> to, String text) {
        byte[] salt = new byte[16];
        Arrays.fill(salt, (byte) number);
        return new Entry.Message(number, TIME, sender, to, text, null, salt, null);
    }

    static Entry.Message file(long number, long sender, @Nullable List<Long> to, Entry.StoredFile file) {
        return new Entry.Message(number, TIME, sender, to, null, file, new byte[16], null);
    }
}
