package chatd.daemon.admin;

import chatd.daemon.service.Accounts;
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

    private static List<Map.Entry<String, String>> named(JsonNode request) {
        return List.of(
                Map.entry("name", request.path("name").asString("")),
                Map.entry("must-change", Boolean.toString(mustChange(request))),
                Map.entry("password", request.path("password").isString() ? "given" : "made"));
    }

    private static boolean mustChange(JsonNode request) {
        return request.path("mustChange").asBoolean(true);
    }

    /** The password of the request, or a new one, and what is answered for it. */
    private interface Setting {
        Account set(Secret password) throws InterruptedException;
    }

    private static Object withPassword(JsonNode request, SecureRandom random, boolean online, Setting setting)
            throws InterruptedException {
        boolean given = request.path("password").isString();
        Secret password = given ? Secret.of(request.path("password").asString()) : OneTimePassword.make(random);
        try {
            Map<String, @Nullable Object> shown = shown(setting.set(password), online);
            if (!given) {
                shown.put("password", password.text().orElseThrow());
            }
            return shown;
        } finally {
            password.wipe();
        }
    }

    record Add(Accounts accounts, SecureRandom random) implements AdminCommand {
        @Override
        public String name() {
            return "user add";
        }

        @Override
        public List<Map.Entry<String, String>> arguments(JsonNode request) {
            return named(request);
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws InterruptedException {
            String name = AdminCommand.text(request, "name");
            return withPassword(
                    request, random, false, password -> accounts.add(name, password, mustChange(request), by));
        }
    }

    record Reset(Accounts accounts, SecureRandom random) implements AdminCommand {
        @Override
        public String name() {
            return "user reset";
        }

        @Override
        public List<Map.Entry<String, String>> arguments(JsonNode request) {
            return named(request);
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) throws InterruptedException {
            String name = AdminCommand.text(request, "name");
            return withPassword(
                    request, random, false, password -> accounts.reset(name, password, mustChange(request), by));
        }
    }

    record All(Directory directory, Sessions sessions) implements AdminCommand {
        @Override
        public String name() {
            return "user list";
        }

        @Override
        public List<Map.Entry<String, String>> arguments(JsonNode request) {
            return List.of();
        }

        @Override
        public Object run(JsonNode request, String by, Lines out) {
            return directory.all().stream()
                    .map(account -> shown(account, sessions.isOnline(account.number())))
                    .toList();
        }
    }
}
