package chatd.daemon.admin.command;

import chatd.admin.api.AdminCall;
import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.GroupCalls;
import chatd.admin.api.UserCalls;
import chatd.audit.write.AuditLog;
import chatd.daemon.accounts.AccountImport;
import chatd.daemon.accounts.Administration;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Request;
import chatd.daemon.admin.Requester;
import chatd.daemon.admin.Role;
import chatd.daemon.config.Config;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.NamePolicy;
import chatd.daemon.files.Storage;
import chatd.daemon.health.Running;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.group.Group;
import chatd.daemon.retention.Erasures;
import chatd.daemon.store.read.StorageStore;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Implements {@code chat-admin user}. */
public record UserCommands(Running running, Supplier<Config> config, AuditLog log) {
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.of(UserCalls.LIST, Role.all(), (request, by, out) -> {
                    out.write(
                            running.services().directory().all(),
                            some -> new UserCalls.Accounts(
                                    some.stream().map(this::shown).toList()));
                    return Nothing.NOTHING;
                }),
                AdminCommand.of(
                        UserCalls.SHOW,
                        Role.all(),
                        (request, by, out) -> details(administration().find(request.name())),
                        "name"),
                setting(
                        UserCalls.ADD,
                        (request, password, by) -> administration()
                                .add(
                                        request.name(),
                                        policy(by, request.similar()),
                                        Objects.requireNonNullElse(request.note(), ""),
                                        password,
                                        request.mustChange(),
                                        by.user())),
                setting(
                        UserCalls.RESET,
                        (request, password, by) ->
                                administration().reset(request.name(), password, request.mustChange(), by.user())),
                changing(UserCalls.UNLOCK, (request, by) -> administration().unlock(request.name(), by))
                        .andFor(Role.HELPER),
                changing(UserCalls.DISABLE, (request, by) -> administration().disable(request.name(), by)),
                changing(UserCalls.ENABLE, (request, by) -> administration().enable(request.name(), by)),
                changing(UserCalls.GRANT, (request, by) -> administration().grant(request.name(), true, by)),
                changing(UserCalls.REVOKE, (request, by) -> administration().grant(request.name(), false, by)),
                AdminCommand.of(
                        UserCalls.MUTE,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> changed(administration()
                                .mute(request.name(), Duration.ofSeconds(request.seconds()), by.user())),
                        "name",
                        "seconds"),
                AdminCommand.of(
                        UserCalls.QUOTA,
                        Role.administrators(),
                        (request, by, out) ->
                                changed(administration().quota(request.name(), quota(request), by.user())),
                        "name",
                        "quota"),
                changing(UserCalls.UNMUTE, (request, by) -> administration().unmute(request.name(), by))
                        .andFor(Role.MODERATOR),
                changing(
                                UserCalls.REMOVE_PICTURE,
                                (request, by) -> administration().removeAvatar(request.name(), by))
                        .andFor(Role.MODERATOR),
                changing(
                        UserCalls.NOTE,
                        (request, by) -> administration()
                                .note(request.name(), Objects.requireNonNullElse(request.note(), ""), by)),
                changing(
                        UserCalls.RENAME,
                        (request, by) -> administration()
                                .rename(
                                        request.name(),
                                        request.to(),
                                        NamePolicy.ofAdministrator(request.similar()),
                                        by)),
                AdminCommand.of(
                        UserCalls.DELETE,
                        Role.administrators(),
                        (request, by, out) -> delete(request, by.user()),
                        "name",
                        "heir",
                        "longest",
                        "dryRun"),
                // Whoever may read the database and the log does the rest.
                AdminCommand.of(
                        UserCalls.EXPORT,
                        Role.administrators(),
                        (request, by, out) -> {
                            log.publish();
                            return Nothing.NOTHING;
                        },
                        "name",
                        "file"),
                AdminCommand.of(
                        UserCalls.ERASE,
                        Role.administrators(),
                        (request, by, out) -> erase(request, by.user(), out),
                        "name",
                        "everywhere",
                        "dryRun"),
                AdminCommand.of(
                        UserCalls.IMPORT,
                        Role.administrators(),
                        this::importAccounts,
                        "accounts",
                        "sync",
                        "similar",
                        "disableMissing",
                        "ofClass",
                        "atMost",
                        "dryRun"));
    }

    private Administration administration() {
        return running.services().administration();
    }

    private UserCalls.Details delete(UserCalls.Deletion request, String by) throws InterruptedException {
        if (!request.dryRun()) {
            return details(administration().delete(request.name(), request.heir(), request.longest(), by));
        }
        Account account = administration().find(request.name());
        var _ = administration().heir(account, request.heir(), request.longest());
        return details(account);
    }

    private UserCalls.Erased erase(
            UserCalls.Erasure request, String by, AdminCommand.Parts<UserCalls.ErasureProgress> out)
            throws InterruptedException {
        Erasures erasures = running.services().erasures();
        Erasures.Outcome plan = erasures.plan(request.name(), request.everywhere());
        if (request.dryRun()) {
            return erased(plan);
        }
        long all = plan.extent().texts() + plan.extent().files();
        return erased(erasures.erase(
                plan,
                request.everywhere(),
                by,
                done -> out.write(new UserCalls.ErasureProgress(done, Math.max(done, all)))));
    }

    private UserCalls.Erased erased(Erasures.Outcome outcome) {
        return new UserCalls.Erased(
                outcome.account().number(),
                outcome.account().name(),
                outcome.extent().texts(),
                outcome.extent().files(),
                outcome.extent().bytes(),
                outcome.extent().kept(),
                outcome.account().created().toString(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                config.get().backup().directory().map(Path::toString).orElse(""),
                shown(outcome.owned()),
                outcome.isIndexPurged());
    }

    private List<GroupCalls.Group> groupsOwnedAlone(Account account) {
        return shown(running.services().directory().groups().ownedAlone(account.number()));
    }

    private List<GroupCalls.Group> shown(List<Group> groups) {
        Directory directory = running.services().directory();
        return groups.stream()
                .map(group -> GroupCommands.shown(group, directory))
                .toList();
    }

    /**
     * Returns which names somebody may give: helpers give no titles, and no name that looks like
     * another.
     */
    private NamePolicy policy(Requester by, boolean similar) {
        if (by.role() == Role.ADMINISTRATOR) {
            return NamePolicy.ofAdministrator(similar);
        }
        if (similar) {
            throw new Refusal(Code.NOT_ALLOWED, "Only an administrator may use --similar.");
        }
        return NamePolicy.restricted(config.get().accounts().reserved());
    }

    /** A command that sets a password: on a new account or on an existing one. */
    private interface Setting {
        Account set(UserCalls.AddOrReset request, Secret password, Requester by) throws InterruptedException;
    }

    private AdminCommand<?, ?, ?> setting(
            AdminCall<UserCalls.AddOrReset, Nothing, UserCalls.Account> call, Setting setting) {
        return AdminCommand.of(
                call,
                Role.administratorsAnd(Role.HELPER),
                (request, by, out) -> {
                    Secret password = Secret.of(request.password().text());
                    try {
                        return shown(setting.set(request, password, by));
                    } finally {
                        password.wipe();
                    }
                },
                "name",
                "mustChange",
                "similar");
    }

    private interface Change<Q> {
        Administration.Outcome make(Q request, String by) throws InterruptedException;
    }

    private <Q> AdminCommand<?, ?, ?> changing(AdminCall<Q, Nothing, UserCalls.Changed> call, Change<Q> change) {
        return AdminCommand.of(
                call,
                Role.administrators(),
                (request, by, out) -> changed(change.make(request, by.user())),
                "name",
                "to",
                "similar");
    }

    private UserCalls.Changed changed(Administration.Outcome outcome) {
        return new UserCalls.Changed(shown(outcome.account()), outcome.changed(), groupsOwnedAlone(outcome.account()));
    }

    private UserCalls.Account shown(Account account) {
        Optional<Account.Login> last = account.lastLogin();
        return new UserCalls.Account(
                account.name(),
                account.number(),
                account.stateAt(Instant.now()).name().toLowerCase(Locale.ROOT),
                account.mustChange(),
                account.passwordEnds().map(Object::toString).orElse(null),
                account.mayWriteToEveryone(),
                running.sessions().presence().isOnline(account.number()),
                account.mutedUntil()
                        .filter(Instant.now()::isBefore)
                        .map(Object::toString)
                        .orElse(null),
                last.map(login -> login.time().toString()).orElse(null),
                last.map(Account.Login::address).orElse(null),
                account.created().toString(),
                account.note());
    }

    private UserCalls.Details details(Account account) {
        Storage storage = running.services().storage();
        StorageStore.Stored stored = storage.store().of(account.number());
        OptionalLong quota = storage.quota(account);
        return new UserCalls.Details(
                shown(account),
                running.services().directory().formerNames(account),
                administration().wrongPasswords(account),
                stored.files(),
                stored.bytes(),
                quota.isEmpty() ? null : (Long) quota.getAsLong(),
                groupsOwnedAlone(account));
    }

    private static OptionalLong quota(UserCalls.Quota request) {
        Long quota = request.quota();
        if (quota != null && quota < 0) {
            throw new Refusal(Code.MALFORMED, "A quota is not negative.");
        }
        return quota == null ? OptionalLong.empty() : OptionalLong.of(quota);
    }

    private UserCalls.Imported importAccounts(
            UserCalls.ImportList list, Requester by, AdminCommand.Parts<UserCalls.HashProgress> out)
            throws InterruptedException {
        List<AccountImport.Row> rows = list.accounts().stream()
                .map(row -> new AccountImport.Row(
                        Request.within("line", row.line(), 0, Integer.MAX_VALUE),
                        Objects.requireNonNullElse(row.name(), ""),
                        row.note(),
                        Secret.of(row.password() == null ? "" : row.password().text())))
                .toList();
        Integer atMost = list.atMost();
        AccountImport.Mode mode = new AccountImport.Mode(
                list.sync(),
                list.similar(),
                new AccountImport.Missing(
                        list.disableMissing(),
                        list.ofClass(),
                        atMost == null ? null : Request.within("atMost", atMost, 0, Integer.MAX_VALUE)));
        try {
            AccountImport.Plan plan = list.dryRun()
                    ? running.services().accountImport().plan(rows, mode)
                    : running.services()
                            .accountImport()
                            .run(
                                    rows,
                                    mode,
                                    Request.within("disabling", list.disabling(), 0, Integer.MAX_VALUE),
                                    by.user(),
                                    progress(out));
            return new UserCalls.Imported(plan.added(), plan.unchanged(), plan.noted(), plan.disabled(), plan.atMost());
        } finally {
            rows.forEach(row -> row.password().wipe());
        }
    }

    private static AccountImport.Progress progress(AdminCommand.Parts<UserCalls.HashProgress> out) {
        return new AccountImport.Progress() {
            private long due = System.nanoTime() + PROGRESS_NANOS;

            @Override
            public void ready(int count, int all) {
                // Always writes the last one: if the client has gone, nothing must be done.
                if (count == all || System.nanoTime() - due >= 0) {
                    due = System.nanoTime() + PROGRESS_NANOS;
                    out.write(new UserCalls.HashProgress(count, all));
                }
            }
        };
    }
}
