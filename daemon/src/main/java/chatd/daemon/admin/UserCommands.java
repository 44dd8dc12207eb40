package chatd.daemon.admin;

import chatd.daemon.service.Directory;
import chatd.daemon.service.OneTimePassword;
import chatd.daemon.session.Sessions;
import chatd.daemon.store.Account;
import chatd.protocol.Secret;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code user add}, {@code user reset} and {@code user list}. */
final class UserCommands {
    private UserCommands() {}

    private static Map<String, @Nullable Object> shown(Account account, boolean online) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("name", account.name());
        shown.put("number", account.number());
        shown.put("state", account.state().name().toLowerCase(Locale.ROOT));
        shown.put("mustChange", account.mustChange());
        shown.put("online", online);
        shown.put("lastLogin", account.lastLogin().map(Object::toString).orElse(null));
        shown.put("lastAddress", account.lastAddress().orElse(null));
        shown.put("created", account.created().toString());
        return shown;
    }

    /** What is done with the password: an account is made, or gets it. */
    interface Setting {
        Account set(String name, Secret password, boolean mustChange, String by) throws InterruptedException;
    }

    /** {@code user add} and {@code user reset}: with the password of the request, or with a new one that is answered. */
    record WithPassword(String name, SecureRandom random, Setting setting) implements AdminCommand {
        @Override
        public List<Map.Entry<String, String>> arguments(JsonNode request) {
            return List.of(
                    Map.entry("name", request.path("name").asString("")),
                    Map.entry("must-change", Boolean.toString(mustChange(request))),
                    Map.entry("password", isGiven(request) ? "given" : "made"));
        }

        private static boolean mustChange(JsonNode request) {
            return request.path("mustChange").asBoolean(true);
        }

        private static boolean isGiven(JsonNode request) {
            return request.path("password").isString();
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws InterruptedException {
            String account = AdminCommand.text(request, "name");
            Secret password =
                    isGiven(request) ? Secret.of(request.path("password").asString()) : OneTimePassword.make(random);
            try {
                Map<String, @Nullable Object> shown =
                        shown(setting.set(account, password, mustChange(request), by), false);
                if (!isGiven(request)) {
                    shown.put("password", password.text().orElseThrow());
                }
                return shown;
            } finally {
                password.wipe();
            }
        }
    }

    record All(Directory directory, Sessions sessions) implements AdminCommand {
        @Override
        public String name() {
            return "user list";
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) {
            return directory.all().stream()
                    .map(account -> shown(account, sessions.isOnline(account.number())))
                    .toList();
        }
    }
}
