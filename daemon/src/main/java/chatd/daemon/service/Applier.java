package chatd.daemon.service;

import chatd.daemon.session.Sessions;
import chatd.daemon.store.Account;
import chatd.daemon.store.Committed;
import chatd.daemon.store.Entry;
import chatd.protocol.Document;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes in what was committed and logged, by the entry alone: directory, sessions, delivery. Whoever has handed it in
 * hears of it by the journal. In the order of the entries; on the journal's thread.
 */
public final class Applier {
    private final Directory directory;
    private final Sessions sessions;

    public Applier(Directory directory, Sessions sessions) {
        this.directory = directory;
        this.sessions = sessions;
    }

    /** Applies one; what is to be sent for it goes at {@link #batchApplied}. */
    void apply(Committed<?> committed) {
        switch (committed.entry()) {
            case Entry.Message message -> sessions.deliver(committed, message, Messages.event(message, directory));
            case Entry.AccountChange change -> apply(change);
            case Entry.Import several -> apply(several);
        }
    }

    /** All that was committed together is applied. */
    void batchApplied() {
        sessions.flush();
    }

    /** Those that were made are told of at once. */
    private void apply(Entry.Import several) {
        List<Account> made = new ArrayList<>();
        for (Entry.AccountChange change : several.changes()) {
            if (change.effect() instanceof Entry.AccountMade(Account account, String hash)) {
                made.add(account);
            }
        }
        sessions.announce(made, directory::put);
        several.changes().stream()
                .filter(change -> !(change.effect() instanceof Entry.AccountMade))
                .forEach(this::apply);
    }

    private void apply(Entry.AccountChange entry) {
        Entry.Change change = entry.change();
        switch (entry.effect()) {
            case Entry.AccountMade made -> sessions.announce(List.of(made.account()), directory::put);
            case Entry.PasswordSet set -> {
                Account account = directory.numbered(change.account());
                directory.putPassword(account.withPassword(set.mustChange(), set.ends()));
                if (change.kind() == Entry.Kind.RESET) {
                    end(change, "An administrator has reset the password of this account.", "password reset");
                } else {
                    end(change, "The password of this account was changed elsewhere.", "password changed elsewhere");
                }
            }
            case Entry.AccountUpdated updated -> apply(change, updated.account());
            case Entry.AccountDeleted deleted -> {
                directory.put(directory.numbered(change.account()).deleted());
                sessions.remove(change.account(), "An administrator has deleted this account.", "deleted");
            }
            case Entry.LoggedIn in -> {
                Account.Login login = new Account.Login(change.time(), in.address(), in.port());
                directory.put(directory.numbered(change.account()).withLogin(login));
            }
            case Entry.SettingsStored stored -> {
                directory.settingsWereStored(change.account());
                sessions.settingsStored(change.account(), change.session(), new Document(stored.document()));
            }
        }
    }

    private void apply(Entry.Change change, Account account) {
        directory.put(account);
        switch (change.kind()) {
            case DISABLED -> end(change, "An administrator has disabled this account.", "disabled");
            case RENAMED ->
                sessions.rename(
                        account.number(),
                        account.name(),
                        "An administrator has renamed this account: you are called " + account.name()
                                + " from now on, and log in with that name.");
            default -> {}
        }
    }

    /** Ends the account's sessions, but for the one that has made the change. */
    private void end(Entry.Change change, String farewell, String why) {
        sessions.end(change.account(), change.session(), farewell, why);
    }
}
