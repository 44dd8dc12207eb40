package chatd.daemon.store.read;

import chatd.daemon.model.account.Account;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.StoredFile;
import chatd.protocol.value.References;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Entries for tests. */
public final class Rows {
    public static final Instant TIME = Instant.parse("2026-11-20T06:15:00.123456Z");

    private Rows() {}

    public static AccountChange account(long number, String name, long everyoneAfter) {
        Account account = Account.fresh(number, name, "", Account.Password.OWN, everyoneAfter, TIME);
        return new AccountChange(
                change(number, number, name, Change.Kind.ADDED), new Effect.AccountMade(account, "hash of " + name));
    }

    public static Change change(long number, long account, String name, Change.Kind kind) {
        return new Change(number, account, name, kind, TIME, null, "root", Optional.empty(), 0, 0, 0);
    }

    public static Message text(long number, long sender, @Nullable List<Long> to, String text) {
        byte[] salt = new byte[16];
        Arrays.fill(salt, (byte) number);
        return new Message(number, TIME, sender, to, List.of(), text, null, salt, References.NONE, null, null);
    }

    /** Returns a text to everyone with an identifier of its client's. */
    public static Message once(long number, long sender, String text, Instant time, IdempotencyKey once) {
        return new Message(
                number, time, sender, null, List.of(), text, null, new byte[16], References.NONE, null, once);
    }

    public static Amendment corrected(long number, Message message, String text) {
        return new Amendment(
                number,
                TIME,
                message.sender(),
                new Amendment.Subject(message.number(), message.sender(), message.receivers()),
                new Amendment.Corrected(text, new byte[16]),
                message.receivers(),
                null,
                null);
    }

    static Message file(long number, long sender, @Nullable List<Long> to, StoredFile file) {
        return new Message(number, TIME, sender, to, List.of(), null, file, new byte[16], References.NONE, null, null);
    }
}
