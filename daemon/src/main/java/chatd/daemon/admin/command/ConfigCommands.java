package chatd.daemon.admin.command;

import chatd.admin.api.SystemCalls;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Role;
import chatd.daemon.config.Config;
import chatd.daemon.config.ConfigException;
import chatd.daemon.config.Configuration;
import chatd.daemon.health.Reloader;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Implements {@code chat-admin config}. */
public record ConfigCommands(Configuration configuration, Reloader reloader) {

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.readOnly(
                        SystemCalls.CONFIG,
                        Role.all(),
                        (request, by, out) -> new SystemCalls.Options(
                                file(),
                                configuration.options().stream()
                                        .map(each -> new SystemCalls.Option(
                                                each.key(),
                                                each.value(),
                                                each.source(),
                                                each.takesEffect().words()))
                                        .toList())),
                AdminCommand.of(SystemCalls.CHECK, Role.administrators(), (request, by, out) -> check(request), "file"),
                AdminCommand.of(SystemCalls.SET, Role.administrators(), (request, by, out) -> edit(request), "options"),
                AdminCommand.of(SystemCalls.RELOAD, Role.administrators(), (request, by, out) -> reload()));
    }

    private String file() {
        return configuration.file() == null
                ? ""
                : configuration.file().toAbsolutePath().normalize().toString();
    }

    /** Checks the daemon's own file, or the content of the client's file if the request carries it. */
    private SystemCalls.CheckResult check(SystemCalls.Draft draft) {
        String name = draft.file() == null ? file() : draft.file();
        try {
            Config config =
                    draft.content() != null ? configuration.check(draft.content(), name) : configuration.check();
            Reloader.Checked checked = reloader.check(config);
            return new SystemCalls.CheckResult(name, checked.errors(), checked.warnings());
        } catch (ConfigException e) {
            return new SystemCalls.CheckResult(name, e.errors(), List.of());
        }
    }

    /**
     * Returns the text that the client is to write: the daemon may not change its own
     * configuration.
     */
    private SystemCalls.Edited edit(SystemCalls.Edit edit) {
        try {
            String text =
                    configuration.edit(Objects.requireNonNullElse(edit.content(), ""), edit.file(), edit.options());
            Reloader.Checked checked = reloader.check(configuration.check(text, edit.file()));
            // An error that was there before, such as an expired certificate, must not prevent
            // other changes.
            if (!checked.errors().isEmpty()) {
                List<String> fresh = new ArrayList<>(checked.errors());
                fresh.removeAll(errors(edit));
                if (!fresh.isEmpty()) {
                    throw new ConfigException(fresh);
                }
            }
            return new SystemCalls.Edited(text, checked.warnings());
        } catch (ConfigException e) {
            throw invalid(e);
        }
    }

    /** Returns the errors in the files and directories that the file names now. */
    private List<String> errors(SystemCalls.Edit edit) {
        try {
            return reloader.check(configuration.check(Objects.requireNonNullElse(edit.content(), ""), edit.file()))
                    .errors();
        } catch (ConfigException e) {
            return List.of();
        }
    }

    private SystemCalls.Reloaded reload() {
        try {
            return reloader.reload();
        } catch (ConfigException e) {
            throw invalid(e);
        }
    }

    private static Refusal invalid(ConfigException e) {
        return new Refusal(
                Code.MALFORMED, String.join("\n", e.errors()) + "\nThe previous configuration stays in force.");
    }
}
