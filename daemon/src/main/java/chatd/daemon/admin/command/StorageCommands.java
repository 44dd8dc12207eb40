package chatd.daemon.admin.command;

import chatd.admin.api.StorageCalls;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Role;
import chatd.daemon.directory.Directory;
import chatd.daemon.files.Storage;
import chatd.daemon.health.Running;
import chatd.daemon.model.account.Account;
import chatd.daemon.store.read.StorageStore;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Implements {@code chat-admin storage}. */
public record StorageCommands(Running running) {
    /** Maximum number of accounts, and of files, that are listed. */
    private static final int MAX_LISTED = 20;

    /** Maximum number of unused contents, and of broken ones, that a check lists. */
    private static final int MAX_FOUND = 1_000;

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.readOnly(StorageCalls.SHOW, Role.administrators(), (request, by, out) -> report()),
                AdminCommand.readOnly(StorageCalls.CHECK, Role.administrators(), (request, by, out) -> check()));
    }

    private StorageStore store() {
        return storage().store();
    }

    private Storage storage() {
        return running.services().storage();
    }

    private StorageCalls.Report report() {
        Storage storage = storage();
        Directory directory = running.services().directory();
        return new StorageCalls.Report(
                storage.used(),
                storage.limit() == 0 ? null : (Long) storage.limit(),
                orNull(storage.free()),
                storage.reserve(),
                store().largestAccounts(MAX_LISTED).stream()
                        .map(each -> {
                            Account account = directory.require(each.account());
                            return new StorageCalls.StorageByAccount(
                                    account.name(),
                                    account.number(),
                                    each.stored().files(),
                                    each.stored().bytes(),
                                    orNull(storage.quota(account)));
                        })
                        .toList(),
                store().kinds().stream()
                        .map(kind -> new StorageCalls.Kind(
                                kind.media(),
                                kind.contents().files(),
                                kind.contents().bytes()))
                        .toList(),
                store().largestFiles(MAX_LISTED).stream()
                        .map(file -> new StorageCalls.Large(
                                file.number(),
                                file.bytes(),
                                file.media(),
                                directory.nameOf(file.sender()),
                                file.sender(),
                                file.time().toString()))
                        .toList(),
                amount(store().unused()),
                amount(store().ofReports()),
                amount(store().ofDeleted()));
    }

    private static StorageCalls.Amount amount(StorageStore.Stored stored) {
        return new StorageCalls.Amount(stored.files(), stored.bytes());
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isEmpty() ? null : (Long) value.getAsLong();
    }

    private StorageCalls.Checked check() {
        StorageStore.Counts counts = store().counts();
        return new StorageCalls.Checked(
                counts.files(),
                counts.contents(),
                store().unusedContents(MAX_FOUND),
                store().broken(MAX_FOUND).stream()
                        .map(one -> new StorageCalls.Broken(one.content(), one.file(), one.missing()))
                        .toList());
    }
}
