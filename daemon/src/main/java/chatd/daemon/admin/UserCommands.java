package chatd.daemon.admin;

import chatd.daemon.service.AccountImport;
import chatd.daemon.service.Administration;
import chatd.daemon.service.Services;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Account;
import chatd.protocol.Secret;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What {@code chat-admin user} asks for. */
record UserCommands(Services services, Sessions sessions) {
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    List<AdminCommand> all() {
        Administration administration = services.administration();
        return List.of(
                AdminCommand.of("user list", Role.all(), (request, by, out) -> {
                    out.write("accounts", services.directory().all(), this::shown);
                    return Map.of();
                }),
                AdminCommand.of("user show", Role.all(), (request, by, out) -> whole(request.text("name")), "name"),
                withPassword(
                        "user add",
                        (request, password, by) -> administration.add(
                                request.text("name"),
                                request.textOr("note", ""),
                                password,
                                request.flag("mustChange"),
                                by)),
                withPassword(
                        "user reset",
                        (request, password, by) ->
                                administration.reset(request.text("name"), password, request.flag("mustChange"), by)),
                changing("user unlock", (request, by) -> administration.unlock(request.text("name"), by))
                        .forHelpersToo(),
                changing("user disable", (request, by) -> administration.disable(request.text("name"), by)),
                changing("user enable", (request, by) -> administration.enable(request.text("name"), by)),
                changing("user grant", (request, by) -> administration.grant(request.text("name"), true, by)),
                changing("user revoke", (request, by) -> administration.grant(request.text("name"), false, by)),
                changing(
                        "user rename",
                        (request, by) -> administration.rename(request.text("name"), request.text("to"), by)),
                AdminCommand.of(
                        "user delete",
                        Role.administrators(),
                        (request, by, out) -> request.flag("dryRun")
                                ? whole(request.text("name"))
                                : shown(administration.delete(request.text("name"), by)),
                        "name",
                        "dryRun"),
                AdminCommand.of(
                        "user import",
                        Role.administrators(),
                        this::imported,
                        "accounts",
                        "sync",
                        "disableMissing",
                        "dryRun"));
    }

    /** What is done with a password: an account is made, or gets it. */
    private interface Setting {
        Account set(Request request, Secret password, String by) throws InterruptedException;
    }

    private AdminCommand withPassword(String name, Setting setting) {
        return AdminCommand.of(
                name,
                Role.helpersToo(),
                (request, by, out) -> {
                    Secret password = request.secret("password");
                    try {
                        return shown(setting.set(request, password, by));
                    } finally {
                        password.wipe();
                    }
                },
                "name",
                "mustChange");
    }

    private interface Change {
        Administration.Outcome make(Request request, String by) throws InterruptedException;
    }

    private AdminCommand changing(String name, Change change) {
        return AdminCommand.of(
                name,
                Role.administrators(),
                (request, by, out) -> {
                    Administration.Outcome outcome = change.make(request, by);
                    Map<String, @Nullable Object> shown = shown(outcome.account());
                    shown.put("changed", outcome.changed());
                    return shown;
                },
                "name",
                "to");
    }

    private Map<String, @Nullable Object> shown(Account account) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("name", account.name());
        shown.put("number", account.number());
        shown.put("state", account.stateAt(Instant.now()).name().toLowerCase(Locale.ROOT));
        shown.put("mustChange", account.mustChange());
        shown.put("passwordEnds", account.passwordEnds().map(Object::toString).orElse(null));
        shown.put("everyone", account.everyone());
        shown.put("online", sessions.isOnline(account.number()));
        shown.put(
                "lastLogin",
                account.lastLogin().map(login -> login.time().toString()).orElse(null));
        shown.put("lastAddress", account.lastLogin().map(Account.Login::address).orElse(null));
        shown.put("created", account.created().toString());
        shown.put("note", account.note());
        return shown;
    }

    private Object whole(String name) {
        Account account = services.administration().find(name);
        Map<String, @Nullable Object> shown = shown(account);
        shown.put("formerNames", services.directory().formerNames(account));
        shown.put("wrongPasswords", services.administration().wrongPasswords(account));
        return shown;
    }

    private Object imported(Request request, String by, AdminCommand.Lines out) throws InterruptedException {
        List<AccountImport.Row> rows = request.list("accounts")
                .map(row -> new AccountImport.Row(
                        row.whole("line", 0, Integer.MAX_VALUE),
                        row.textOr("name", ""),
                        row.textOr("note", ""),
                        Secret.of(row.textOr("password", ""))))
                .toList();
        AccountImport.Mode mode = new AccountImport.Mode(request.flag("sync"), request.flag("disableMissing"));
        try {
            return request.flag("dryRun")
                    ? services.accountImport().plan(rows, mode)
                    : services.accountImport()
                            .run(rows, mode, request.whole("disabling", 0, Integer.MAX_VALUE), by, progress(out));
        } finally {
            rows.forEach(row -> row.password().wipe());
        }
    }

    private static AccountImport.Progress progress(AdminCommand.Lines out) {
        return new AccountImport.Progress() {
            private long due = System.nanoTime() + PROGRESS_NANOS;

            @Override
            public void ready(int count, int all) {
                if (System.nanoTime() - due >= 0) {
                    due = System.nanoTime() + PROGRESS_NANOS;
                    out.write(Map.of("ready", count, "all", all));
                }
            }
        };
    }
}
