package chatd.daemon.admin;

import chatd.daemon.config.ConfigException;
import chatd.daemon.config.Configuration;
import chatd.daemon.config.Option;
import chatd.daemon.service.Refusal;
import chatd.protocol.Code;
import java.util.List;

/** What {@code chat-admin config} asks for. */
record ConfigCommands(Configuration configuration, Reloader reloader) {
    /** @param file empty where there is none */
    private record Shown(String file, List<Option> options) {}

    private record Judged(String file, List<String> errors) {}

    List<AdminCommand> all() {
        return List.of(
                AdminCommand.shows(
                        "config show", Role.all(), (request, by, out) -> new Shown(file(), configuration.options())),
                AdminCommand.of("config check", Role.administrators(), (request, by, out) -> check(request), "file"),
                AdminCommand.of("config reload", Role.administrators(), (request, by, out) -> reload()));
    }

    private String file() {
        return configuration.file() == null ? "" : configuration.file().toString();
    }

    /** Of the daemon's own file; or of a text that stands in the asker's. */
    private Object check(Request request) {
        String name = request.textOr("file", file());
        try {
            if (request.has("content")) {
                configuration.check(request.textOr("content", ""), name);
            } else {
                configuration.check();
            }
            return new Judged(name, List.of());
        } catch (ConfigException e) {
            return new Judged(name, e.errors());
        }
    }

    private Object reload() {
        try {
            return reloader.reload();
        } catch (ConfigException e) {
            throw new Refusal(
                    Code.MALFORMED, String.join("\n", e.errors()) + "\nThe configuration before stays in force.");
        }
    }
}
